/* repo export-tree: a wagon's tree as luet keeps it, for tools that read that.
 *
 *	$ sudo fardel repo export-tree mottainai-stable
 *	NAME               PACKAGES   FOLDER
 *	mottainai-stable        526   /var/cache/luet/repos/mottainai-stable
 */
#include "cmd/cmd.h"
#include "cmd/sheet.h"
#include "engine/luet_tree.h"

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "PACKAGES", .key = "packages", .right = true},
	{.title = "FOLDER", .key = "folder"},
};

static int check(const struct run *run, struct err *err)
{
	return run->globals.dry_run
		       ? err_set(err, ERR_USAGE, "there is no --dry-run for what writes one folder")
		       : 0;
}

static int run_repo_export_tree(struct run *run, struct err *err)
{
	AUTO(exported_tree) tree = {.folder = BUF_INIT};
	struct sheet *sheet;

	if (engine_export_tree(run->engine, run->args.v[0], run->args.n > 1 ? run->args.v[1] : NULL,
		    &tree, err) < 0)
		return -1;
	sheet = sheet_new(run, "exported", columns, COUNT(columns));
	sheet_text(sheet, span_of(run->args.v[0]));
	sheet_number(sheet, tree.packages);
	sheet_text(sheet, buf_span(&tree.folder));
	sheet_end(sheet);
	return 0;
}

const struct cmd cmd_repo_export_tree = {
	.name = "repo export-tree",
	.args = "REPO [DIR]",
	.summary = "Write a wagon's tree as luet keeps it",
	.text = "For tools that read luet's trees: repository.yaml, treefs with a folder for each version of each package, "
		"provides.yaml, metafs. DIR is that of luet's own configuration (luet.config in fardel.toml) where none is named. "
		"The new tree is written beside and put in the place of the old one, which goes.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 2,
	.need = need_read,
	.check = check,
	.run = run_repo_export_tree,
};

/* build: installers from their sources, the same bytes on every host.
 *
 *	$ fardel build --bump packages/zoom
 *	PATH          NAME   VERSION   ID           SIZE
 *	zoom.tar.gz   zoom   12        4e725051   2.1 kB
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"

struct build_own {
	const char *output;
	bool bump;
};

static const struct opt opts[] = {
	{"output", .letter = 'o', .kind = OPT_TEXT, .at = offsetof(struct build_own, output),
		.arg = "DIR", .help = "write into DIR, not into the current folder"},
	{"bump", .kind = OPT_FLAG, .at = offsetof(struct build_own, bump),
		.help = "where the content has changed, raise the version first (format 2)"},
};

static const struct column columns[] = {
	{.title = "PATH", .key = "path"},
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version"},
	{.title = "ID", .key = "id"},
	{.title = "SIZE", .key = "size", .right = true},
};

static int check_build(const struct run *run, struct err *err)
{
	if (run->globals.dry_run)
		return err_set(
			err, ERR_USAGE, "there is no --dry-run: build writes what it checks");
	return 0;
}

static int build_one(struct run *run, const char *folder, struct sheet *sheet, struct err *err)
{
	const struct build_own *own = run->own;
	const struct build_options options = {
		.folder = folder, .output = own->output, .bump = own->bump};
	struct built built = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, -1};
	int status = engine_build(run->engine, &options, &built, err);

	if (status == 0) {
		sheet_text(sheet, buf_span(&built.path));
		sheet_text(sheet, buf_span(&built.name));
		sheet_version(sheet, buf_span(&built.version), buf_span(&built.id));
		sheet_id(sheet, buf_span(&built.id));
		sheet_size(sheet, built.size);
	}
	built_drop(&built);
	return status;
}

static int run_build(struct run *run, struct err *err)
{
	struct sheet *sheet = sheet_new(run, "built", columns, COUNT(columns));
	enum err_code first = ERR_NONE;
	size_t failed = 0, done = 0;

	for (size_t i = 0; i < run->args.n; i++) {
		if (build_one(run, run->args.v[i], sheet, err) == 0) {
			done++;
			continue;
		}
		if (!failed++)
			first = err->code;
		if (!run->globals.keep_going || run->args.n == 1 || err->code == ERR_SIGNAL)
			break;
		progress_say(&run->progress, SAY_ERROR, "  %s", err->text);
		err_clear(err);
	}
	sheet_end(sheet);
	if (!failed)
		return 0;
	if (!run->globals.keep_going || run->args.n == 1 || err->code == ERR_SIGNAL)
		return -1;
	return err_set(err, done ? ERR_PARTIAL : first, "%zu of %zu failed", failed, run->args.n);
}

const struct cmd cmd_build = {
	.name = "build",
	.args = "DIR...",
	.summary = "Build installers from their sources",
	.text = "Writes NAME.tar.gz for the folder NAME, byte for byte the same on every host, for every "
		"user and at every time. What install would refuse is refused here.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct build_own),
	.need = need_nothing,
	.check = check_build,
	.run = run_build,
};

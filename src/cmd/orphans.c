/* orphans: what is installed, and no repository has.
 *
 *	$ fardel orphans
 *	NAME      VERSION
 *	old-app   1.4
 */
#include "cmd/cmd.h"
#include "cmd/sheet.h"

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version"},
};

static int run_orphans(struct run *run, struct err *err)
{
	AUTO(founds) founds = {0};
	struct sheet *sheet;

	if (engine_orphans(run->engine, &founds, err) < 0)
		return -1;
	sheet = sheet_new(run, "packages", columns, COUNT(columns));
	VEC_FOR (const struct found, f, &founds.of) {
		sheet_text(sheet, buf_span(&f->name));
		sheet_text(sheet, buf_span(&f->installed));
	}
	sheet_end(sheet);
	if (founds.lack)
		progress_say(&run->progress, SAY_INFO, "Nobody offers anything: %s: %s",
			founds.lack->what, founds.lack->next);
	else if (!founds.of.n && run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "A repository has each of them.");
	return 0;
}

const struct cmd cmd_orphans = {
	.name = "orphans",
	.args = "",
	.summary = "List what is installed, and no repository has",
	.text = "Packages of whose name no repository that is enabled has any version, as last synced; also what was installed from files.",
	.group = GROUP_REPOSITORIES,
	.need = need_read,
	.run = run_orphans,
};

/* list: what is installed.
 *
 *	$ fardel list
 *	NAME            VERSION          ID         STATE       SINCE                SIZE
 *	google-chrome   147.0.7727.101   4e725051   installed   2026-11-02 09:14   402 MB
 *	zoom            6.2.11           91ab03c2   prepared    2026-11-20 15:02   598 MB
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"

struct list_options {
	bool all;
};

static const struct opt opts[] = {
	{"all", .letter = 'a', .kind = OPT_FLAG, .at = offsetof(struct list_options, all),
		.help = "every installation, old ones too"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version", .trunc = true},
	{.title = "ID", .key = "id", .trunc = true},
	{.title = "STATE", .key = "state"},
	{.title = "SINCE", .key = "since", .trunc = true},
	{.title = "SIZE", .key = "size", .right = true},
};

static int check_names(const struct run *run, const struct world *world, struct err *err)
{
	for (size_t i = 0; i < run->args.n; i++)
		if (!world_shown(world, span_of(run->args.v[i])))
			return err_set(err, ERR_NO_PACKAGE, "%s: no such package", run->args.v[i]);
	return 0;
}

static bool is_wanted(const struct run *run, const struct world *world, const struct bundle *b)
{
	const struct list_options *own = run->own;

	if (!own->all && world_shown(world, buf_span(&b->name)) != b)
		return false;
	for (size_t i = 0; i < run->args.n; i++)
		if (span_is_text(buf_span(&b->name), run->args.v[i]))
			return true;
	return run->args.n == 0;
}

static void add_row(struct sheet *sheet, const struct bundle *b)
{
	sheet_text(sheet, buf_span(&b->name));
	sheet_version(sheet, buf_span(&b->version), buf_span(&b->id));
	sheet_id(sheet, buf_span(&b->id));
	sheet_text(sheet, span_of(bundle_state_name(b->state)));
	sheet_time(sheet, b->since);
	sheet_size(sheet, b->size);
}

static int run_list(struct run *run, struct err *err)
{
	struct world world = WORLD_INIT;
	int status = engine_world(run->engine, &world, err);

	if (status == 0)
		status = check_names(run, &world, err);
	if (status == 0) {
		struct sheet *sheet = sheet_new(run, "packages", columns, COUNT(columns));

		VEC_FOR (const struct bundle, b, &world.of)
			if (is_wanted(run, &world, b))
				add_row(sheet, b);
		sheet_end(sheet);
		if (!world.of.n && run_form(run) == FORM_TABLE)
			progress_say(&run->progress, SAY_INFO, "No packages are installed.");
	}
	world_drop(&world);
	return status;
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "[NAME...]",
	.summary = "List packages",
	.text = "A table at a terminal; elsewhere, and with --plain, a line for each package with tabs "
		"between its name, version, id, state, time and size in bytes.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct list_options),
	.need = need_read,
	.run = run_list,
};

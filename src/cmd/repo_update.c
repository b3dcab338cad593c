/* repo update: repositories' indexes brought up to date.
 *
 *	$ sudo fardel repo update
 *	REPOSITORY   FROM   TO     CHANGED   FETCHED   RESULT
 *	main         1204   1207        14     31 kB   updated
 *	vendors      88     88           0       0 B   unchanged
 */
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/sheet.h"

struct update_own {
	bool force, allow_older, ignore_errors;
};

#define FLAG(name, field, text) \
	{ \
		name, .kind = OPT_FLAG, .at = offsetof(struct update_own, field), .help = text \
	}
static const struct opt opts[] = {
	FLAG("force", force, "fetch what is there already, too"),
	FLAG("allow-older", allow_older, "take an older revision than was seen before"),
	FLAG("ignore-errors", ignore_errors, "say what failed, and exit 0 all the same"),
};

static const struct column columns[] = {
	{.title = "REPOSITORY", .key = "name"},
	{.title = "FROM", .key = "from"},
	{.title = "TO", .key = "to"},
	{.title = "CHANGED", .key = "packages", .right = true},
	{.title = "FETCHED", .key = "fetched", .right = true},
	{.key = "requests"},
	{.key = "milliseconds"},
	{.key = "why"},
	{.title = "RESULT", .key = "result", .trunc = true},
};

static const char *result_of(const struct updated *u)
{
	return u->err.code != ERR_NONE ? "failed" : u->unchanged ? "unchanged" : "updated";
}

static void print(struct run *run, const struct updates *updates)
{
	struct sheet *sheet = sheet_new(run, "repositories", columns, COUNT(columns));

	VEC_FOR (const struct updated, u, &updates->of) {
		bool failed = u->err.code != ERR_NONE;

		sheet_text(sheet, buf_span(&u->name));
		sheet_number(sheet, u->from);
		sheet_number(sheet, failed ? u->from : u->to);
		sheet_number(sheet, u->packages);
		sheet_size(sheet, u->bytes);
		sheet_number(sheet, u->requests);
		sheet_number(sheet, (int64_t)(u->seconds * 1000));
		sheet_text(sheet, span_of(u->err.text));
		sheet_text(sheet, span_of(result_of(u)));
	}
	sheet_end(sheet);
}

/* The error that main prints says it of the only one. */
static void tell_failures(struct run *run, const struct updates *updates, bool all)
{
	VEC_FOR (const struct updated, u, &updates->of) {
		if (u->err.code == ERR_NONE || (!all && updates->of.n == 1))
			continue;
		progress_say(&run->progress, SAY_WARN, "%s: %s", u->name.s, u->err.text);
		if (*err_hint(&u->err))
			progress_say(&run->progress, SAY_WARN, "  %s", err_hint(&u->err));
	}
}

static int run_repo_update(struct run *run, struct err *err)
{
	const struct update_own *own = run->own;
	AUTO(texts) names = {0};
	AUTO(updates) updates = {0};
	struct update_options options = {.names = &names,
		.force = own->force,
		.allow_older = own->allow_older,
		.offline = run->globals.offline};
	int status;

	for (size_t i = 0; i < run->args.n; i++)
		texts_add(&names, span_of(run->args.v[i]));
	status = engine_update(run->engine, &options, &updates, err);
	print(run, &updates);
	tell_failures(run, &updates, own->ignore_errors);
	if (status < 0 && own->ignore_errors && updates.of.n && err->code != ERR_SIGNAL) {
		err_clear(err);
		return 0;
	}
	if (status == 0 && !updates.of.n)
		progress_say(&run->progress, SAY_INFO,
			"There is no repository that is enabled. Add one: fardel repo add NAME URL --key KEY");
	return status;
}

static enum need need_sync(const struct run *run)
{
	(void)run;
	return NEED_UPDATE;
}

const struct cmd cmd_repo_update = {
	.name = "repo update",
	.aliases = {"repo up", "sync"},
	.args = "[REPO...]",
	.summary = "Bring the indexes of repositories up to date",
	.text = "Of what is new only the parts that differ are fetched; each is verified before it is "
		"used, and all of them come into force at once, or none. A repository never goes back "
		"to an older revision than was seen, but with --allow-older.",
	.group = GROUP_REPOSITORIES,
	.least = 0,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct update_own),
	.need = need_sync,
	.run = run_repo_update,
};

/* repo update: repositories' indexes brought up to date.
 *
 *	$ sudo fardel repo update
 *	REPOSITORY   FROM   TO     CHANGED   FETCHED   RESULT
 *	main         1204   1207        14     31 kB   updated
 *	vendors      88     88           0       0 B   unchanged
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/sheet.h"
#include "engine/repo.h"

struct update_own {
	bool force, allow_older, ignore_errors, allow_http;
};

#define FLAG(name, letter_, field, text) \
	{ \
		name, .letter = letter_, .kind = OPT_FLAG, \
		      .at = offsetof(struct update_own, field), .help = text \
	}
static const struct opt opts[] = {
	FLAG("force", 'f', force, "fetch what is there already, too"),
	FLAG("allow-older", 0, allow_older, "take an older revision than was seen before"),
	FLAG("ignore-errors", 'i', ignore_errors, "say what failed, and exit 0 all the same"),
	FLAG("allow-http", 0, allow_http,
		"add a repository of Packets' by http://, which anybody on the way can change"),
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

static void tell_failure(struct run *run, const char *whose, const struct err *err)
{
	progress_say(&run->progress, SAY_WARN, "%s%s", whose, err->text);
	if (*err_hint(err))
		progress_say(&run->progress, SAY_WARN, "  %s", err_hint(err));
}

/* The error that main prints says it of the only one. */
static void tell_failures(struct run *run, const struct updates *updates, bool all)
{
	VEC_FOR (const struct updated, u, &updates->of) {
		AUTO(buf) whose = BUF_INIT;

		if (u->err.code == ERR_NONE || (!all && updates->of.n == 1))
			continue;
		buf_addf(&whose, "%s: ", u->name.s);
		tell_failure(run, whose.s, &u->err);
	}
}

/* A URL, as Packets' own sync takes it: no repository's name has a '/'. */
static bool is_url(const char *argument)
{
	return strchr(argument, '/');
}

/* Of a URL the repository that has it, which is there afterwards. */
static int name_repository(struct run *run, const char *argument, struct texts *names,
	struct repo_changes *added, struct err *err)
{
	const struct update_own *own = run->own;
	const struct adopt_options options = {.url = argument, .allow_http = own->allow_http};
	struct repo_change *c;

	if (!is_url(argument)) {
		texts_add(names, span_of(argument));
		return 0;
	}
	c = vec_push(&added->of);
	if (engine_repo_adopt(run->engine, &options, c, err) < 0)
		return err_at(err, "%s", argument);
	texts_add(names, buf_span(&c->name));
	if (c->changed)
		progress_say(&run->progress, SAY_INFO, "%s: added as %s, a repository of Packets'",
			c->name.s, c->file.s);
	return 0;
}

static bool has_failed(const struct updates *updates, const struct buf *name)
{
	VEC_FOR (const struct updated, u, &updates->of)
		if (span_is(buf_span(&u->name), buf_span(name)))
			return u->err.code != ERR_NONE;
	return true;
}

/* What was just added, and has nothing behind its URL, was not meant. */
static void take_away(
	struct run *run, const struct repo_changes *added, const struct updates *updates)
{
	VEC_FOR (const struct repo_change, c, &added->of) {
		const char *name = c->name.s;
		const struct repo_names names = {.names = &name, .count = 1};
		AUTO(repo_changes) gone = {0};
		struct err why = ERR_INIT;

		if (!c->changed || !has_failed(updates, &c->name))
			continue;
		if (engine_repo_remove(run->engine, &names, &gone, &why) < 0)
			progress_say(&run->progress, SAY_WARN, "%s", why.text);
		else
			progress_say(&run->progress, SAY_INFO,
				"%s: taken away again, as its index was not to be had", name);
	}
}

static int run_repo_update(struct run *run, struct err *err)
{
	const struct update_own *own = run->own;
	AUTO(texts) names = {0};
	AUTO(updates) updates = {0};
	AUTO(repo_changes) added = {0};
	struct update_options options = {.names = &names,
		.force = own->force,
		.allow_older = own->allow_older,
		.offline = run->globals.offline};
	int status;

	for (size_t i = 0; i < run->args.n; i++)
		if (name_repository(run, run->args.v[i], &names, &added, err) < 0)
			return -1;
	status = engine_update(run->engine, &options, &updates, err);
	print(run, &updates);
	tell_failures(run, &updates, own->ignore_errors);
	take_away(run, &added, &updates);
	if (status < 0 && own->ignore_errors && (updates.of.n || updates.unusable) &&
		err->code != ERR_SIGNAL) {
		if (!updates.of.n)
			tell_failure(run, "", err);
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
	.args = "[REPO|URL...]",
	.summary = "Bring the indexes of repositories up to date",
	.text = "Of what is new only the parts that differ are fetched; each is verified before it is "
		"used, and all of them come into force at once, or none. A repository never goes back "
		"to an older revision than was seen, but with --allow-older. A URL (of an index.db, or of the server that has one) adds a "
		"repository of Packets' first, unless there is one with that URL.",
	.group = GROUP_REPOSITORIES,
	.least = 0,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct update_own),
	.need = need_sync,
	.run = run_repo_update,
};

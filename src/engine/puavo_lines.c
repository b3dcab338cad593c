/* What one line of puavo-update does. */
#include "engine/puavo_lines.h"

#include <stdarg.h>

#include "engine/puavo_obtain.h"

/* How a line ends that did not fail. */
static PRINTF(3, 4) int settle(
	struct update *u, enum puavo_outcome outcome, const char *format, ...)
{
	va_list args;

	u->out->outcome = outcome;
	buf_clear(&u->out->why);
	va_start(args, format);
	buf_addv(&u->out->why, format, args);
	va_end(args);
	return 0;
}

/* Whether it is what the line asks for by number or id. */
static bool is_asked(const struct puavo_line *line, const struct bundle *b)
{
	if (line->which == PUAVO_ID)
		return span_is(buf_span(&b->puavo_id), buf_span(&line->version));
	return line->which == PUAVO_NUMBER && b->version.n &&
	       span_is(buf_span(&b->version), buf_span(&line->version));
}

/* What is wrong with the state, or the disk, is so for the next line, too. */
static bool is_stuck(const struct err *err)
{
	return err->code == ERR_SIGNAL || err->code == ERR_NO_SPACE || err->code == ERR_BAD_STATE ||
	       err->code == ERR_SYSTEM;
}

/* What fleets install this way has puavo-pkg's layout. */
static int run(struct update *u, struct request request, const char *item, struct err *err)
{
	struct plan plan = PLAN_INIT;
	int result;

	request.puavo = true;
	request.yes = u->options->yes;
	request.offline = u->options->offline;
	texts_add(&request.items, span_of(item));
	log_drop(&u->e->log);
	result = engine_run(u->e, &request, &plan, err);
	u->stuck = result < 0 && is_stuck(err);
	if (plan.transaction)
		u->out->transaction = plan.transaction;
	plan_drop(&plan);
	request_drop(&request);
	return result;
}

static int run_name(struct update *u, enum goal goal, struct err *err)
{
	return run(u, (struct request){.goal = goal}, u->line->name.s, err);
}

static void note_version(struct buf *out, const struct bundle *b)
{
	if (b)
		buf_set(out, bundle_version(b));
}

/* From where it would be had: nothing is asked of a server where nothing is done. */
static int would(struct update *u, const char *verb)
{
	const struct texts *servers = &u->e->config.puavo_servers;
	AUTO(buf) url = BUF_INIT;

	if (servers->of.n)
		puavo_url(buf_span(&servers->of.v[0]), u->line, &url);
	return settle(u, PUAVO_WOULD, "would %s what is at %s", verb,
		url.n ? url.s : "no server: none is named");
}

/* The same version: by its number where both have one. */
static bool is_same(const struct obtained *got, const struct bundle *b)
{
	const struct buf *version = &got->looked.installer.version;

	if (span_is(buf_span(&got->looked.id), buf_span(&b->id)))
		return true;
	return version->n && b->version.n &&
	       bundle_compare_version(buf_span(version), buf_span(&b->version)) == 0;
}

/* Whether the server's latest is no reason to do anything; somebody may have kept an old one, and its signature is good for
 * ever. */
static bool is_kept(struct update *u, const struct obtained *got, const struct bundle *b)
{
	const char *version = got->looked.installer.version.s;

	if (u->line->which != PUAVO_LATEST || !b)
		return false;
	/* What is broken is installed anew. */
	if (is_same(got, b)) {
		if (b->state == BUNDLE_BROKEN)
			return false;
		settle(u, PUAVO_AS_IT_IS, "%s is the latest", version[0] ? version : "it");
		return true;
	}
	if (bundle_compare_version(span_of(version), buf_span(&b->version)) >= 0)
		return false;
	settle(u, PUAVO_KEPT, "the latest of %s is %s, which is older than %s: not taken",
		got->server.s, version, b->version.s);
	engine_tell(u->e, WATCH_WARN, buf_span(&u->line->name),
		"%s; to have it all the same, ask for version %s", u->out->why.s, version);
	return true;
}

/* 1: it is there, and its version noted; 0: what there is, is kept. */
static int obtain(
	struct update *u, const struct bundle *have, struct obtained *got, struct err *err)
{
	if (puavo_obtain(u->e, u->line, got, err) < 0)
		return -1;
	if (is_kept(u, got, have))
		return 0;
	buf_set(&u->out->to, buf_span(&got->looked.installer.version));
	if (!u->out->to.n)
		buf_set(&u->out->to, span_cut(buf_span(&got->looked.id), 0, 8));
	return 1;
}

static int do_nothing(struct update *u, struct err *err)
{
	(void)err;
	return settle(u, PUAVO_AS_IT_IS, "nothing is to be done");
}

static int do_install(struct update *u, struct err *err)
{
	AUTO(obtained) got = {.looked = {.id = BUF_INIT}, .file = BUF_INIT, .server = BUF_INIT};
	int there;

	if (u->current && is_asked(u->line, u->current) && u->current->state == BUNDLE_INSTALLED)
		return settle(u, PUAVO_AS_IT_IS, "it is installed");
	if (u->options->dry_run)
		return would(u, "install");
	there = obtain(u, u->current, &got, err);
	if (there <= 0)
		return there;
	if (run(u, (struct request){.goal = GOAL_INSTALL}, got.file.s, err) < 0)
		return -1;
	return settle(u, PUAVO_DONE, "installed from %s", got.server.s);
}

static int put_out_of_use(struct update *u, const char *what, struct err *err)
{
	if (!u->current || u->current->layout == LAYOUT_SYSTEM)
		return settle(u, PUAVO_AS_IT_IS, "%s", what);
	if (u->options->dry_run)
		return settle(u, PUAVO_WOULD, "would take it out of use");
	if (run_name(u, GOAL_UNCONFIGURE, err) < 0)
		return -1;
	return settle(u, PUAVO_DONE, "taken out of use");
}

/* Its own files alone, of which people can be told what it is. */
static int do_extract(struct update *u, struct err *err)
{
	AUTO(obtained) got = {.looked = {.id = BUF_INIT}, .file = BUF_INIT, .server = BUF_INIT};
	const struct bundle *shown = world_puavo(&u->world, buf_span(&u->line->name));
	int there;

	if (!shown)
		shown = world_shown(&u->world, buf_span(&u->line->name));
	if (shown && is_asked(u->line, shown))
		return settle(u, PUAVO_AS_IT_IS, "it is extracted");
	if (u->options->dry_run)
		return would(u, "extract");
	there = obtain(u, shown, &got, err);
	if (there <= 0)
		return there;
	if (run(u, (struct request){.goal = GOAL_EXTRACT}, got.file.s, err) < 0)
		return -1;
	return settle(u, PUAVO_DONE, "extracted, from %s", got.server.s);
}

/* The newest that could be taken into use; NULL: none. */
static const struct bundle *newest_ready(const struct update *u)
{
	const struct bundle *newest = NULL;

	VEC_FOR (const struct bundle, b, &u->world.of)
		if (span_is(buf_span(&b->name), buf_span(&u->line->name)) &&
			b->state >= BUNDLE_PREPARED &&
			(!newest || bundle_compare_version(
					    buf_span(&b->version), buf_span(&newest->version)) > 0))
			newest = b;
	return newest;
}

static bool is_ready(const struct update *u)
{
	VEC_FOR (const struct bundle, b, &u->world.of)
		if (span_is(buf_span(&b->name), buf_span(&u->line->name)) &&
			b->state >= BUNDLE_PREPARED && is_asked(u->line, b))
			return true;
	return false;
}

/* Ready, and not in use; what the system image has stays in use beside it. What is out of use last is what is offered, and
 * stays when all is collected: so that comes first. */
static int do_prepare(struct update *u, struct err *err)
{
	AUTO(obtained) got = {.looked = {.id = BUF_INIT}, .file = BUF_INIT, .server = BUF_INIT};
	int there;

	if (is_ready(u))
		return put_out_of_use(u, "it is prepared", err);
	if (u->options->dry_run)
		return would(u, "prepare");
	if (put_out_of_use(u, "", err) < 0)
		return -1;
	there = obtain(u, newest_ready(u), &got, err);
	if (there <= 0)
		return there;
	if (run(u, (struct request){.goal = GOAL_PREPARE}, got.file.s, err) < 0)
		return -1;
	return settle(u, PUAVO_DONE, "prepared, from %s", got.server.s);
}

static int do_remove(struct update *u, struct err *err)
{
	const struct puavo_line *line = u->line;

	if (!u->current)
		return settle(u, PUAVO_AS_IT_IS, "it is not installed");
	if (line->which == PUAVO_NUMBER && !u->current->version.n)
		return err_set(err, ERR_FAILED,
			"the version that is installed is not known, so it cannot be compared with %s",
			line->version.s);
	if (line->which == PUAVO_NUMBER && bundle_compare_version(buf_span(&u->current->version),
						   buf_span(&line->version)) > 0)
		return settle(u, PUAVO_AS_IT_IS, "%s is newer than %s", u->current->version.s,
			line->version.s);
	if (line->which == PUAVO_ID && !is_asked(line, u->current))
		return settle(u, PUAVO_AS_IT_IS, "it is another one that is installed");
	if (u->options->dry_run)
		return settle(u, PUAVO_WOULD, "would remove it");
	/* Of what has puavo-pkg's layout the installer's files stay, as there. */
	if (run(u, (struct request){.goal = GOAL_REMOVE, .strip = true}, line->name.s, err) < 0)
		return -1;
	buf_clear(&u->out->to);
	return settle(u, PUAVO_DONE, "removed");
}

/* What the system image has of it takes its place; an image that has none leaves it out of use. */
static int do_switch(struct update *u, struct err *err)
{
	const struct bundle *system = world_system(&u->world, buf_span(&u->line->name));

	if (!system)
		return put_out_of_use(u, "it is not in use", err);
	note_version(&u->out->to, system);
	if (system == u->current)
		return settle(u, PUAVO_AS_IT_IS, "the system image's is in use");
	if (u->options->dry_run)
		return settle(u, PUAVO_WOULD, "would take the system image's into use");
	if (run(u, (struct request){.goal = GOAL_INSTALL, .id = system->id.s}, u->line->name.s,
		    err) < 0)
		return -1;
	return settle(u, PUAVO_DONE, "the system image's is in use again");
}

static int (*const actions[PUAVO_ACTIONS])(struct update *u, struct err *err) = {
	[PUAVO_DO_NOTHING] = do_nothing,
	[PUAVO_EXTRACT] = do_extract,
	[PUAVO_INSTALL] = do_install,
	[PUAVO_PREPARE] = do_prepare,
	[PUAVO_REMOVE] = do_remove,
	[PUAVO_SWITCH] = do_switch,
};

int puavo_line_do(struct update *u, struct err *err)
{
	int result;

	u->world = WORLD_INIT;
	u->stuck = false;
	if (engine_world(u->e, &u->world, err) < 0)
		return -1;
	u->current = world_current(&u->world, buf_span(&u->line->name));
	note_version(&u->out->from, u->current);
	buf_set(&u->out->to, buf_span(&u->out->from));
	result = actions[u->line->action](u, err);
	world_drop(&u->world);
	return result;
}

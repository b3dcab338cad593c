/* A turn in a stage, and its commit. */
#include "engine/turn.h"

#include <string.h>

#include "engine/previewed.h"
#include "engine/staged.h"
#include "engine/staged_parts.h"
#include "engine/undo.h"
#include "store/apply.h"
#include "sys/signals.h"

#define NAMED_MOST 5 /* findings that are named */
#define TRIES 5 /* of a play that somebody else disturbs */

int turn_stay(struct turn *t, struct commit *undone, struct err *err)
{
	struct db *db = &t->e->db;

	t->item->result = RESULT_BACK;
	if (db_begin(db, err) < 0)
		return -1;
	if (journal_set(db, t->configure ? t->configure : t->unconfigure, STATUS_FAILED, err) < 0 ||
		(undone && commit_undone(undone, err) < 0)) {
		db_abandon(db);
		return -1;
	}
	if (db_commit(db, err) < 0)
		return -1;
	if (undone)
		commit_forget(undone);
	return 0;
}

int turn_ask(struct turn *t, struct span name, const struct findings *findings, struct err *why)
{
	struct watch *watch = t->e->watch;
	AUTO(buf) text = BUF_INIT;
	int answer;

	if (!findings_count(findings, SEVERITY_ASK) || t->request->yes)
		return 0;
	answer = watch && watch->ask ? watch->ask(watch, name, findings) : -1;
	if (answer > 0)
		return 0;
	if (answer == 0)
		return err_set(why, ERR_NO, "not wanted");
	VEC_FOR (const struct finding, f, &findings->of)
		if (!text.n && f->severity == SEVERITY_ASK)
			finding_format(f, &text);
	err_set(why, ERR_INPUT, "policy wants this asked: %s", text.s);
	return err_next(why, "look at it with fardel preview; --yes says yes");
}

static void tell_findings(struct turn *t, const struct staged *s)
{
	size_t told = 0, warns = findings_count(&s->findings, SEVERITY_WARN);
	struct span name = buf_span(&staged_subject(s)->name);

	VEC_FOR (const struct finding, f, &s->findings.of) {
		AUTO(buf) text = BUF_INIT;

		if (f->severity != SEVERITY_WARN || told++ >= NAMED_MOST)
			continue;
		finding_format(f, &text);
		engine_tell(t->e, WATCH_WARN, name, "%s", text.s);
	}
	if (warns > NAMED_MOST)
		engine_tell(t->e, WATCH_WARN, name,
			"and %zu more like these (fardel preview shows all)", warns - NAMED_MOST);
}

/* What is found of it, but for files that move from package to package in this plan: as of moves_keep; -1. */
static int look(struct turn *t, struct staged *s, struct err *why)
{
	size_t self = (size_t)t->index;
	int next = moves_keep(t->moves, self, s, why);

	if (next != MOVES_NOTHING)
		return next;
	return staged_inspect(s, why) < 0 ? -1 : moves_take(t->moves, self, s, why);
}

static int judge(struct turn *t, struct staged *s, struct err *why)
{
	if (findings_verdict(&s->findings, why) < 0)
		return -1;
	if (t->request->previewed && previewed_check(s, t->request->previewed, why) < 0)
		return -1;
	tell_findings(t, s);
	return turn_ask(t, buf_span(&staged_subject(s)->name), &s->findings, why);
}

static bool may_go_without(const struct turn *t)
{
	return !t->e->config.require_sandbox && !t->request->previewed;
}

/* Plays it until nobody else has changed what the rules saw. 1; 0: no stage is to be had (*why); -1: *why. */
static int play(struct turn *t, struct staged *s, struct err *why)
{
	for (int tries = 0; tries < TRIES; tries++) {
		bool none;
		int fits, next;

		if (staged_run(s, &none, why) < 0)
			return none && may_go_without(t) ? 0 : -1;
		next = look(t, s, why);
		if (next == MOVES_AGAIN)
			continue;
		if (next < 0 || judge(t, s, why) < 0)
			return -1;
		fits = commit_check(s, why);
		if (fits > 0 && t->request->goal != GOAL_REPAIR)
			staged_tell_kept(s);
		if (fits)
			return fits;
		engine_tell(t->e, WATCH_INFO, buf_span(&staged_subject(s)->name),
			"somebody else has changed a database meanwhile; its rules run again");
	}
	err_set(why, ERR_CONFLICT, "others do not stop to change the same databases");
	return err_next(why, "run the same command again when they are done");
}

static int begin(struct turn *t, struct commit *c, struct err *err)
{
	struct db *db = &t->e->db;

	if (c->nothing)
		return 0;
	if (db_begin(db, err) < 0)
		return -1;
	if (commit_begun(c, err) < 0) {
		db_abandon(db);
		return -1;
	}
	return db_commit(db, err);
}

static const char *why_left(const struct turn *t, const struct staged *s, struct span path)
{
	if (t->request->goal == GOAL_REPAIR)
		return "it is protected (config protect), and stays as somebody has made it";
	if (!changes_get(&s->before.changes, path))
		return "somebody else has put it there";
	if (apply_is_shared(path))
		return "it was changed since by others, whose it is as well: look there for what it had added";
	return t->purge && !t->request->purge
		       ? "it was changed since; remove --purge would have taken it, too"
		       : "it was changed since";
}

/* What stays of what a package had made. */
static void tell_left(struct turn *t, const struct staged *s)
{
	struct span name = buf_span(&staged_subject(s)->name);

	t->item->counted = s->has_before && s->before.whole;
	for (size_t i = 0; i < s->left.of.n; i++) {
		const struct buf *path = &s->left.of.v[i];

		texts_add(&t->item->left, buf_span(path));
		engine_tell(t->e, WATCH_WARN, name, "kept %s: %s", path->s,
			why_left(t, s, buf_span(path)));
	}
}

/* 1: done; 0: failed (*why), and all is as before; -1. */
static int carry(struct turn *t, struct commit *c, struct err *why, struct err *err)
{
	bool back = true;

	if (begin(t, c, err) < 0)
		return -1;
	if (undo_restore_folder(t->e, t->item, why) < 0 || commit_apply(c, &back, why) < 0) {
		undo_retire_folder(t->e, t->item);
		return back ? turn_stay(t, c, err) : turn_leave_open(why, err);
	}
	if ((t->configure ? turn_configured(t, c, err) : turn_unconfigured(t, c, err)) < 0)
		return -1;
	commit_finish(c);
	tell_left(t, c->s);
	t->item->committed = !c->nothing;
	t->item->changes = c->row.count;
	return 1;
}

/* A signal comes before a commit, or after it and what it asks for. */
static int carry_through(struct turn *t, struct commit *c, struct err *why, struct err *err)
{
	int result;

	signals_defer(true);
	result = carry(t, c, why, err);
	signals_defer(false);
	return result;
}

int turn_staged(
	struct turn *t, const bool network[PHASES], bool *live, struct err *why, struct err *err)
{
	AUTO(staged) s;
	AUTO(commit) c = COMMIT_INIT;
	int played;

	staged_init(&s, t->e, t->item, t->request);
	memcpy(s.network, network, sizeof(s.network));
	if ((t->unconfigure && turn_check(STEP_UNCONFIGURE, &t->item->from, err) < 0) ||
		(t->configure && turn_check(STEP_CONFIGURE, &t->item->to, err) < 0))
		return -1;
	played = t->item->undoes_txn ? undo_play(&s, t->item, why) : play(t, &s, why);
	*live = played == 0;
	if (*live)
		return 0;
	if (played > 0 && commit_keep(&c, &s, t->number, t->index, why) == 0)
		return carry_through(t, &c, why, err);
	return turn_stay(t, NULL, err);
}

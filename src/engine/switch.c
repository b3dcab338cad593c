/* Act two: per package, the old version out of use and the new one into it. */
#include "engine/switch.h"

#include <string.h>

#include "engine/clean.h"
#include "engine/commit.h"
#include "engine/run_rules.h"
#include "engine/staged.h"
#include "store/installation.h"
#include "sys/signals.h"

#define NAMED_MOST 5 /* findings that are named */
#define TRIES 5 /* of a play that somebody else disturbs */

/* One item at work. */
struct turn {
	struct engine *e;
	struct plan_item *item;
	struct journal_step *unconfigure, *configure, *purge; /* NULL: not planned */
	const struct request *request;
	int64_t number, index; /* of the transaction, and of the item in it */
};

void switch_tell_broken(struct engine *e, struct span name, const struct err *why)
{
	AUTO(buf) next = BUF_INIT;

	if (why->next[0])
		buf_adds(&next, why->next);
	else
		buf_addf(&next, "mend it with: fardel reconfigure %.*s", SPAN_ARG(name));
	engine_tell(e, WATCH_WARN, name, "%s; it is broken now; %s", why->text, next.s);
}

int switch_link(struct engine *e, struct span name, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	if (db_world(&e->db, &world, err) < 0)
		return -1;
	return links_publish(&e->place, &world, name, err);
}

int switch_publish(struct engine *e, struct span name, struct err *err)
{
	/* What rules did must not be less durable than the row that says they did it. */
	return switch_link(e, name, err) < 0 ? -1 : place_sync(&e->place, err);
}

int switch_back(
	struct engine *e, const struct bundle *made, const struct bundle *old, struct err *err)
{
	struct err failure = ERR_INIT;

	if (!made && !old)
		return 0;
	signals_hold();
	engine_tell(e, WATCH_INFO, buf_span(made ? &made->name : &old->name),
		"taking back what was begun");
	if (made && rules_switch(e, PHASE_UNCONFIGURE, made, &failure) < 0) {
		if (rules_not_begun(&failure))
			return err_copy(err, &failure);
		engine_tell(e, WATCH_WARN, buf_span(&made->name),
			"taking back what configure did: %s", failure.text);
	}
	if (!old)
		return 0;
	if (rules_switch(e, PHASE_CONFIGURE, old, err) < 0)
		return -1;
	engine_tell(e, WATCH_INFO, buf_span(&old->name), "%.*s is in use again",
		SPAN_ARG(bundle_version(old)));
	return 0;
}

/* A step's status and, where a bundle is given, its state: one commit. */
static int note(struct turn *t, struct journal_step *step, enum step_status status,
	const struct bundle *b, enum bundle_state state, struct err *err)
{
	struct db *db = &t->e->db;

	if (db_begin(db, err) < 0)
		return -1;
	if (journal_set(db, step, status, err) < 0 ||
		(b && db_set_state(db, b->row, state, engine_now(), err) < 0) ||
		(b && switch_publish(t->e, buf_span(&b->name), err) < 0)) {
		db_abandon(db);
		return -1;
	}
	return db_commit(db, err);
}

/* What was begun cannot be taken back now: the next command does. */
static int leave_open(const struct err *failure, struct err *err)
{
	err_copy(err, failure);
	err_detail(err, "What was begun is not taken back yet: the next command does that first.");
	return err_at(err, "taking back what was begun");
}

/* The old one stays: what it was before is put right again, and its state noted. */
static int keep_old(struct turn *t, const struct bundle *made, struct err *err)
{
	struct bundle *old = &t->item->from;
	bool had_old = t->unconfigure != NULL;
	struct err failure = ERR_INIT;
	enum bundle_state state = BUNDLE_INSTALLED;

	t->item->result = RESULT_BACK;
	if (switch_back(t->e, made, had_old ? old : NULL, &failure) < 0) {
		if (rules_not_begun(&failure))
			return leave_open(&failure, err);
		state = BUNDLE_BROKEN;
		t->item->result = RESULT_FAILED;
		switch_tell_broken(t->e, buf_span(&old->name), &failure);
	}
	return note(t, had_old ? t->unconfigure : t->configure, STATUS_FAILED, had_old ? old : NULL,
		state, err);
}

/* The new one was made by this transaction and has not come into use: it goes. */
static int drop_new(struct turn *t, struct err *err)
{
	struct bundle *to = &t->item->to;
	struct db *db = &t->e->db;

	if (!t->configure || !t->configure->fresh)
		return 0;
	if (db_begin(db, err) < 0)
		return -1;
	if (db_delete_bundle(db, to->row, err) < 0 ||
		switch_publish(t->e, buf_span(&to->name), err) < 0) {
		db_abandon(db);
		return -1;
	}
	if (db_commit(db, err) < 0)
		return -1;
	clean_purge(t->e, buf_span(&to->name), buf_span(&to->id));
	return 0;
}

/* The table of steps has the last word before anything is begun. */
static int check_move(enum step_kind kind, const struct bundle *b, struct err *err)
{
	if (step_is_legal(kind, (int)b->state))
		return 0;
	return err_set(err, ERR_BAD_STATE, "%s is no step for a package that is %s",
		step_rows[kind].name, bundle_state_name(b->state));
}

/* 1: done or not planned; 0: failed (*why), the old one stays; -1. */
static int unconfigure(struct turn *t, struct err *why, struct err *err)
{
	if (!t->unconfigure)
		return 1;
	if (check_move(STEP_UNCONFIGURE, &t->item->from, err) < 0 ||
		note(t, t->unconfigure, STATUS_BEGUN, NULL, 0, err) < 0)
		return -1;
	if (rules_switch(t->e, PHASE_UNCONFIGURE, &t->item->from, why) == 0)
		return 1;
	if (t->request->force && why->code != ERR_IN_USE && why->code != ERR_SIGNAL) {
		engine_tell(t->e, WATCH_WARN, buf_span(&t->item->from.name),
			"%s; going on (--force)", why->text);
		err_clear(why);
		return 1;
	}
	return keep_old(t, NULL, err) < 0 ? -1 : 0;
}

/* The package's own configuration failed on it again: there is nothing older to go back to. */
static int mark_broken(struct turn *t, struct err *why, struct err *err)
{
	enum bundle_state state = BUNDLE_BROKEN;
	struct err failure = ERR_INIT;

	if (rules_not_begun(why))
		state = t->item->to.state;
	else if (why->code == ERR_SIGNAL && switch_back(t->e, NULL, &t->item->to, &failure) == 0)
		state = BUNDLE_INSTALLED;
	t->item->result = state == BUNDLE_BROKEN ? RESULT_FAILED : RESULT_BACK;
	if (state == BUNDLE_BROKEN && !why->next[0])
		err_next(why, "mend the cause, then: fardel reconfigure %s", t->item->to.name.s);
	return note(t, t->configure, STATUS_FAILED, &t->item->to, state, err);
}

/* Rules may change files of their own installation; from now on what is there counts as whole. */
static int note_size(struct turn *t, struct err *err)
{
	struct bundle *to = &t->item->to;
	int64_t size;

	if (installation_measure(&t->e->place, buf_span(&to->name), buf_span(&to->id), &size, err) <
		0)
		return -1;
	if (size == to->size)
		return 0;
	to->size = size;
	return db_set_size(&t->e->db, to->row, size, err);
}

/* What is in force of the package: what was committed, or, of rules that ran on the system itself, nobody knows what. */
static int enforce(struct turn *t, struct commit *c, struct err *err)
{
	return c ? commit_done(c, err)
		 : in_force_forget(&t->e->db, buf_span(&t->item->to.name), err);
}

/* The links. What a commit has changed is durable; what rules have changed by themselves is made so. */
static int publish(struct turn *t, const struct commit *c, struct span name, struct err *err)
{
	if (!c)
		return switch_publish(t->e, name, err);
	return switch_link(t->e, name, err) < 0 ? -1 : place_sync_packages(&t->e->place, err);
}

/* The states that a configure which went well leads to, with the links: one commit. `c` is NULL for one without a stage. */
static int commit_configured(struct turn *t, struct commit *c, struct err *err)
{
	struct db *db = &t->e->db;
	int64_t now = engine_now();

	if (db_begin(db, err) < 0)
		return -1;
	if (note_size(t, err) < 0) {
		db_abandon(db);
		return -1;
	}
	if ((t->unconfigure &&
		    db_set_state(db, t->item->from.row, BUNDLE_PREPARED, now, err) < 0) ||
		db_set_state(db, t->item->to.row, BUNDLE_INSTALLED, now, err) < 0 ||
		(t->unconfigure && journal_set(db, t->unconfigure, STATUS_DONE, err) < 0) ||
		journal_set(db, t->configure, STATUS_DONE, err) < 0 || enforce(t, c, err) < 0 ||
		publish(t, c, buf_span(&t->item->to.name), err) < 0) {
		db_abandon(db);
		return -1;
	}
	t->item->to.state = BUNDLE_INSTALLED;
	t->item->to.since = now;
	return db_commit(db, err);
}

/* 1: done; 0: failed, and taken back; -1. */
static int configure(struct turn *t, struct err *why, struct err *err)
{
	bool again = !t->unconfigure && t->item->to.state != BUNDLE_PREPARED;

	if (check_move(STEP_CONFIGURE, &t->item->to, err) < 0 ||
		note(t, t->configure, STATUS_BEGUN, NULL, 0, err) < 0)
		return -1;
	if (rules_switch(t->e, PHASE_CONFIGURE, &t->item->to, why) == 0)
		return commit_configured(t, NULL, err) < 0 ? -1 : 1;
	if (again)
		return mark_broken(t, why, err) < 0 ? -1 : 0;
	return keep_old(t, &t->item->to, err);
}

/* Out of use for good: the state is written, or with a purge all of the package's rows go, in
 * one commit. */
static int commit_unconfigured(struct turn *t, struct commit *c, struct err *err)
{
	struct db *db = &t->e->db;
	AUTO(world) world = WORLD_INIT;
	int result = 0;

	if (db_world(db, &world, err) < 0 || db_begin(db, err) < 0)
		return -1;
	if (t->unconfigure)
		result = journal_set(db, t->unconfigure, STATUS_DONE, err);
	if (result == 0 && t->purge)
		result = journal_set(db, t->purge, STATUS_BEGUN, err);
	if (result == 0 && !t->purge)
		result = db_set_state(db, t->item->from.row, BUNDLE_PREPARED, engine_now(), err);
	for (size_t i = 0; result == 0 && t->purge && i < world.of.n; i++)
		if (span_is(buf_span(&world.of.v[i].name), buf_span(&t->item->from.name)))
			result = db_delete_bundle(db, world.of.v[i].row, err);
	if (result == 0)
		result = enforce(t, c, err);
	if (result < 0 || publish(t, c, buf_span(&t->item->from.name), err) < 0) {
		db_abandon(db);
		return -1;
	}
	if (db_commit(db, err) < 0)
		return -1;
	if (t->purge)
		clean_purge(t->e, buf_span(&t->item->from.name), SPAN(""));
	return 0;
}

/* On the system itself. 1: done; 0: failed (*why); -1. */
static int take_turn_live(struct turn *t, struct err *why, struct err *err)
{
	int result = unconfigure(t, why, err);

	if (result <= 0)
		return result;
	if (t->configure)
		return configure(t, why, err);
	return commit_unconfigured(t, NULL, err) < 0 ? -1 : 1;
}

/* --- In a stage ---------------------------------------------------------------------------------------- */

/* Nothing has been changed: the old one stays as it is. */
static int stay(struct turn *t, struct commit *undone, struct err *err)
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

static int ask(struct turn *t, const struct staged *s, struct err *why)
{
	struct watch *watch = t->e->watch;
	struct span name = buf_span(&staged_subject(s)->name);
	AUTO(buf) text = BUF_INIT;
	int answer;

	if (!findings_count(&s->findings, SEVERITY_ASK) || t->request->yes)
		return 0;
	answer = watch && watch->ask ? watch->ask(watch, name, &s->findings) : -1;
	if (answer > 0)
		return 0;
	if (answer == 0)
		return err_set(why, ERR_NO, "not wanted");
	VEC_FOR (const struct finding, f, &s->findings.of)
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

static int judge(struct turn *t, struct staged *s, struct err *why)
{
	if (staged_inspect(s, why) < 0 || findings_verdict(&s->findings, why) < 0)
		return -1;
	tell_findings(t, s);
	return ask(t, s, why);
}

/* Plays it until nobody else has changed what the rules saw. 1; 0: no stage is to be had (*why); -1: *why. */
static int play(struct turn *t, struct staged *s, struct err *why)
{
	for (int tries = 0; tries < TRIES; tries++) {
		bool none;
		int fits;

		if (staged_run(s, &none, why) < 0)
			return none && !t->e->config.require_sandbox ? 0 : -1;
		if (judge(t, s, why) < 0)
			return -1;
		fits = commit_check(s, why);
		if (fits)
			return fits;
		engine_tell(t->e, WATCH_INFO, buf_span(&staged_subject(s)->name),
			"somebody else has changed a database meanwhile; its rules run again");
	}
	return err_set(why, ERR_CONFLICT, "others do not stop to change the same databases");
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

/* What stays of what a package had made. */
static void tell_left(struct turn *t, const struct staged *s)
{
	struct span name = buf_span(&staged_subject(s)->name);

	t->item->counted = s->has_before && s->before.whole;
	for (size_t i = 0; i < s->left.of.n; i++) {
		texts_add(&t->item->left, buf_span(&s->left.of.v[i]));
		engine_tell(t->e, WATCH_WARN, name, "kept %s: it was changed since%s",
			s->left.of.v[i].s, t->purge ? "; remove --purge takes it, too" : "");
	}
}

/* 1: done; 0: failed (*why), and all is as before; -1. */
static int carry_through(struct turn *t, struct commit *c, struct err *why, struct err *err)
{
	bool back;

	if (begin(t, c, err) < 0)
		return -1;
	if (commit_apply(c, &back, why) < 0)
		return back ? stay(t, c, err) : leave_open(why, err);
	if ((t->configure ? commit_configured(t, c, err) : commit_unconfigured(t, c, err)) < 0)
		return -1;
	commit_finish(c);
	tell_left(t, c->s);
	return 1;
}

/* 1: done; 0: failed (*why), and nothing has changed; -1. *live: it has to be done on the system itself. */
static int take_turn_staged(struct turn *t, bool *live, struct err *why, struct err *err)
{
	AUTO(staged) s;
	AUTO(commit) c = COMMIT_INIT;
	int played;

	staged_init(&s, t->e, t->item, t->request);
	if ((t->unconfigure && check_move(STEP_UNCONFIGURE, &t->item->from, err) < 0) ||
		(t->configure && check_move(STEP_CONFIGURE, &t->item->to, err) < 0))
		return -1;
	played = play(t, &s, why);
	*live = played == 0;
	if (*live)
		return 0;
	if (played > 0 && commit_keep(&c, &s, t->number, t->index, why) == 0)
		return carry_through(t, &c, why, err);
	return stay(t, NULL, err);
}

/* Whose rules are to run on the system itself; and why, to be said. */
static bool is_live(const struct turn *t, const char **why)
{
	const struct config *config = &t->e->config;
	struct span name = buf_span(t->configure ? &t->item->to.name : &t->item->from.name);

	*why = t->request->direct ? "--direct" : NULL;
	if (t->e->place.root.n && !config->rules_chroot)
		*why = "rules.chroot is off";
	for (size_t i = 0; i < config->live.of.n; i++)
		if (span_is(buf_span(&config->live.of.v[i]), name))
			*why = "live in fardel.toml";
	return *why;
}

static int take_turn(struct turn *t, struct err *why, struct err *err)
{
	struct span name = buf_span(t->configure ? &t->item->to.name : &t->item->from.name);
	const char *reason;
	bool live = is_live(t, &reason);
	int result;

	if (!t->unconfigure && !t->configure)
		return commit_unconfigured(t, NULL, err) < 0 ? -1 : 1;
	if (!live) {
		result = take_turn_staged(t, &live, why, err);
		if (!live)
			return result;
		reason = why->text;
	}
	engine_tell(t->e, WATCH_INFO, name,
		"its rules run on the system itself (%s): what they change is not known", reason);
	err_clear(why);
	return take_turn_live(t, why, err);
}

static void fail(struct plan_item *item, struct err *why, struct err *failed)
{
	if (item->result == RESULT_OPEN)
		item->result = RESULT_FAILED;
	buf_sets(&item->why, why->text);
	buf_sets(&item->more, why->detail);
	if (failed->code == ERR_NONE) {
		err_copy(failed, why);
		err_at(failed, "%s", item->to.name.s);
	}
}

/* One item: 1 go on, 0 it failed, -1. */
static int switch_item(struct turn *t, struct err *failed, struct err *err)
{
	struct err why = ERR_INIT;
	int result;

	result = take_turn(t, &why, err);
	if (result == 1)
		t->item->result = RESULT_DONE;
	if (result == 0)
		fail(t->item, &why, failed);
	if (result == 0 && drop_new(t, err) < 0)
		return -1;
	if (result == 0 && why.code == ERR_SIGNAL)
		return err_copy(err, &why);
	return result;
}

static struct turn turn_of(struct engine *e, struct plan *plan, size_t i, struct journal *journal,
	const struct request *request)
{
	return (struct turn){.e = e,
		.item = &plan->of.v[i],
		.request = request,
		.number = journal->number,
		.index = (int64_t)i,
		.unconfigure = journal_get(journal, i, STEP_UNCONFIGURE),
		.configure = journal_get(journal, i, STEP_CONFIGURE),
		.purge = journal_get(journal, i, STEP_PURGE)};
}

static int take_turns(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err)
{
	bool stop = false;

	for (size_t i = 0; i < plan->of.n; i++) {
		struct turn t = turn_of(e, plan, i, journal, request);
		int result;

		if (t.item->result != RESULT_OPEN)
			continue;
		if (!t.unconfigure && !t.configure && !t.purge) {
			t.item->result = RESULT_DONE;
			continue;
		}
		if (stop) {
			t.item->result = RESULT_SKIPPED;
			continue;
		}
		if (signals_check(err) < 0)
			return -1;
		result = switch_item(&t, failed, err);
		if (result < 0)
			return err_at(err, "%s", t.item->to.name.s);
		stop = result == 0 && !request->keep_going;
	}
	return 0;
}

int switch_all(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err)
{
	int result = take_turns(e, plan, journal, request, failed, err);
	struct err trouble = ERR_INIT;

	/* Where state.db cannot be written, recovery does this. */
	if (result < 0 && err->code != ERR_SIGNAL)
		return -1;
	for (size_t i = 0; i < plan->of.n; i++) {
		struct turn t = turn_of(e, plan, i, journal, request);
		bool begun = t.item->result != RESULT_OPEN && t.item->result != RESULT_SKIPPED;

		if (!begun && drop_new(&t, &trouble) < 0)
			return err_copy(err, &trouble);
	}
	return result;
}

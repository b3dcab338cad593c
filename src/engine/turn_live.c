/* A turn on the system itself: what fails is taken back by the rules of the other phase. */
#include "engine/turn.h"

#include "engine/run_rules.h"
#include "engine/switch.h"
#include "sys/signals.h"

void switch_tell_broken(struct engine *e, struct span name, const struct err *why)
{
	AUTO(buf) next = BUF_INIT;

	if (why->next[0])
		buf_adds(&next, why->next);
	else
		buf_addf(&next, "mend it with: fardel reconfigure %.*s", SPAN_ARG(name));
	engine_tell(e, WATCH_WARN, name, "%s; it is broken now; %s", why->text, next.s);
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
			return turn_leave_open(&failure, err);
		state = BUNDLE_BROKEN;
		t->item->result = RESULT_FAILED;
		switch_tell_broken(t->e, buf_span(&old->name), &failure);
	}
	return note(t, had_old ? t->unconfigure : t->configure, STATUS_FAILED, had_old ? old : NULL,
		state, err);
}

/* 1: done or not planned; 0: failed (*why), the old one stays; -1. */
static int unconfigure(struct turn *t, struct err *why, struct err *err)
{
	if (!t->unconfigure)
		return 1;
	if (turn_check(STEP_UNCONFIGURE, &t->item->from, err) < 0 ||
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
	rules_offer_force(t->request, why);
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

/* 1: done; 0: failed, and taken back; -1. */
static int configure(struct turn *t, struct err *why, struct err *err)
{
	bool again = !t->unconfigure && t->item->to.state != BUNDLE_PREPARED;

	if (turn_check(STEP_CONFIGURE, &t->item->to, err) < 0 ||
		note(t, t->configure, STATUS_BEGUN, NULL, 0, err) < 0)
		return -1;
	if (rules_switch(t->e, PHASE_CONFIGURE, &t->item->to, why) == 0)
		return turn_configured(t, NULL, err) < 0 ? -1 : 1;
	if (again)
		return mark_broken(t, why, err) < 0 ? -1 : 0;
	return keep_old(t, &t->item->to, err);
}

/* Recovery asks for the row of what may have been configured: it is on disk with the step that is begun next. */
static int take_up(struct turn *t, struct err *err)
{
	struct db *db = &t->e->db;

	if (!t->configure || t->item->to.row)
		return 0;
	if (place_sync_packages(&t->e->place, err) < 0 || db_begin_lazily(db, err) < 0)
		return -1;
	if (turn_take_up(t, err) < 0 || switch_link(t->e, buf_span(&t->item->to.name), err) < 0) {
		db_abandon(db);
		return -1;
	}
	return db_commit(db, err);
}

int turn_live(struct turn *t, struct err *why, struct err *err)
{
	int result = take_up(t, err) < 0 ? -1 : unconfigure(t, why, err);

	if (result <= 0)
		return result;
	if (t->configure)
		return configure(t, why, err);
	return turn_unconfigured(t, NULL, err) < 0 ? -1 : 1;
}

/* Act two: per package, the old version out of use and the new one into it. */
#include "engine/switch.h"

#include "engine/clean.h"
#include "engine/debian.h"
#include "engine/needs.h"
#include "engine/staged.h"
#include "engine/turn.h"
#include "store/links.h"
#include "sys/signals.h"

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
	clean_purge(t->e, to);
	return 0;
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

/* Packages of Packets and of luet's are laid, and their hooks run, nowhere else. */
static bool is_laid(const struct turn *t)
{
	int format = t->configure ? t->item->to.format : t->item->from.format;

	return format == FORMAT_PACKETS || format == FORMAT_LUET;
}

static int take_turn(struct turn *t, struct err *why, struct err *err)
{
	struct span name = buf_span(t->configure ? &t->item->to.name : &t->item->from.name);
	const char *reason = NULL;
	AUTO(buf) needs = BUF_INIT;
	bool network[PHASES] = {false};
	bool live = !t->item->undoes_txn && is_live(t, &reason);
	int result;

	if (!t->unconfigure && !t->configure)
		return turn_unconfigured(t, NULL, err) < 0 ? -1 : 1;
	result = live ? 0 : needs_ask(t, network, &needs, why);
	if (result < 0)
		return turn_stay(t, NULL, err);
	if (result == 1) {
		live = true;
		reason = needs.s;
	}
	if (!live) {
		result = turn_staged(t, network, &live, why, err);
		if (!live)
			return result;
		reason = why->text;
	}
	if (t->request->goal == GOAL_REPAIR || is_laid(t)) {
		AUTO(buf) said = buf_of(reason); /* it may be that of `why` */

		err_set(why, ERR_POLICY, "it can only be %s in a stage, and there is none: %s",
			t->request->goal == GOAL_REPAIR ? "mended" : "installed or removed",
			said.s);
		if (t->request->direct)
			(void)err_next(why, "the same command without --direct");
		return turn_stay(t, NULL, err);
	}
	engine_tell(t->e, WATCH_INFO, name,
		"its rules run on the system itself (%s): what they change is not known", reason);
	err_clear(why);
	return turn_live(t, why, err);
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

/* 1: what they need of Debian is there; 0: those that need it have failed; -1. */
static int bring_debian(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err)
{
	struct err why = ERR_INIT;

	if (debian_install(e, plan, &why) == 0)
		return 1;
	for (size_t i = 0; i < plan->of.n; i++) {
		struct turn t = turn_of(e, plan, i, journal, request);

		if (t.item->result != RESULT_OPEN || !t.item->debian.of.n)
			continue;
		fail(t.item, &why, failed);
		if (drop_new(&t, err) < 0)
			return -1;
	}
	return why.code == ERR_SIGNAL ? err_copy(err, &why) : 0;
}

static int take_turns(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err)
{
	AUTO(moves) moves = {e, request, {0}};
	int brought = bring_debian(e, plan, journal, request, failed, err);
	bool stop = brought == 0 && !request->keep_going;

	if (brought < 0)
		return -1;
	for (size_t i = 0; i < plan->of.n; i++)
		moves_add(&moves, &plan->of.v[i]);
	for (size_t i = 0; i < plan->of.n; i++) {
		struct turn t = turn_of(e, plan, i, journal, request);
		int result;

		t.moves = &moves;
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

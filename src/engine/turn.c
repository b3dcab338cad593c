/* The commits that end a package's turn. */
#include "engine/turn.h"

#include "engine/clean.h"
#include "engine/switch.h"
#include "engine/undo.h"
#include "store/installation.h"

int turn_leave_open(const struct err *failure, struct err *err)
{
	err_copy(err, failure);
	err_detail(err, "What was begun is not taken back yet: the next command does that first.");
	return err_at(err, "taking back what was begun");
}

int turn_check(enum step_kind kind, const struct bundle *b, struct err *err)
{
	if (step_is_legal(kind, (int)b->state))
		return 0;
	return err_set(err, ERR_BAD_STATE, "%s is no step for a package that is %s",
		step_rows[kind].name, bundle_state_name(b->state));
}

int turn_take_up(struct turn *t, struct err *err)
{
	if (!t->configure || t->item->to.row)
		return 0;
	return db_put_bundle(&t->e->db, &t->item->to, err);
}

/* Rules may change files of their own installation; from now on what is there counts as whole. */
static int note_size(struct turn *t, struct err *err)
{
	struct bundle *to = &t->item->to;
	int64_t size;

	if (installation_measure(&t->e->place, to, &size, err) < 0)
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

/* The links; and with them all that was changed becomes durable: by the commit, or by rules by themselves. */
static int publish(struct turn *t, const struct commit *c, struct span name, struct err *err)
{
	if (!c)
		return switch_publish(t->e, name, err);
	return switch_link(t->e, name, err) < 0 ? -1 : commit_sync(c, err);
}

int turn_configured(struct turn *t, struct commit *c, struct err *err)
{
	struct db *db = &t->e->db;
	int64_t now = engine_now();

	if (db_begin(db, err) < 0)
		return -1;
	if (undo_restore_rows(t->e, t->item, err) < 0 || turn_take_up(t, err) < 0 ||
		note_size(t, err) < 0 ||
		installation_stamp(&t->e->place, &t->item->to, INSTALLATION_INSTALLED, err) < 0) {
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

/* The package's rows; what is committed and may be taken back keeps them. */
static int delete_all(
	struct turn *t, const struct commit *c, const struct world *world, struct err *err)
{
	if (c && !c->nothing && !t->request->purge)
		return committed_retire(&t->e->db, &c->row, err);
	VEC_FOR (const struct bundle, b, &world->of)
		if (span_is(buf_span(&b->name), buf_span(&t->item->from.name)) &&
			db_delete_bundle(&t->e->db, b->row, err) < 0)
			return -1;
	return 0;
}

/* What is to be stripped is so already, as far as who comes after a crash is concerned. */
static enum bundle_state state_without(const struct turn *t)
{
	return t->request->strip && t->item->from.layout == LAYOUT_PUAVO ? BUNDLE_EXTRACTED
									 : BUNDLE_PREPARED;
}

int turn_unconfigured(struct turn *t, struct commit *c, struct err *err)
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
		result = db_set_state(db, t->item->from.row, state_without(t), engine_now(), err);
	if (result == 0 && t->purge)
		result = delete_all(t, c, &world, err);
	if (result == 0)
		result = enforce(t, c, err);
	if (result < 0 || publish(t, c, buf_span(&t->item->from.name), err) < 0) {
		db_abandon(db);
		return -1;
	}
	if (db_commit(db, err) < 0)
		return -1;
	if (t->purge)
		t->item->forgotten =
			!clean_retire(t->e, t->number, t->index, buf_span(&t->item->from.name));
	return 0;
}

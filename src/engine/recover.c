/* What a crash left is settled here. */
#include "engine/recover.h"

#include "engine/clean.h"
#include "engine/commit.h"
#include "engine/mime.h"
#include "engine/puavo.h"
#include "engine/run_rules.h"
#include "engine/switch.h"
#include "store/installation.h"
#include "store/links.h"
#include "store/stages.h"

/* What the journal says of one item of the transaction that never ended. */
struct turned {
	const struct journal_step *unconfigure, *configure, *purge;
	const struct journal_step *any;
	int64_t number; /* of the transaction */
};

static bool was_begun(const struct journal_step *s)
{
	return s && s->status != STATUS_PLANNED;
}

static bool is_done(const struct journal_step *s)
{
	return s && s->status == STATUS_DONE;
}

static const struct bundle *bundle_of(const struct world *world, const struct journal_step *s)
{
	return s ? world_get(world, buf_span(&s->name), buf_span(&s->id)) : NULL;
}

/* Its row is gone, or never came, and with it its layout: in puavo's its folder is marked. */
static void purge_of(struct engine *e, const struct journal_step *s)
{
	AUTO(bundle) b;

	bundle_init(&b);
	buf_set(&b.name, buf_span(&s->name));
	buf_set(&b.id, buf_span(&s->id));
	clean_purge(e, &b);
}

/* What is to be done for each state of the journal, in the order in which it is looked at:
 *	purge begun                     the rows are gone: forward, the folder goes too
 *	configure done                  the switch was committed: nothing
 *	unconfigure done, no configure  out of use, committed: nothing; where it is to be stripped, that
 *	anything begun                  back to what was in use before
 *	nothing begun                   nothing live was touched: what was prepared goes */
static int settle_item(
	struct engine *e, const struct world *world, const struct turned *t, struct err *err)
{
	const struct bundle *made = bundle_of(world, t->configure);
	const struct bundle *old = bundle_of(world, t->unconfigure);
	bool again = t->configure && !t->unconfigure && made && made->state != BUNDLE_PREPARED;
	struct err failure = ERR_INIT;
	enum bundle_state state = BUNDLE_INSTALLED;

	if (was_begun(t->purge)) {
		/* A remove purges all of the package, cleaning one installation. */
		if (t->purge->action == ACTION_NOTHING)
			purge_of(e, t->purge);
		else
			clean_retire(e, t->number, t->purge->item, buf_span(&t->purge->name));
		return 0;
	}
	if (is_done(t->unconfigure) && !t->configure && old && old->state == BUNDLE_EXTRACTED)
		return clean_strip(e, old, err);
	if (is_done(t->configure) || (is_done(t->unconfigure) && !t->configure))
		return 0;
	if (!was_begun(t->configure) && !was_begun(t->unconfigure))
		return 0;
	if (again) {
		old = made;
		made = NULL;
	}
	engine_tell(e, WATCH_WARN, buf_span(&t->any->name), "an interrupted run is taken back");
	if (switch_back(e, was_begun(t->configure) ? made : NULL, old, &failure) < 0) {
		if (rules_not_begun(&failure))
			return err_copy(err, &failure);
		state = BUNDLE_BROKEN;
		switch_tell_broken(e, buf_span(&t->any->name), &failure);
	}
	return old ? db_set_state(&e->db, old->row, state, engine_now(), err) : 0;
}

static void find_steps(const struct journal *j, int64_t item, struct turned *out)
{
	*out = (struct turned){.number = j->number};
	for (size_t i = 0; i < j->of.n; i++) {
		const struct journal_step *s = &j->of.v[i];

		if (s->item != item)
			continue;
		out->any = s;
		if (s->kind == STEP_UNCONFIGURE)
			out->unconfigure = s;
		else if (s->kind == STEP_CONFIGURE)
			out->configure = s;
		else if (s->kind == STEP_PURGE)
			out->purge = s;
	}
}

/* An installation that the transaction made and that did not come into use: it goes, row first. */
static int drop_fresh(
	struct engine *e, const struct world *world, const struct turned *t, struct err *err)
{
	const struct bundle *b = bundle_of(world, t->any);

	if (is_done(t->configure))
		return 0;
	/* With a last step of prepare the work was only to prepare: done is done. */
	if (!t->configure && is_done(t->any))
		return 0;
	if (!t->any->fresh)
		return b ? puavo_unprepare(e, b, err) : 0;
	if (b && db_delete_bundle(&e->db, b->row, err) < 0)
		return -1;
	if (b)
		clean_purge(e, b);
	else
		purge_of(e, t->any);
	return 0;
}

static int settle(struct engine *e, const struct journal *j, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	int64_t last = j->of.n ? j->of.v[j->of.n - 1].item : -1;

	if (db_world(&e->db, &world, err) < 0)
		return -1;
	for (int64_t item = 0; item <= last; item++) {
		struct turned t;

		find_steps(j, item, &t);
		if (!t.any)
			continue;
		if (settle_item(e, &world, &t, err) < 0 || drop_fresh(e, &world, &t, err) < 0)
			return -1;
	}
	return 0;
}

/* Whether an item's steps were all carried out: before the interruption, or by settling it. */
static bool is_item_done(const struct journal *j, int64_t item)
{
	for (size_t i = 0; i < j->of.n; i++) {
		const struct journal_step *s = &j->of.v[i];
		bool forward = was_begun(s) && step_rows[s->kind].crash == CRASH_FORWARD;

		if (s->item == item && !is_done(s) && !forward)
			return false;
	}
	return true;
}

/* What became of the transaction, for its history. */
static void add_result(const struct journal *j, struct buf *out)
{
	int64_t last = -1;
	size_t items = 0, done = 0;

	for (size_t i = 0; i < j->of.n; i++) {
		if (j->of.v[i].item == last)
			continue;
		last = j->of.v[i].item;
		items++;
		done += is_item_done(j, last);
	}
	if (journal_is_done(j))
		buf_adds(out, "done");
	else if (done == items)
		buf_adds(out, "interrupted, and carried to its end");
	else if (done == 0)
		buf_adds(out, "interrupted, and taken back");
	else
		buf_addf(out, "interrupted; %zu of %zu done, the others taken back", done, items);
}

static int end(struct engine *e, const struct journal *j, struct err *err)
{
	AUTO(buf) result = BUF_INIT;
	AUTO(world) world = WORLD_INIT;

	if (db_world(&e->db, &world, err) < 0 || links_rebuild(&e->place, &world, err) < 0 ||
		place_sync(&e->place, err) < 0 || db_begin(&e->db, err) < 0)
		return -1;
	add_result(j, &result);
	if (journal_end(&e->db, j->number, result.s, engine_now(), err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	return db_commit(&e->db, err);
}

static int recover_transaction(struct engine *e, struct journal *j, struct err *err)
{
	if (log_open(&e->place, j->number, true, &e->log, err) < 0)
		return -1;
	if (!journal_is_done(j))
		engine_tell(e, WATCH_INFO, SPAN(""),
			"transaction %lld (%s) was interrupted; settling it", (long long)j->number,
			j->command.s);
	if (commit_recover(e, j->number, err) < 0 || settle(e, j, err) < 0 ||
		commit_trim(e, err) < 0 || end(e, j, err) < 0)
		return err_at(err, "recover transaction %lld", (long long)j->number);
	log_drop(&e->log);
	return 0;
}

/* The power may have taken with it the lazily written journal of an install, and have left what that had put in place. Where
 * a transaction came to its end, nothing is in the stage. */
int recover_clear(struct engine *e, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(texts) swept = {0};
	int clear = stage_is_clear(&e->place, err);

	if (clear)
		return clear < 0 ? -1 : 0;
	if (db_world(&e->db, &world, err) < 0 ||
		installation_sweep(&e->place, &world, true, &swept, err) < 0)
		return -1;
	mime_forget(e); /* of a preview */
	return commit_trim(e, err) < 0 ? -1 : stage_clear(&e->place, err);
}

int recover(struct engine *e, struct err *err)
{
	bool folders = e->unsettled;

	for (;;) {
		AUTO(journal) j = JOURNAL_INIT;

		if (journal_load_open(&e->db, &j, err) < 0)
			return -1;
		if (!j.number)
			break;
		if (recover_transaction(e, &j, err) < 0)
			return -1;
		folders = true;
	}
	/* What cannot be removed (a mount, say) must not keep everything else from being done. */
	if ((folders && puavo_settle(e, err) < 0) || recover_clear(e, err) < 0 ||
		cache_clear_incoming(&e->cache, err) < 0) {
		engine_tell(e, WATCH_WARN, SPAN(""),
			"what an earlier run left cannot be removed: %s", err->text);
		err_clear(err);
	}
	return 0;
}

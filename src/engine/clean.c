/* Act three, and gc: what is of no more use goes. */
#include "engine/clean.h"

#include "engine/switch.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/undo.h"

static void tell_purged(struct engine *e, struct span name, int result, const struct err *err)
{
	if (result < 0)
		engine_tell(e, WATCH_WARN, name,
			"its folder could not be removed: %s (fardel gc tries again)", err->text);
}

void clean_purge(struct engine *e, const struct bundle *b)
{
	struct err err = ERR_INIT;

	tell_purged(e, buf_span(&b->name), installation_purge(&e->place, b, &err), &err);
}

void clean_purge_all(struct engine *e, struct span name)
{
	struct err err = ERR_INIT;

	tell_purged(e, name, installation_purge_all(&e->place, name, &err), &err);
}

int clean_strip(struct engine *e, const struct bundle *b, struct err *err)
{
	return b->layout == LAYOUT_PUAVO ? installation_strip(&e->place, b, err) : 0;
}

bool clean_retire(struct engine *e, int64_t txn, int64_t item, struct span name)
{
	struct err err = ERR_INIT;
	int kept = committed_has_gone(&e->db, txn, item, &err);

	if (kept > 0)
		kept = undo_retire(&e->place, txn, item, name, &err);
	if (kept > 0)
		return true;
	if (kept < 0) {
		engine_tell(
			e, WATCH_WARN, name, "its folder cannot be kept for undo: %s", err.text);
		err_clear(&err);
		if (undo_discard(&e->place, txn, item, &err) < 0)
			engine_tell(e, WATCH_WARN, name, "%s", err.text);
	}
	clean_purge_all(e, name);
	err_clear(&err);
	if (committed_forget_gone(&e->db, txn, item, &err) < 0)
		engine_tell(e, WATCH_WARN, name, "%s", err.text);
	return false;
}

bool clean_is_old(const struct bundle *b, const struct bundle *current)
{
	return current && b > current; /* one world, the last change first */
}

static struct item *add_item(struct items *out, const struct bundle *b)
{
	struct item *item = vec_push(&out->of);

	*item = (struct item){.name = buf_dup(&b->name),
		.id = buf_dup(&b->id),
		.what = buf_of("old"),
		.size = b->size,
		.since = b->since};
	return item;
}

/* Row first, then folder; what a kill leaves between is in the journal. */
int clean_take(struct engine *e, struct journal *journal, const struct bundle *b, struct err *err)
{
	if (installation_unsettle(&e->place, b, err) < 0 || db_begin(&e->db, err) < 0)
		return -1;
	if (journal_add_purge(&e->db, journal, b, err) < 0 ||
		db_delete_bundle(&e->db, b->row, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	if (db_commit(&e->db, err) < 0)
		return -1;
	clean_purge(e, b);
	journal->of.v[journal->of.n - 1].status =
		STATUS_DONE; /* on disk with the transaction's end */
	log_line(&e->log, "%s: its old installation %s is deleted", b->name.s, b->id.s);
	return 0;
}

int clean_old(struct engine *e, struct span name, int64_t keep, struct journal *journal,
	struct items *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	struct span last = SPAN("");
	int64_t kept = 0;

	if (db_world(&e->db, &world, err) < 0)
		return -1;
	/* By name, newest first. */
	VEC_FOR (struct bundle, b, &world.of) {
		int whole;

		if (!span_is(buf_span(&b->name), last))
			kept = 0;
		last = buf_span(&b->name);
		if ((name.n && !span_is(last, name)) ||
			!clean_is_old(b, world_current(&world, last)))
			continue;
		whole = installation_is_whole(&e->place, b, err);
		if (whole < 0)
			return err_at(err, "%s", b->name.s);
		if (whole && kept++ < keep)
			continue;
		if (out)
			add_item(out, b)->done = journal != NULL;
		if (journal && clean_take(e, journal, b, err) < 0)
			return -1;
	}
	return 0;
}

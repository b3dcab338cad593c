/* What is kept of commits, and of no more use, goes. */
#include "engine/commit.h"

#include <errno.h>

#include "sys/tree.h"

#define DAY 86400

/* Whether it may still be taken back: among the last `undo.keep` transactions, or younger than `undo.days`. */
static bool is_young(const struct engine *e, const struct commits *all, size_t at)
{
	const struct committed *row = &all->of.v[at];
	int64_t newer = 0;

	for (size_t i = 1; i <= at; i++)
		newer += all->of.v[i].txn != all->of.v[i - 1].txn;
	return newer < e->config.undo_keep || row->at > engine_now() - e->config.undo_days * DAY;
}

/* What was made short by an earlier run may not have come to its end. */
static bool is_old(const struct engine *e, const struct commits *all, size_t at)
{
	enum committed_status status = all->of.v[at].status;

	return status == COMMITTED_SHORT || (status == COMMITTED_DONE && !is_young(e, all, at));
}

static int is_in_force(struct engine *e, const struct committed *row, struct err *err)
{
	AUTO(committed) now = COMMITTED_INIT;
	int there = in_force_get(&e->db, buf_span(&row->name), &now, err);

	return there <= 0 ? there : now.txn == row->txn && now.item == row->item;
}

/* One that may still be taken back would put its footprint into force again. */
static bool is_wanted(
	const struct engine *e, const struct commits *all, const struct committed *row)
{
	for (size_t i = 0; i < all->of.n; i++)
		if (all->of.v[i].older_txn == row->txn && all->of.v[i].older_item == row->item &&
			all->of.v[i].status != COMMITTED_SHORT && is_young(e, all, i))
			return true;
	return false;
}

static int read_footprint(
	struct engine *e, const struct committed *row, struct footprint *out, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	int there = undo_open(&e->place, row->txn, row->item, &u, err);

	if (there > 0 && undo_read(&u, UNDO_FOOTPRINT, out, err) < 0) {
		there = err->code == ERR_BAD_STATE ? 0 : -1;
		if (there == 0)
			err_clear(err);
	}
	return there;
}

/* It has what others lent to it, and lent that itself to one who came later: who goes after it brings back what was before it. */
static int has_lent(
	struct engine *e, const struct commits *all, const struct committed *row, struct err *err)
{
	AUTO(footprint) mine = FOOTPRINT_INIT;
	int there = read_footprint(e, row, &mine, err);

	if (there <= 0 || !mine.lent.of.n)
		return there < 0 ? -1 : 0;
	for (const struct committed *later = all->of.v; later < row; later++) {
		AUTO(footprint) theirs = FOOTPRINT_INIT;

		if (read_footprint(e, later, &theirs, err) < 0)
			return -1;
		if (texts_has_sorted(&theirs.lenders, buf_span(&row->name)))
			return 1;
	}
	return 0;
}

static int trim_one(
	struct engine *e, const struct commits *all, const struct committed *row, struct err *err)
{
	int stays = is_in_force(e, row, err);

	if (stays == 0)
		stays = is_wanted(e, all, row);
	if (stays == 0)
		stays = has_lent(e, all, row, err);
	if (stays < 0)
		return -1;
	if (!stays)
		return commit_end(e, row, err);
	if (row->status != COMMITTED_SHORT && commit_note(e, row, COMMITTED_SHORT, err) < 0)
		return -1;
	return undo_shorten(&e->place, row->txn, row->item, err);
}

static enum undo_use use_of(const void *arg, int64_t txn, int64_t item)
{
	const struct commits *all = arg;

	VEC_FOR (const struct committed, row, &all->of)
		if (row->txn == txn && row->item == item)
			return row->status == COMMITTED_BEGUN || row->status == COMMITTED_APPLIED
				       ? UNDO_OPEN
				       : UNDO_STANDS;
	return UNDO_UNKNOWN;
}

static int measure(
	struct engine *e, const struct committed *row, struct item *item, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	int64_t entries;
	int there = undo_open(&e->place, row->txn, row->item, &u, err);

	if (there < 0 &&
		err->sys == EACCES) { /* of the root's alone: another user sees that it is there */
		err_clear(err);
		item->size = -1;
		return 0;
	}
	return there <= 0 ? there : tree_measure(u.folder, &item->size, &entries, err);
}

int commit_list_old(struct engine *e, struct items *out, struct err *err)
{
	AUTO(commits) all = {0};

	if (committed_all(&e->db, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.of.n; i++) {
		const struct committed *row = &all.of.v[i];
		struct item *item;

		if (row->status != COMMITTED_DONE || is_young(e, &all, i))
			continue;
		item = vec_push(&out->of);
		*item = (struct item){.name = buf_dup(&row->name),
			.id = buf_dup(row->new_.n ? &row->new_ : &row->old),
			.what = BUF_INIT,
			.since = row->at};
		buf_addf(&item->what, "undo %lld", (long long)row->txn);
		if (measure(e, row, item, err) < 0)
			return -1;
	}
	return 0;
}

int commit_trim(struct engine *e, struct err *err)
{
	AUTO(commits) all = {0};

	if (committed_all(&e->db, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.of.n; i++)
		if (is_old(e, &all, i) && trim_one(e, &all, &all.of.v[i], err) < 0)
			return -1;
	return undo_sweep(&e->place, use_of, &all, err);
}

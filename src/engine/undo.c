/* Taking a transaction back. */
#include "engine/undo.h"

#include "engine/holds.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"
#include "store/apply.h"
#include "store/installation.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NAMED_MOST 5 /* paths that one message names */

/* --- Which commits stand ------------------------------------------------------------------------------ */

static size_t find_row(const struct commits *all, int64_t txn, int64_t item)
{
	size_t at = 0;

	while (at < all->of.n && (all->of.v[at].txn != txn || all->of.v[at].item != item))
		at++;
	return at;
}

/* From the last to the first, so that an undo that was undone itself takes nothing back. */
void undo_find_taken(const struct commits *all, int64_t *taken)
{
	for (size_t i = 0; i < all->of.n; i++) {
		const struct committed *row = &all->of.v[i];
		size_t at = row->undoes_txn ? find_row(all, row->undoes_txn, row->undoes_item)
					    : all->of.n;

		if (taken[i] || at == all->of.n)
			continue;
		taken[at] = row->txn;
		taken[i] = -1;
	}
}

static int read_changes(
	struct engine *e, const struct committed *row, struct footprint *out, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	int there = undo_open(&e->place, row->txn, row->item, &u, err);

	if (there <= 0)
		return there;
	return undo_read(&u, UNDO_CHANGES, out, err) < 0 ? -1 : 1;
}

/* The first path that both change and that is no cache; NULL: none. */
static const struct buf *find_overlap(const struct changes *a, const struct changes *b)
{
	VEC_FOR (const struct change, c, &a->of)
		if (!apply_is_cache(buf_span(&c->path)) && changes_get(b, buf_span(&c->path)))
			return &c->path;
	return NULL;
}

/* The first path that a commit took up or gave up as it is, and that the other one is about. */
static const struct buf *find_common(const struct footprint *a, const struct footprint *b)
{
	VEC_FOR (const struct buf, path, &a->common.of)
		if (changes_get(&b->changes, buf_span(path)) ||
			texts_has_sorted(&b->common, buf_span(path)))
			return path;
	return NULL;
}

static int refuse(const struct committed *row, const struct committed *later, const char *what,
	struct err *err)
{
	err_set(err, ERR_CONFLICT, "transaction %lld overlaps with the later %lld: %s",
		(long long)row->txn, (long long)later->txn, what);
	return err_next(err, "take that one back first: fardel undo %lld", (long long)later->txn);
}

static int check_overlap(struct engine *e, const struct committed *row,
	const struct committed *later, const struct footprint *mine, struct err *err)
{
	AUTO(footprint) theirs = FOOTPRINT_INIT;
	const struct buf *path;

	if (span_is(buf_span(&row->name), buf_span(&later->name)))
		return refuse(row, later, "both are about the same package", err);
	if (read_changes(e, later, &theirs, err) < 0)
		return -1;
	path = find_overlap(&mine->changes, &theirs.changes);
	path = path ? path : find_common(mine, &theirs);
	path = path ? path : find_common(&theirs, mine);
	return path ? refuse(row, later, path->s, err) : 0;
}

/* No later one that stands may overlap. */
static int check_later(struct engine *e, const struct commits *all, const int64_t *taken, size_t at,
	struct err *err)
{
	const struct committed *row = &all->of.v[at];
	AUTO(footprint) mine = FOOTPRINT_INIT;
	int there = read_changes(e, row, &mine, err);

	if (there == 0)
		return err_set(err, ERR_NO_PACKAGE,
			"what transaction %lld replaced is not kept any more", (long long)row->txn);
	if (there < 0)
		return -1;
	for (size_t i = at; i-- > 0;)
		if (!taken[i] && all->of.v[i].txn != row->txn &&
			check_overlap(e, row, &all->of.v[i], &mine, err) < 0)
			return -1;
	return 0;
}

/* --- The plan ------------------------------------------------------------------------------------------ */

static void add_step(struct plan_item *item, enum step_kind kind, enum step_target target)
{
	*vec_push(&item->steps) = (struct step){kind, target};
}

/* What was in use before: still there, or gone with the commit. */
static int find_old(struct engine *e, const struct world *world, const struct committed *row,
	struct plan_item *item, struct err *err)
{
	const struct bundle *b = world_get(world, buf_span(&row->name), buf_span(&row->old));
	int64_t txn = row->txn, number = row->item;
	int there;

	if (b) {
		bundle_set(&item->to, b);
		there = installation_is_whole(&e->place, b, err);
	} else {
		there = committed_gone(&e->db, &txn, &number, buf_span(&row->name),
			buf_span(&row->old), &item->to, err);
		item->gone_txn = txn;
		item->gone_item = number;
	}
	if (there)
		return there < 0 ? -1 : 0;
	err_set(err, ERR_BAD_STATE,
		"the installation %.8s of %s that was in use then was collected", row->old.s,
		row->name.s);
	return err_next(err, "install it from its installer");
}

/* All that is there of the package came with that commit; what one brought back that was an undo itself had been there before. */
static bool came_with(
	const struct world *world, const struct bundle *b, const struct committed *row)
{
	if (!row->fresh)
		return false;
	VEC_FOR (const struct bundle, other, &world->of)
		if (other->row != b->row && span_is(buf_span(&other->name), buf_span(&b->name)) &&
			(!row->undoes_txn || other->since > row->at))
			return false;
	return true;
}

static int plan_row(struct engine *e, const struct world *world, const struct committed *row,
	struct plan *plan, struct err *err)
{
	struct plan_item *item = plan_add(plan, ACTION_UNDO);
	const struct bundle *now = world_current(world, buf_span(&row->name));
	bool same = now && span_is(buf_span(&now->id), buf_span(&row->old));

	item->undoes_txn = row->txn;
	item->undoes_item = row->item;
	buf_set(&item->to.name, buf_span(&row->name));
	if (now)
		bundle_set(&item->from, now);
	if (row->old.n && find_old(e, world, row, item, err) < 0)
		return -1;
	if (now && !same)
		add_step(item, STEP_UNCONFIGURE, TARGET_OLD);
	if (row->old.n)
		add_step(item, STEP_CONFIGURE, TARGET_NEW);
	else if (now && came_with(world, now, row))
		add_step(item, STEP_PURGE, TARGET_OLD);
	return 0;
}

static int check_row(const struct committed *row, const int64_t *taken, size_t at, struct err *err)
{
	if (taken[at] > 0) {
		err_set(err, ERR_CONFLICT, "transaction %lld was taken back already, by %lld",
			(long long)row->txn, (long long)taken[at]);
		return err_next(err, "to have it again: fardel undo %lld", (long long)taken[at]);
	}
	if (row->status != COMMITTED_SHORT)
		return 0;
	/* Of what was taken over from another tool there never was anything. */
	err_set(err, ERR_NO_PACKAGE,
		"what transaction %lld replaced is not kept any more (undo.keep, undo.days), or it replaced nothing (repo import)",
		(long long)row->txn);
	if (row->fresh && !row->old.n)
		return err_next(
			err, "fardel remove %s takes it away, with all of its files", row->name.s);
	return -1;
}

int undo_plan(struct engine *e, int64_t number, struct plan *plan, struct err *err)
{
	AUTO(commits) all = {0};
	AUTO(world) world = WORLD_INIT;
	AUTO_FREE int64_t *taken = NULL;
	const struct request strict = {.goal = GOAL_UNDO};

	plan->goal = GOAL_UNDO;
	if (committed_all(&e->db, &all, err) < 0 || db_world(&e->db, &world, err) < 0)
		return -1;
	taken = mem_zero(all.of.n + 1, sizeof(*taken));
	undo_find_taken(&all, taken);
	for (size_t i = 0; i < all.of.n; i++)
		if (all.of.v[i].txn == number &&
			(check_row(&all.of.v[i], taken, i, err) < 0 ||
				check_later(e, &all, taken, i, err) < 0 ||
				plan_row(e, &world, &all.of.v[i], plan, err) < 0))
			return -1;
	if (plan->of.n)
		return holds_check(e, &strict, plan, err);
	err_set(err, ERR_NO_PACKAGE, "nothing of a transaction %lld can be taken back",
		(long long)number);
	return err_next(err,
		"see fardel history; what changed nothing, ran outside of a stage, or is "
		"older than undo.keep and undo.days say cannot be");
}

/* --- Carried out --------------------------------------------------------------------------------------- */

/* Caches that were made anew since stay as they are. */
static void drop_caches(struct changes *c, const struct apply_drifts *drifts)
{
	VEC_FOR (const struct apply_drift, d, &drifts->of)
		if (apply_is_cache(buf_span(&d->path)))
			changes_take(c, buf_span(&d->path));
}

static int check_drifts(struct staged *s, struct err *err)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;
	AUTO_FD root = file_open_dir(s->e->place.root.n ? s->e->place.root.s : "/", err);
	size_t named = 0;

	if (root < 0 || apply_check(root, &s->now.changes, &drifts, err) < 0)
		return -1;
	VEC_FOR (const struct apply_drift, d, &drifts.of) {
		if (apply_is_cache(buf_span(&d->path)))
			continue;
		if (named++ == 0)
			err_set(err, ERR_CONFLICT, "%s has changed since", d->path.s);
		else if (named <= NAMED_MOST)
			err_detail(err, "so has %s", d->path.s);
	}
	if (!named) {
		drop_caches(&s->now.changes, &drifts);
		return 0;
	}
	err_detail(err, "Nothing has been changed.");
	return err_next(err, "look at what has changed, and make it as it was or move it away");
}

/* What was in force before the commit that is taken back, as far as it is known. */
static int load_force(struct staged *s, const struct committed *row, struct err *err)
{
	int there = row->older_txn ? undo_open(&s->e->place, row->older_txn, row->older_item,
					     &s->kept, err)
				   : 0;

	if (there <= 0)
		return there;
	s->has_before = true;
	if (undo_read(&s->kept, UNDO_FOOTPRINT, &s->before, err) < 0)
		return -1;
	return 0;
}

static int compose_force(struct staged *s, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;

	changes_merge(&s->before.changes, &nothing, &s->after.changes);
	packets_dirs_copy(&s->after.dirs, &s->before.dirs);
	texts_add_all(&s->before.kept, &s->after.kept);
	texts_add_all(&s->before.lent, &s->after.lent);
	texts_add_all(&s->before.lenders, &s->after.lenders);
	s->after.whole = s->has_before && s->before.whole;
	return effects_append(&s->after.effects, &s->before.effects, err);
}

/* What was started is stopped; what ran before runs again. */
static int compose_effects(struct staged *s, const struct footprint *mine, struct err *err)
{
	if (effects_take_back(&mine->effects, &s->now.effects, err) < 0)
		return -1;
	return s->made ? effects_append(&s->now.effects, &s->before.effects, err) : 0;
}

static int load(struct staged *s, const struct committed *row, struct err *err)
{
	AUTO(footprint) mine = FOOTPRINT_INIT;
	AUTO(footprint) changes = FOOTPRINT_INIT;
	int there = undo_open(&s->e->place, row->txn, row->item, &s->undone, err);

	if (there == 0)
		return err_set(err, ERR_BAD_STATE, "what it replaced is not kept any more");
	if (there < 0 || undo_read(&s->undone, UNDO_CHANGES, &changes, err) < 0 ||
		undo_read(&s->undone, UNDO_FOOTPRINT, &mine, err) < 0 ||
		load_force(s, row, err) < 0)
		return -1;
	s->now.changes = changes.changes;
	changes.changes = CHANGES_INIT;
	changes_invert(&s->now.changes);
	if (compose_force(s, err) < 0 || staged_drop_taken(s, err) < 0 ||
		staged_give_back(s, &mine, err) < 0 || staged_return(s, &changes, err) < 0)
		return -1;
	return compose_effects(s, &mine, err);
}

int undo_play(struct staged *s, const struct plan_item *item, struct err *err)
{
	AUTO(committed) row = COMMITTED_INIT;
	int there = committed_get(&s->e->db, item->undoes_txn, item->undoes_item, &row, err);

	if (there == 0)
		return err_set(err, ERR_BAD_STATE, "its commit is not known any more");
	if (there < 0 || load(s, &row, err) < 0)
		return -1;
	if (in_force_get(&s->e->db, buf_span(&row.name), &s->older, err) < 0)
		return -1;
	return check_drifts(s, err) < 0 ? -1 : 1;
}

int undo_restore_folder(struct engine *e, const struct plan_item *item, struct err *err)
{
	int done;

	if (!item->gone_txn)
		return 0;
	done = undo_restore(
		&e->place, item->gone_txn, item->gone_item, buf_span(&item->to.name), err);
	if (done == 0)
		return err_set(err, ERR_BAD_STATE, "its installations were collected");
	return done < 0 ? -1 : 0;
}

int undo_restore_rows(struct engine *e, struct plan_item *item, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	const struct bundle *b;

	if (!item->gone_txn)
		return 0;
	if (committed_restore(&e->db, item->gone_txn, item->gone_item, err) < 0 ||
		db_world(&e->db, &world, err) < 0)
		return -1;
	b = world_get(&world, buf_span(&item->to.name), buf_span(&item->to.id));
	if (!b)
		return err_set(err, ERR_BAD_STATE, "its rows are gone");
	item->to.row = b->row;
	return 0;
}

void undo_retire_folder(struct engine *e, const struct plan_item *item)
{
	struct err trouble = ERR_INIT;

	if (item->gone_txn && undo_retire(&e->place, item->gone_txn, item->gone_item,
				      buf_span(&item->to.name), &trouble) < 0)
		engine_tell(e, WATCH_WARN, buf_span(&item->to.name), "%s", trouble.text);
}

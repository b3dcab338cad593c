/* What was played in a stage becomes so, or not at all. */
#include "engine/commit.h"

#include "engine/carry.h"
#include "model/changes_math.h"
#include "store/apply.h"
#include "store/links.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NAMED_MOST 5 /* paths that one message names */

void commit_drop(struct commit *c)
{
	stage_rest_end(&c->rest);
	committed_drop(&c->row);
	undo_drop(&c->undo);
	touched_drop(&c->touched);
	fd_drop(&c->root);
}

/* --- Before -------------------------------------------------------------------------------------------- */

static int refuse_drifts(const struct apply_drifts *drifts, struct err *err)
{
	size_t named = 0;

	err_set(err, ERR_CONFLICT, "%s has changed while its rules ran in the stage",
		drifts->of.v[0].path.s);
	VEC_FOR (const struct apply_drift, d, &drifts->of)
		if (d != drifts->of.v && named++ < NAMED_MOST)
			err_detail(err, "so has %s", d->path.s);
	err_detail(err, "Nothing has been changed.");
	return err_next(err, "run the same command again");
}

int commit_check(const struct staged *s, struct err *err)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;
	AUTO_FD root = engine_root(s->e, err);

	if (root < 0 ||
		apply_check_since(root, &s->now.changes,
			stage_is_open(&s->stage) ? &s->stage.begun : NULL, &drifts, err) < 0)
		return -1;
	if (!drifts.of.n)
		return 1;
	VEC_FOR (const struct apply_drift, d, &drifts.of)
		if (!d->shared)
			return refuse_drifts(&drifts, err);
	return 0;
}

struct layers {
	VEC(struct apply_layer) of;
};

static void layers_drop(struct layers *l)
{
	vec_drop(&l->of);
}

/* What is taken back was kept when it was replaced. */
static int keep_undone(struct commit *c, struct err *err)
{
	AUTO(footprint) whole = FOOTPRINT_INIT;

	if (undo_read(&c->s->undone, UNDO_CHANGES, &whole, err) < 0 ||
		(c->undo.kept.after >= 0 &&
			undo_fill_after(c->undo.kept.after, &c->s->now.changes, &whole.changes,
				c->s->undone.kept.before, err) < 0))
		return -1;
	return apply_keep_before(c->root, &c->s->now.changes, &c->undo.kept, err);
}

static int keep_files(struct commit *c, struct err *err)
{
	AUTO(layers) layers = {0};

	if (c->s->undone.folder >= 0)
		return keep_undone(c, err);

	VEC_FOR (const struct overlay_layer, l, &c->s->stage.overlay.of)
		if (l->upper >= 0)
			*vec_push(&layers.of) = (struct apply_layer){l->place.s, l->upper};
	c->undo.kept.once = true; /* after a crash it is taken back */
	return apply_keep(
		c->root, &c->s->now.changes, layers.of.v, layers.of.n, &c->undo.kept, err);
}

struct sources {
	VEC(struct undo_source) of;
};

static void sources_drop(struct sources *s)
{
	vec_drop(&s->of);
}

static void add_source(struct sources *to, int folder, const struct changes *changes)
{
	if (folder >= 0)
		*vec_push(&to->of) = (struct undo_source){folder, changes};
}

static int keep_base(struct commit *c, struct err *err)
{
	const struct staged *s = c->s;
	AUTO(sources) all = {0};

	if (s->has_before)
		add_source(&all, s->kept.base, &s->before.changes);
	add_source(&all, c->undo.kept.before, &s->now.changes);
	VEC_FOR (const struct staged_other, o, &s->others.of)
		add_source(&all, o->kept.base, &o->made.changes);
	return undo_fill_base(c->undo.base, &s->after.changes, all.of.v, all.of.n, err);
}

static void fill_row(struct commit *c, int64_t txn, int64_t item)
{
	const struct staged *s = c->s;
	const struct bundle *in_use = s->old ? s->old : s->made;

	c->row.txn = txn;
	c->row.item = item;
	c->row.at = engine_now();
	c->row.status = COMMITTED_BEGUN;
	buf_set(&c->row.name, buf_span(&staged_subject(s)->name));
	if (bundle_in_use(in_use))
		buf_set(&c->row.old, buf_span(&in_use->id));
	if (s->made)
		buf_set(&c->row.new_, buf_span(&s->made->id));
	c->row.fresh = s->made && s->fresh;
	c->row.count = (int64_t)changes_count(&s->now.changes);
	c->row.older_txn = s->older.txn;
	c->row.older_item = s->older.item;
	c->row.undoes_txn = s->undoes_txn;
	c->row.undoes_item = s->undoes_item;
}

static int keep_all(struct commit *c, struct err *err)
{
	c->root = engine_root(c->e, err);
	if (c->root < 0 ||
		undo_make(&c->e->place, c->row.txn, c->row.item, &c->s->now.changes,
			&c->s->after.changes, &c->undo, err) < 0 ||
		keep_files(c, err) < 0 || keep_base(c, err) < 0 ||
		undo_write(&c->undo, UNDO_CHANGES, &c->s->now, err) < 0 ||
		undo_write(&c->undo, UNDO_FOOTPRINT, &c->s->after, err) < 0)
		return -1;
	/* What is needed of the stage is kept. */
	stage_leave(&c->s->stage, &c->rest);
	return place_sync_folder(&c->e->place, c->undo.folder, err);
}

void commit_forget(struct commit *c)
{
	struct err ignored = ERR_INIT;

	if (!c->nothing && undo_remove(&c->e->place, c->row.txn, c->row.item, &ignored) < 0)
		engine_tell(c->e, WATCH_WARN, buf_span(&c->row.name), "%s", ignored.text);
}

int commit_keep(struct commit *out, struct staged *s, int64_t txn, int64_t item, struct err *err)
{
	*out = COMMIT_INIT;
	out->e = s->e;
	out->s = s;
	fill_row(out, txn, item);
	out->nothing = !s->now.changes.of.n && !s->now.common.of.n && s->made && s->has_before &&
		       !s->undoes_txn;
	if (out->nothing || keep_all(out, err) == 0)
		return 0;
	stage_rest_end(&out->rest);
	commit_forget(out);
	return -1;
}

int commit_begun(struct commit *c, struct err *err)
{
	return c->nothing ? 0 : committed_put(&c->e->db, &c->row, err);
}

/* --- Done, or not -------------------------------------------------------------------------------------- */

int commit_done(struct commit *c, struct err *err)
{
	struct db *db = &c->e->db;
	bool asks = c->s->now.effects.of.n > 0;

	if (c->nothing)
		return 0;
	c->row.status = asks ? COMMITTED_APPLIED : COMMITTED_DONE;
	if (committed_set(db, &c->row, c->row.status, err) < 0)
		return -1;
	if (c->s->made ? in_force_set(db, &c->row, &c->s->after.changes, err) < 0
		       : in_force_forget(db, buf_span(&c->row.name), err) < 0)
		return -1;
	return owned_take(db, &c->s->takes, err) < 0 ? -1 : owned_give(db, &c->s->gifts, err);
}

static void tell_left(struct engine *e, struct span name, const struct texts *left)
{
	for (size_t i = 0; i < left->of.n && i < NAMED_MOST; i++)
		engine_tell(e, WATCH_WARN, name,
			"%s is left as it is: somebody else has changed it meanwhile",
			left->of.v[i].s);
	if (left->of.n > NAMED_MOST)
		engine_tell(e, WATCH_WARN, name, "and so are %zu more", left->of.n - NAMED_MOST);
}

static int go_back(struct engine *e, int root, struct span name, const struct changes *changes,
	const struct apply_kept *kept, struct err *err)
{
	AUTO(texts) left = {0};

	if (apply_back(root, changes, kept, &left, err) < 0)
		return -1;
	tell_left(e, name, &left);
	return 0;
}

static int touch(struct commit *c, const char *folder, struct err *err)
{
	AUTO_FD fd = place_open_if(&c->e->place, folder, err);

	if (fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return touched_add(&c->touched, fd, err);
}

/* What was kept, and what was prepared: it was written to before anything is applied. And puavo's stamps and links, which come to
 * the disk with what they speak of: they may stand on other file systems. */
static int touch_own(struct commit *c, struct err *err)
{
	AUTO_FD packages = place_make(&c->e->place, PLACE_PACKAGES, 0755, err);
	AUTO(buf) puavo = buf_dup(&c->e->place.puavo);

	if (packages < 0 || touched_add(&c->touched, c->undo.folder, err) < 0 ||
		touched_add(&c->touched, packages, err) < 0)
		return -1;
	if (!bundle_is_puavo(staged_subject(c->s)))
		return 0;
	buf_adds(&puavo, "/packages");
	if (touch(c, puavo.s, err) < 0 || touch(c, links_folder(LINKS_PUAVO_AVAILABLE), err) < 0)
		return -1;
	return touch(c, links_folder(LINKS_PUAVO_INSTALLED), err);
}

int commit_apply(struct commit *c, bool *back, struct err *err)
{
	struct err failure = ERR_INIT;
	struct span name = buf_span(&c->row.name);

	*back = false;
	if (c->nothing)
		return 0;
	if (touch_own(c, err) == 0 && apply_forward_lazily(c->root, &c->s->now.changes,
					      &c->undo.kept, NULL, &c->touched, err) == 0)
		return 0;
	stage_rest_end(&c->rest);
	engine_tell(c->e, WATCH_INFO, name, "taking back what was begun");
	if (go_back(c->e, c->root, name, &c->s->now.changes, &c->undo.kept, &failure) < 0)
		engine_tell(c->e, WATCH_WARN, name, "that is not possible yet: %s", failure.text);
	else
		*back = true;
	return -1;
}

int commit_sync(const struct commit *c, struct err *err)
{
	return c->nothing ? place_sync_packages(&c->e->place, err) : touched_sync(&c->touched, err);
}

int commit_undone(struct commit *c, struct err *err)
{
	return c->nothing ? 0 : committed_delete(&c->e->db, c->row.txn, c->row.item, err);
}

int commit_note(struct engine *e, const struct committed *row, enum committed_status status,
	struct err *err)
{
	if (db_begin_lazily(&e->db, err) < 0)
		return -1;
	if (committed_set(&e->db, row, status, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	return db_commit(&e->db, err);
}

/* The transaction goes on to its end all the same, after which nobody would look at the row again: a write that fails is tried once more. */
static int note_done(struct commit *c, struct err *err)
{
	struct err first = ERR_INIT;

	if (commit_note(c->e, &c->row, COMMITTED_DONE, &first) == 0)
		return 0;
	return commit_note(c->e, &c->row, COMMITTED_DONE, err);
}

void commit_finish(struct commit *c)
{
	struct err trouble = ERR_INIT;
	const struct effects *effects = &c->s->now.effects;

	stage_rest_end(&c->rest);
	if (!c->nothing)
		undo_settle(&c->undo);
	if (!effects->of.n)
		return;
	if (carry_out_effects(c->e, buf_span(&c->row.name), effects, &trouble) < 0 ||
		(!c->nothing && note_done(c, &trouble) < 0))
		engine_tell(c->e, WATCH_WARN, buf_span(&c->row.name), "%s", trouble.text);
}

/* The row first, durably: it promises what is kept. */
int commit_end(struct engine *e, const struct committed *row, struct err *err)
{
	if (db_begin(&e->db, err) < 0)
		return -1;
	if (committed_delete(&e->db, row->txn, row->item, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	if (db_commit(&e->db, err) < 0)
		return -1;
	return undo_remove(&e->place, row->txn, row->item, err);
}

/* --- After a crash ------------------------------------------------------------------------------------- */

/* An undo of a removal had brought its installations back; their rows come with its end. */
static int retire_again(struct engine *e, const struct committed *row, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(bundle) b;
	int64_t txn = row->undoes_txn, item = row->undoes_item;
	int gone;

	bundle_init(&b);
	if (!txn || !row->new_.n)
		return 0;
	if (db_world(&e->db, &world, err) < 0)
		return -1;
	if (world_get(&world, buf_span(&row->name), buf_span(&row->new_)))
		return 0;
	gone = committed_gone(
		&e->db, &txn, &item, buf_span(&row->name), buf_span(&row->new_), &b, err);
	if (gone > 0)
		gone = undo_retire(&e->place, txn, item, buf_span(&row->name), err);
	return gone < 0 ? -1 : 0;
}

static int take_back(struct engine *e, const struct committed *row, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(footprint) f = FOOTPRINT_INIT;
	AUTO_FD root = engine_root(e, err);
	int there = root < 0 ? -1 : undo_open(&e->place, row->txn, row->item, &u, err);

	if (there == 0)
		return err_set(err, ERR_BAD_STATE,
			"what was kept to take it back is gone from " PLACE_UNDO);
	if (there < 0 || retire_again(e, row, err) < 0 ||
		undo_read(&u, UNDO_CHANGES, &f, err) < 0 ||
		go_back(e, root, buf_span(&row->name), &f.changes, &u.kept, err) < 0)
		return -1;
	return commit_end(e, row, err);
}

static int carry_on(struct engine *e, const struct committed *row, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(footprint) f = FOOTPRINT_INIT;
	int there = undo_open(&e->place, row->txn, row->item, &u, err);

	if (there < 0 || (there && undo_read(&u, UNDO_CHANGES, &f, err) < 0))
		return -1;
	if (there)
		undo_settle(&u);
	engine_tell(e, WATCH_INFO, buf_span(&row->name),
		"what it asks of the running system is carried out");
	if (carry_out_effects(e, buf_span(&row->name), &f.effects, err) < 0)
		return -1;
	return commit_note(e, row, COMMITTED_DONE, err);
}

static int recover_one(struct engine *e, const struct committed *row, struct err *err)
{
	switch (row->status) {
	case COMMITTED_BEGUN:
		engine_tell(
			e, WATCH_WARN, buf_span(&row->name), "an interrupted run is taken back");
		return take_back(e, row, err);
	case COMMITTED_APPLIED: return carry_on(e, row, err);
	default: return 0;
	}
}

int commit_recover(struct engine *e, int64_t txn, struct err *err)
{
	AUTO(commits) all = {0};

	if (committed_all(&e->db, &all, err) < 0)
		return -1;
	VEC_FOR (const struct committed, row, &all.of)
		if (row->txn == txn && recover_one(e, row, err) < 0)
			return err_at(err, "%s", row->name.s);
	return 0;
}

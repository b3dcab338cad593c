/* What other packages lend, in the play.
 *
 * A file of another package may be replaced while that one stays: in a plan, where its own turn is still to come, which may fail; or as the policy was
 * told to allow it. What was there before is that one's then, and comes back when this one goes. If that one has it no longer
 * until then, because its turn came, or it was removed, there was nothing before: only of what nobody had there before that one
 * this can be said, and only that is lent. */
#include "engine/staged_parts.h"
#include "model/changes_math.h"
#include "store/stages.h"
#include "sys/fd.h"

#define SETTLED_NAME "settled" /* in PLACE_STAGE */

/* --- Still so ------------------------------------------------------------------------------------------ */

/* As that one is now; of the package itself not, as it is just being replaced: 1, 0, -1. */
static int has_it(struct staged *s, struct span name, const struct change *c, struct err *err)
{
	const struct staged_other *o;
	const struct change *made;

	if (span_is(buf_span(&staged_subject(s)->name), name))
		return 0;
	if (staged_other(s, name, &o, err) < 0)
		return -1;
	made = changes_get(&o->made.changes, buf_span(&c->path));
	return made && node_is_same(&made->after, &c->before);
}

static int is_lent(
	struct staged *s, const struct texts *lenders, const struct change *c, struct err *err)
{
	VEC_FOR (const struct buf, name, &lenders->of) {
		int has = has_it(s, buf_span(name), c, err);

		if (has != 0)
			return has;
	}
	return 0;
}

/* Whether, of what a footprint has as lent, this one is so still: 1; 0: by nobody, and there was nothing; -1. What was before may become another. */
typedef int still_fn(struct staged *s, struct footprint *f, struct change *c, struct err *err);

static int settle(struct staged *s, struct footprint *f, still_fn *is_still, struct err *err)
{
	AUTO(texts) still = {0};

	VEC_FOR (const struct buf, path, &f->lent.of) {
		const struct change *found = changes_get(&f->changes, buf_span(path));
		struct change *c = found ? &f->changes.of.v[found - f->changes.of.v] : NULL;
		int lent = c ? is_still(s, f, c, err) : 0;

		if (lent < 0)
			return -1;
		if (lent)
			texts_add(&still, buf_span(path));
		else if (c) {
			node_drop(&c->before);
			c->before = NODE_INIT;
		}
	}
	texts_drop(&f->lent);
	f->lent = still;
	still = (struct texts){0};
	return 0;
}

static int by_lenders(struct staged *s, struct footprint *f, struct change *c, struct err *err)
{
	return is_lent(s, &f->lenders, c, err);
}

int staged_settle(struct staged *s, struct footprint *f, struct err *err)
{
	return settle(s, f, by_lenders, err);
}

/* --- By who had lent to the lenders -------------------------------------------------------------------- */

static void add_names(struct texts *to, const struct texts *names)
{
	VEC_FOR (const struct buf, name, &names->of)
		if (!texts_has_sorted(to, buf_span(name))) {
			texts_add(to, buf_span(name));
			texts_sort(to);
		}
}

/* One who lent it, as that one was then: its kept files are a source from now on. 1, with what was before it; 0: that is not so, or not kept; -1. */
static int load_lender(struct staged *s, const struct committed *row, struct change *c,
	struct texts *lenders, struct err *err)
{
	struct staged_other then = {.name = BUF_INIT, .kept = UNDO_INIT, .made = FOOTPRINT_INIT};
	int there = undo_open(&s->e->place, row->txn, row->item, &then.kept, err);
	const struct change *made = NULL;

	if (there > 0 && undo_read(&then.kept, UNDO_FOOTPRINT, &then.made, err) < 0)
		there = -1;
	if (there > 0 && texts_has_sorted(&then.made.lent, buf_span(&c->path)))
		made = changes_get(&then.made.changes, buf_span(&c->path));
	if (!made || !node_is_same(&made->after, &c->before)) {
		staged_other_drop(&then);
		return there < 0 ? -1 : 0;
	}
	node_copy(&c->before, &made->before);
	texts_add_all(&then.made.lenders, lenders);
	*vec_push(&s->others.of) = then;
	return 1;
}

/* From the last to the first: each had it from one who was there before. */
static int by_their_lenders(
	struct staged *s, struct footprint *f, struct change *c, struct err *err)
{
	AUTO(commits) all = {0};
	AUTO(texts) lenders = {0};
	int lent = is_lent(s, &f->lenders, c, err);

	if (lent != 0)
		return lent;
	if (committed_all(&s->e->db, &all, err) < 0)
		return -1;
	texts_add_all(&f->lenders, &lenders);
	VEC_FOR (const struct committed, row, &all.of) {
		AUTO(texts) above = {0};
		int loaded;

		if (!texts_has_sorted(&lenders, buf_span(&row->name)))
			continue;
		loaded = load_lender(s, row, c, &above, err);
		if (loaded < 0)
			return -1;
		if (loaded == 0)
			continue;
		texts_drop(&lenders);
		lenders = above;
		above = (struct texts){0};
		texts_sort(&lenders);
		lent = is_lent(s, &lenders, c, err);
		if (lent > 0)
			add_names(&f->lenders, &lenders);
		if (lent != 0)
			return lent;
	}
	return 0;
}

void staged_drop_settled(struct staged *s)
{
	struct err ignored = ERR_INIT;

	if (s->settled && stage_remove(&s->e->place, SETTLED_NAME, &ignored) < 0)
		engine_tell(s->e, WATCH_WARN, SPAN(""), "%s", ignored.text);
	s->settled = false;
}

/* The kept files of what is before now. */
static int refill_base(struct staged *s, const struct changes *kept, struct err *err)
{
	VEC(struct undo_source) from = {0};
	AUTO_FD base = stage_make(&s->e->place, SETTLED_NAME, err);
	int result;

	s->settled = base >= 0;
	if (s->kept.base >= 0)
		*vec_push(&from) = (struct undo_source){s->kept.base, kept};
	VEC_FOR (const struct staged_other, o, &s->others.of)
		if (!o->name.n && o->kept.base >= 0)
			*vec_push(&from) = (struct undo_source){o->kept.base, &o->made.changes};
	result = base < 0 ? -1 : undo_fill_base(base, &s->before.changes, from.v, from.n, err);
	vec_drop(&from);
	if (result < 0)
		return -1;
	fd_drop(&s->kept.base);
	s->kept.base = fd_take(&base);
	return 0;
}

int staged_settle_before(struct staged *s, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;
	AUTO(changes) kept = CHANGES_INIT;

	if (!s->before.lent.of.n)
		return 0;
	changes_merge(&s->before.changes, &nothing, &kept);
	if (settle(s, &s->before, by_their_lenders, err) < 0)
		return -1;
	changes_number_links(&s->before.changes);
	return refill_base(s, &kept, err);
}

/* --- Lent ---------------------------------------------------------------------------------------------- */

void staged_note_lent(struct staged *s, struct span path, const struct texts *lenders)
{
	texts_add(&s->after.lent, path);
	add_names(&s->after.lenders, lenders);
}

/* It stands as that one made it, who has it for itself, where nothing was. */
static bool lends(const struct staged_other *o, const struct change *made, const struct change *now)
{
	struct span path = buf_span(&now->path);

	return !now->before.inode && node_is_same(&made->after, &now->before) &&
	       (made->before.type == NODE_NONE || texts_has_sorted(&o->made.lent, path)) &&
	       !texts_has_sorted(&o->made.kept, path);
}

static int lend(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *now = changes_get(&s->now.changes, path);
	const struct change *c = changes_get(&s->after.changes, path);
	const struct change *made = changes_get(&o->made.changes, path);
	AUTO(texts) name = {0};

	(void)arg;
	(void)err;
	if (c->after.type == NODE_NONE || !made || made->after.type == NODE_NONE ||
		made->after.type == NODE_FOLDER || node_is_same(&made->after, &c->after))
		return 0;
	staged_take_from(s, path, o);
	if (!lends(o, made, now))
		return 0;
	node_copy(&s->after.changes.of.v[c - s->after.changes.of.v].before, &now->before);
	texts_add(&name, buf_span(&o->name));
	staged_note_lent(s, path, &name);
	return 0;
}

void staged_carry_lent(struct staged *s)
{
	VEC_FOR (const struct buf, path, &s->before.lent.of) {
		const struct change *c = changes_get(&s->after.changes, buf_span(path));
		const struct change *had = changes_get(&s->before.changes, buf_span(path));

		if (c && had && node_is_same(&c->before, &had->before))
			staged_note_lent(s, buf_span(path), &s->before.lenders);
	}
	texts_sort(&s->after.lent);
}

int staged_lend(struct staged *s, struct err *err)
{
	AUTO(texts) paths = {0};

	VEC_FOR (const struct change, c, &s->after.changes.of)
		if (changes_get(&s->now.changes, buf_span(&c->path)))
			texts_add(&paths, buf_span(&c->path));
	if (staged_each_other(s, &paths, lend, NULL, err) < 0)
		return -1;
	staged_carry_lent(s);
	changes_number_links(&s->after.changes);
	return 0;
}

/* --- Given back ---------------------------------------------------------------------------------------- */

/* Where it is as that one of them has it. */
static int give(
	struct staged *s, const struct texts *names, const struct change *now, struct err *err)
{
	VEC_FOR (const struct buf, name, &names->of) {
		const struct staged_other *o;
		const struct change *made;

		if (staged_other(s, buf_span(name), &o, err) < 0)
			return -1;
		made = changes_get(&o->made.changes, buf_span(&now->path));
		if (made && node_is_same(&made->after, &now->after))
			*vec_push(&s->gifts.of) = (struct owned){buf_dup(&now->path), buf_dup(name),
				change_kind(made), made->after.type};
	}
	return 0;
}

int staged_give_back(struct staged *s, const struct footprint *mine, struct err *err)
{
	VEC_FOR (const struct buf, path, &mine->lent.of) {
		const struct change *now = changes_get(&s->now.changes, buf_span(path));

		if (now && give(s, &mine->lenders, now, err) < 0)
			return -1;
	}
	return 0;
}

/* What is theirs again was not the package's then, although it had kept it. */
static void disown_gifts(struct staged *s)
{
	VEC_FOR (const struct owned, o, &s->gifts.of) {
		const struct change *mine = changes_get(&s->after.changes, buf_span(&o->path));
		const struct change *now = changes_get(&s->now.changes, buf_span(&o->path));

		if (mine && now && !node_is_same(&mine->after, &now->after))
			staged_disown(s, buf_span(&o->path));
	}
}

static int give_common(
	struct staged *s, const struct texts *names, const struct texts *common, struct err *err)
{
	AUTO(changes) stand = CHANGES_INIT;

	VEC_FOR (const struct buf, path, &common->of) {
		struct change *c = changes_add(&stand, buf_span(path));

		if (staged_load_standing(s, c, err) < 0 || give(s, names, c, err) < 0)
			return -1;
	}
	return 0;
}

int staged_return(struct staged *s, const struct footprint *undone, struct err *err)
{
	if (undone->givers.of.n) {
		VEC_FOR (const struct change, now, &s->now.changes.of)
			if (give(s, &undone->givers, now, err) < 0)
				return -1;
		if (give_common(s, &undone->givers, &undone->common, err) < 0)
			return -1;
	}
	disown_gifts(s);
	return 0;
}

/* What other packages lend, in the play.
 *
 * A file of another package may be replaced while that one stays: in a plan, where its own turn is still to come, which may fail; or as the policy was
 * told to allow it. What was there before is that one's then, and comes back when this one goes. If that one has it no longer
 * until then, because its turn came, or it was removed, there was nothing before: only of what nobody had there before that one
 * this can be said, and only that is lent. */
#include "engine/staged_parts.h"
#include "model/changes_math.h"

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

int staged_settle(struct staged *s, struct footprint *f, struct err *err)
{
	AUTO(texts) still = {0};

	VEC_FOR (const struct buf, path, &f->lent.of) {
		const struct change *c = changes_get(&f->changes, buf_span(path));
		int lent = c ? is_lent(s, &f->lenders, c, err) : 0;
		struct node *before;

		if (lent < 0)
			return -1;
		if (lent) {
			texts_add(&still, buf_span(path));
			continue;
		}
		if (!c)
			continue;
		before = &f->changes.of.v[c - f->changes.of.v].before;
		node_drop(before);
		*before = NODE_INIT;
	}
	texts_drop(&f->lent);
	f->lent = still;
	still = (struct texts){0};
	return 0;
}

/* --- Lent ---------------------------------------------------------------------------------------------- */

void staged_note_lent(struct staged *s, struct span path, const struct texts *lenders)
{
	texts_add(&s->after.lent, path);
	VEC_FOR (const struct buf, name, &lenders->of)
		if (!texts_has_sorted(&s->after.lenders, buf_span(name))) {
			texts_add(&s->after.lenders, buf_span(name));
			texts_sort(&s->after.lenders);
		}
}

/* It stands as that one made it, who has it for itself, where nothing was. */
static bool lends(const struct staged_other *o, const struct change *made, const struct change *now)
{
	struct span path = buf_span(&now->path);

	return made && made->after.type != NODE_NONE && made->after.type != NODE_FOLDER &&
	       !now->before.inode && node_is_same(&made->after, &now->before) &&
	       (made->before.type == NODE_NONE || texts_has_sorted(&o->made.lent, path)) &&
	       !texts_has_sorted(&o->made.kept, path);
}

static int lend(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *now = changes_get(&s->now.changes, path);
	const struct change *c = changes_get(&s->after.changes, path);
	AUTO(texts) name = {0};

	(void)arg;
	(void)err;
	if (c->after.type == NODE_NONE || !lends(o, changes_get(&o->made.changes, path), now))
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

int staged_return(struct staged *s, const struct footprint *undone, struct err *err)
{
	AUTO(changes) stand = CHANGES_INIT;

	if (!undone->givers.of.n)
		return 0;
	VEC_FOR (const struct change, now, &s->now.changes.of)
		if (give(s, &undone->givers, now, err) < 0)
			return -1;
	VEC_FOR (const struct buf, path, &undone->common.of) {
		struct change *c = changes_add(&stand, buf_span(path));

		if (staged_load_standing(s, c, err) < 0 || give(s, &undone->givers, c, err) < 0)
			return -1;
	}
	return 0;
}

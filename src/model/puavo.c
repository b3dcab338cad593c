/* puavo-pkg's packages: what is on disk, and what state.db says. */
#include "model/puavo.h"

static void folder_drop(struct puavo_folder *f)
{
	buf_drop(&f->name);
	buf_drop(&f->id);
}

static void dangling_drop(struct puavo_dangling *d)
{
	buf_drop(&d->name);
	buf_drop(&d->id);
}

void puavo_tree_drop(struct puavo_tree *t)
{
	vec_drop_each(&t->of, folder_drop);
	vec_drop_each(&t->dangling, dangling_drop);
}

void puavo_changes_drop(struct puavo_changes *c)
{
	vec_drop(&c->of);
}

static const struct bundle *bundle_of(const struct world *world, const struct puavo_folder *f)
{
	VEC_FOR (const struct bundle, b, &world->of)
		if (b->layout == f->layout && span_is(buf_span(&b->name), buf_span(&f->name)) &&
			span_is(buf_span(&b->puavo_id), buf_span(&f->id)))
			return b;
	return NULL;
}

static bool has_folder(const struct puavo_tree *tree, const struct bundle *b)
{
	VEC_FOR (const struct puavo_folder, f, &tree->of)
		if (b->layout == f->layout && span_is(buf_span(&b->name), buf_span(&f->name)) &&
			span_is(buf_span(&b->puavo_id), buf_span(&f->id)))
			return true;
	return false;
}

/* An installation that was lost is still to be seen as one. */
static bool is_asked_for(const struct puavo_tree *tree, const struct bundle *b)
{
	VEC_FOR (const struct puavo_dangling, d, &tree->dangling)
		if (span_is(buf_span(&b->name), buf_span(&d->name)) &&
			span_is(buf_span(&b->puavo_id), buf_span(&d->id)))
			return true;
	return false;
}

/* What links and stamps can tell apart. */
static enum bundle_state visible(enum bundle_state state)
{
	if (state == BUNDLE_INSTALLED)
		return BUNDLE_INSTALLED;
	return state == BUNDLE_PREPARED || state == BUNDLE_BROKEN ? BUNDLE_PREPARED
								  : BUNDLE_EXTRACTED;
}

static enum bundle_state state_of(const struct puavo_folder *f)
{
	if (f->installed)
		return BUNDLE_INSTALLED;
	return f->prepared ? BUNDLE_PREPARED : BUNDLE_EXTRACTED;
}

static void add(struct puavo_changes *out, enum puavo_turn turn, const struct bundle *b,
	const struct puavo_folder *f, enum bundle_state state)
{
	*vec_push(&out->of) = (struct puavo_change){turn, b, f, state};
}

static void add_gone(
	const struct world *world, const struct puavo_tree *tree, struct puavo_changes *out)
{
	VEC_FOR (const struct bundle, b, &world->of)
		if (bundle_is_puavo(b) && !has_folder(tree, b) && !is_asked_for(tree, b))
			add(out, PUAVO_GONE, b, NULL, b->state);
}

/* `into_use`: those that come into use; else the others. */
static void add_states(const struct world *world, const struct puavo_tree *tree, bool into_use,
	struct puavo_changes *out)
{
	VEC_FOR (const struct puavo_folder, f, &tree->of) {
		const struct bundle *b = bundle_of(world, f);
		enum bundle_state state = state_of(f);

		if ((state == BUNDLE_INSTALLED) != into_use)
			continue;
		if (!b)
			add(out, PUAVO_NEW, NULL, f, state);
		else if (visible(b->state) != state)
			add(out, PUAVO_STATE, b, f, state);
	}
}

static bool is_named(const struct puavo_changes *c, struct span name)
{
	VEC_FOR (const struct puavo_change, x, &c->of)
		if (x->folder && span_is(buf_span(&x->folder->name), name))
			return true;
	return false;
}

/* Of several versions of a package the one that is offered. */
static void add_first(
	const struct world *world, const struct puavo_tree *tree, struct puavo_changes *out)
{
	VEC_FOR (const struct puavo_folder, f, &tree->of) {
		const struct bundle *b = f->available ? bundle_of(world, f) : NULL;
		struct span name = buf_span(&f->name);

		if (f->available && (is_named(out, name) || (b && world_puavo(world, name) != b)))
			add(out, PUAVO_FIRST, b, f, state_of(f));
	}
}

void puavo_compare(
	const struct world *world, const struct puavo_tree *tree, struct puavo_changes *out)
{
	*out = (struct puavo_changes){0};
	add_gone(world, tree, out);
	add_states(world, tree, false, out);
	add_states(world, tree, true, out);
	add_first(world, tree, out);
}

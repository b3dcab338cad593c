/* puavo-pkg's packages: what is on disk, and what state.db says. */
#include "model/puavo.h"

#include <stdlib.h>

#include "base/mem.h"

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
	const struct bundle *b = world_first(world, buf_span(&f->name));

	while (b && (b->layout != f->layout || !span_is(buf_span(&b->puavo_id), buf_span(&f->id))))
		b = world_next(world, b);
	return b;
}

static int compare_folder(const void *key, const void *element)
{
	const struct bundle *b = key;
	const struct puavo_folder *f = element;
	int order = (b->layout > f->layout) - (b->layout < f->layout);

	if (order == 0)
		order = span_compare(buf_span(&b->name), buf_span(&f->name));
	return order ? order : span_compare(buf_span(&b->puavo_id), buf_span(&f->id));
}

static bool has_folder(const struct puavo_tree *tree, const struct bundle *b)
{
	return tree->of.n &&
	       bsearch(b, tree->of.v, tree->of.n, sizeof(tree->of.v[0]), compare_folder);
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

struct span puavo_change_name(const struct puavo_change *c)
{
	return buf_span(c->folder ? &c->folder->name : &c->bundle->name);
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
		/* A rootdir that is not there may come back: it is not mounted. */
		if (bundle_is_puavo(b) && tree->there[b->layout] && !has_folder(tree, b) &&
			!is_asked_for(tree, b))
			add(out, PUAVO_GONE, b, NULL, b->state);
}

struct comparing {
	const struct world *world;
	const struct puavo_tree *tree;
	bool *changed; /* of each name of the world, by the index of its first: whether anything of it has */
	struct puavo_changes *out;
};

/* NULL for a name that the world has nothing of. */
static bool *changed_of(const struct comparing *c, struct span name)
{
	const struct bundle *first = world_first(c->world, name);

	return first ? &c->changed[first - c->world->of.v] : NULL;
}

/* It came only halfway to where state.db has it: that is no doing of the old tool's, unless that has taken it into use since. */
static bool is_ours(const struct puavo_folder *f)
{
	return f->unsettled && !f->installed;
}

/* `into_use`: those that come into use; else the others. */
static void add_states(const struct comparing *c, bool into_use)
{
	VEC_FOR (const struct puavo_folder, f, &c->tree->of) {
		const struct bundle *b = bundle_of(c->world, f);
		enum bundle_state state = state_of(f);
		bool *changed;

		if ((state == BUNDLE_INSTALLED) != into_use || is_ours(f) ||
			(b && visible(b->state) == state))
			continue;
		add(c->out, b ? PUAVO_STATE : PUAVO_NEW, b, f, state);
		changed = changed_of(c, buf_span(&f->name));
		if (changed)
			*changed = true;
	}
}

/* Of several versions of a package the one that is offered. */
static void add_first(const struct comparing *c)
{
	VEC_FOR (const struct puavo_folder, f, &c->tree->of) {
		struct span name = buf_span(&f->name);
		const struct bundle *b = f->available ? bundle_of(c->world, f) : NULL;
		const bool *changed = f->available ? changed_of(c, name) : NULL;

		if (f->available && (b || !is_ours(f)) &&
			(!b || *changed || world_puavo(c->world, name) != b))
			add(c->out, PUAVO_FIRST, b, f, state_of(f));
	}
}

void puavo_compare(
	const struct world *world, const struct puavo_tree *tree, struct puavo_changes *out)
{
	AUTO_FREE bool *changed = mem_zero(world->of.n + 1, sizeof(*changed));
	struct comparing c = {world, tree, changed, out};

	*out = (struct puavo_changes){0};
	add_gone(world, tree, out);
	add_states(&c, false);
	add_states(&c, true);
	add_first(&c);
}

/* The world for who only asks: what the old script has done since is laid over state.db in memory. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/puavo.h"
#include "engine/puavo_meeting.h"

int puavo_differs(struct engine *e, struct err *err)
{
	AUTO(puavo_meeting) m = {0};

	if (e->lock.fd >= 0)
		return 0;
	return puavo_hold_against(e, &m, err) < 0 ? -1 : m.changes.of.n > 0;
}

struct placed {
	struct bundle bundle;
	size_t rank; /* of one name: the one whose state changed last has the lowest */
};

static int by_name_and_rank(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = span_compare(buf_span(&x->bundle.name), buf_span(&y->bundle.name));

	if (order)
		return order;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

struct placing {
	struct engine *e;
	const struct puavo_meeting *m;
	VEC(struct placed) of; /* the world's in their order, then what is new */
	size_t *fresh; /* of each folder of the tree that is new: its index in `of`, plus one; else 0 */
	size_t last; /* the lowest rank that was given */
};

/* The bundle that a change is about, and it is the last that changed; NULL: it is none. */
static struct bundle *last_of(struct placing *p, const struct puavo_change *c)
{
	size_t i = c->bundle ? (size_t)(c->bundle - p->m->world.of.v) + 1
			     : p->fresh[c->folder - p->m->tree.of.v];

	if (!i)
		return NULL;
	p->of.v[i - 1].rank = --p->last;
	return &p->of.v[i - 1].bundle;
}

static void leave_use(struct placing *p, struct span name)
{
	const struct world *world = &p->m->world;

	for (const struct bundle *b = world_first(world, name); b; b = world_next(world, b)) {
		struct bundle *placed = &p->of.v[b - world->of.v].bundle;

		if (bundle_in_use(placed))
			placed->state = BUNDLE_PREPARED;
	}
}

static int place_new(struct placing *p, const struct puavo_change *c, struct err *err)
{
	struct placed *x = vec_push(&p->of);
	int there = puavo_read_folder(p->e, c->folder, &x->bundle, err);

	x->bundle.state = c->state;
	x->rank = --p->last;
	if (there == 0)
		buf_clear(&x->bundle.name); /* left out below */
	p->fresh[c->folder - p->m->tree.of.v] = p->of.n;
	return there < 0 ? -1 : 0;
}

static int place_one(struct placing *p, const struct puavo_change *c, struct err *err)
{
	struct bundle *b;

	if (c->state == BUNDLE_INSTALLED && (c->turn == PUAVO_NEW || c->turn == PUAVO_STATE))
		leave_use(p, buf_span(&c->folder->name));
	if (c->turn == PUAVO_NEW)
		return place_new(p, c, err);
	b = last_of(p, c);
	if (b && c->turn == PUAVO_STATE)
		b->state = c->state;
	if (b && c->turn == PUAVO_GONE)
		buf_clear(&b->name);
	return 0;
}

static int place_all(struct placing *p, struct err *err)
{
	for (size_t i = 0; i < p->m->world.of.n; i++)
		*vec_push(&p->of) =
			(struct placed){bundle_dup(&p->m->world.of.v[i]), SIZE_MAX / 2 + i};
	for (size_t i = 0; i < p->m->changes.of.n; i++)
		if (place_one(p, &p->m->changes.of.v[i], err) < 0)
			return -1;
	if (p->of.n)
		qsort(p->of.v, p->of.n, sizeof(p->of.v[0]), by_name_and_rank);
	return 0;
}

int engine_world(struct engine *e, struct world *out, struct err *err)
{
	AUTO(puavo_meeting) m = {0};
	AUTO_FREE size_t *fresh = NULL;
	struct placing p = {.e = e, .m = &m, .last = SIZE_MAX / 2};
	int result;

	*out = WORLD_INIT;
	if (e->lock.fd >= 0)
		return db_world(&e->db, out, err);
	if (puavo_hold_against(e, &m, err) < 0)
		return -1;
	if (!m.changes.of.n)
		return db_world(&e->db, out, err);
	p.fresh = fresh = mem_zero(m.tree.of.n + 1, sizeof(*fresh));
	result = place_all(&p, err);
	VEC_FOR (struct placed, x, &p.of) {
		if (result == 0 && x->bundle.name.n)
			*vec_push(&out->of) = x->bundle;
		else
			bundle_drop(&x->bundle);
	}
	vec_drop(&p.of);
	return result;
}

/* The world for who only asks: what the old script has done since is laid over state.db in memory. */
#include <stdlib.h>

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
	VEC(struct placed) of;
	size_t last; /* the lowest rank that was given */
};

static struct bundle *find(struct placing *p, struct span name, struct span puavo_id)
{
	VEC_FOR (struct placed, x, &p->of)
		if (bundle_is_puavo(&x->bundle) && span_is(buf_span(&x->bundle.name), name) &&
			span_is(buf_span(&x->bundle.puavo_id), puavo_id)) {
			x->rank = --p->last;
			return &x->bundle;
		}
	return NULL;
}

static void leave_use(struct placing *p, struct span name)
{
	VEC_FOR (struct placed, x, &p->of)
		if (span_is(buf_span(&x->bundle.name), name) && bundle_in_use(&x->bundle))
			x->bundle.state = BUNDLE_PREPARED;
}

static int place_one(
	struct engine *e, struct placing *p, const struct puavo_change *c, struct err *err)
{
	struct bundle *b;
	struct placed *x;
	int there;

	if (c->turn == PUAVO_GONE) {
		b = find(p, buf_span(&c->bundle->name), buf_span(&c->bundle->puavo_id));
		if (b)
			buf_clear(&b->name); /* left out below */
		return 0;
	}
	if (c->state == BUNDLE_INSTALLED && c->turn != PUAVO_FIRST)
		leave_use(p, buf_span(&c->folder->name));
	b = find(p, buf_span(&c->folder->name), buf_span(&c->folder->id));
	if (b && c->turn != PUAVO_FIRST)
		b->state = c->state;
	if (b || c->turn != PUAVO_NEW)
		return 0;
	x = vec_push(&p->of);
	there = puavo_read_folder(e, c->folder, &x->bundle, err);
	x->bundle.state = c->state;
	x->rank = --p->last;
	if (there == 0)
		buf_clear(&x->bundle.name);
	return there < 0 ? -1 : 0;
}

int engine_world(struct engine *e, struct world *out, struct err *err)
{
	AUTO(puavo_meeting) m = {0};
	struct placing p = {.last = SIZE_MAX / 2};
	int result = 0;

	*out = WORLD_INIT;
	if (e->lock.fd >= 0)
		return db_world(&e->db, out, err);
	if (puavo_hold_against(e, &m, err) < 0)
		return -1;
	if (!m.changes.of.n)
		return db_world(&e->db, out, err);
	for (size_t i = 0; i < m.world.of.n; i++)
		*vec_push(&p.of) = (struct placed){bundle_dup(&m.world.of.v[i]), SIZE_MAX / 2 + i};
	for (size_t i = 0; result == 0 && i < m.changes.of.n; i++)
		result = place_one(e, &p, &m.changes.of.v[i], err);
	if (p.of.n)
		qsort(p.of.v, p.of.n, sizeof(p.of.v[0]), by_name_and_rank);
	VEC_FOR (struct placed, x, &p.of) {
		if (result == 0 && x->bundle.name.n)
			*vec_push(&out->of) = x->bundle;
		else
			bundle_drop(&x->bundle);
	}
	vec_drop(&p.of);
	return result;
}

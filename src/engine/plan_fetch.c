/* What carrying out a plan is going to fetch. */
#include "engine/plan_fetch.h"

#include <stdlib.h>
#include <string.h>

struct packs_seen {
	VEC(const struct pack *) of;
};

static void packs_seen_drop(struct packs_seen *s)
{
	vec_drop(&s->of);
}

static bool fetches(const struct plan_item *item)
{
	VEC_FOR (const struct step, s, &item->steps)
		if (s->kind == STEP_FETCH)
			return item->result != RESULT_FAILED;
	return false;
}

/* By their sums; those without one are each its own. */
static int by_sum(const void *a, const void *b)
{
	const struct digest *x = sums_best(&(*(struct pack *const *)a)->sums);
	const struct digest *y = sums_best(&(*(struct pack *const *)b)->sums);

	if (!x || !y)
		return !y - !x;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return memcmp(x->bytes, y->bytes, digest_size(x->kind));
}

static bool is_same(const struct pack *a, const struct pack *b)
{
	return sums_best(&a->sums) && sums_best(&b->sums) && by_sum(&a, &b) == 0;
}

static int count(struct engine *e, const struct pack *pack, struct plan_fetch *out, struct err *err)
{
	struct digest ignored;
	int there = cache_find(&e->cache, &pack->sums, &ignored, NULL, err);

	if (there < 0)
		return -1;
	out->cached += there == 1;
	out->packs += there == 0;
	if (there == 0)
		out->bytes = pack->size < 0 || out->bytes < 0 ? -1 : out->bytes + pack->size;
	return 0;
}

int plan_fetch_count(struct engine *e, struct plan *plan, struct err *err)
{
	AUTO(packs_seen) seen = {0};

	VEC_FOR (const struct plan_item, item, &plan->of) {
		if (!fetches(item))
			continue;
		VEC_FOR (const struct pack, pack, &item->installer.packs.of)
			*vec_push(&seen.of) = pack;
	}
	if (seen.of.n)
		qsort(seen.of.v, seen.of.n, sizeof(seen.of.v[0]), by_sum);
	for (size_t i = 0; i < seen.of.n; i++)
		if ((!i || !is_same(seen.of.v[i - 1], seen.of.v[i])) &&
			count(e, seen.of.v[i], &plan->fetch, err) < 0)
			return -1;
	return 0;
}

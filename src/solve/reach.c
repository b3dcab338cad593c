/* Which packages may come into question, and what libsolv is told of them. */
#include "solve/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/ordering.h"
#include "solve/look.h"

/* libsolv makes a rule of each pair that cannot be together, and each takes 24 bytes. */
#define PAIRS_MAX 4000000

void reach_drop(struct reach *r)
{
	vec_drop_each(&r->of, look_package_drop);
	vec_drop_each(&r->needs, look_need_drop);
	families_drop(&r->families);
	vec_drop(&r->away);
	sat_free(r->sat);
	r->sat = NULL;
}

/* What has no version, or none that can be compared, is older than all others. Another content than the installed one is newer then: who
 * has no versions has no other way to say so. */
static bool is_fresh(const struct reach *r, const struct supply_item *item)
{
	size_t i = ordering_has(item->name, item->version) ? SUPPLY_NONE
							   : supply_first(r->supply, item->name);

	for (; i != SUPPLY_NONE; i = supply_older(r->supply, i)) {
		struct supply_item other;

		supply_get(r->supply, i, &other);
		if (other.repository == SUPPLY_INSTALLED)
			return !ordering_has(other.name, other.version) &&
			       !(span_is(item->version, other.version) &&
				       span_is(item->id, other.id));
	}
	return false;
}

static int compare_versions(const struct reach_package *a, const struct reach_package *b)
{
	struct span name = a->item.name;
	int order = families_compare(a, b);

	if (order || !span_is(name, b->item.name))
		return order;
	if (ordering_has(name, a->item.version) || ordering_has(name, b->item.version))
		return ordering_compare(name, a->item.version, b->item.version);
	return a->fresh - b->fresh;
}

static int compare_packages(const void *a, const void *b)
{
	const struct reach_package *x = a, *y = b;
	int differs = span_compare(x->group, y->group);

	if (!differs)
		differs = families_compare(x, y);
	if (!differs)
		differs = span_compare(x->item.name, y->item.name);
	if (!differs)
		differs = compare_versions(x, y);
	return differs ? differs : (x->number > y->number) - (x->number < y->number);
}

static void set_ranks(struct reach *r)
{
	for (size_t i = 1; i < r->of.n; i++) {
		struct reach_package *p = &r->of.v[i], *before = p - 1;

		if (span_is(p->group, before->group))
			p->rank = before->rank + (compare_versions(p, before) != 0);
	}
}

static int compare_places(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Places are any numbers; of them only the order matters. */
static void set_homes(struct reach *r)
{
	VEC(int64_t) all = {0};
	size_t kept = 0;

	VEC_FOR (const struct reach_package, p, &r->of)
		if (!all.n ||
			all.v[all.n - 1] != supply_repository_place(r->supply, p->item.repository))
			*vec_push(&all) = supply_repository_place(r->supply, p->item.repository);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), compare_places);
	for (size_t i = 0; i < all.n; i++)
		if (!i || all.v[i] != all.v[kept - 1])
			all.v[kept++] = all.v[i];
	VEC_FOR (struct reach_package, p, &r->of) {
		int64_t own = supply_repository_place(r->supply, p->item.repository);
		const int64_t *at = bsearch(&own, all.v, kept, sizeof(own), compare_places);

		p->home = at ? (uint32_t)(at - all.v) : 0;
	}
	vec_drop(&all);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* From numbers in `seen`, as they were, to those that packages have now; who does not come into question is left out. */
static void renumber(const struct look *l, struct reach *r)
{
	uint32_t *now = mem_alloc((l->in.n + 1) * sizeof(*now));

	memset(now, 0xff, (l->in.n + 1) * sizeof(*now));
	for (size_t i = 0; i < r->of.n; i++)
		now[l->at[r->of.v[i].number] - 1] = (uint32_t)i;
	VEC_FOR (struct reach_need, need, &r->needs) {
		size_t kept = 0;

		for (size_t i = 0; i < need->met_by.n; i++)
			if (now[need->met_by.v[i]] != REACH_NONE)
				need->met_by.v[kept++] = now[need->met_by.v[i]];
		need->met_by.n = kept;
		if (kept)
			qsort(need->met_by.v, kept, sizeof(uint32_t), compare_numbers);
	}
	free(now);
}

/* What comes into question stays in the place that it has: it may be much. */
static void take_packages(struct look *l, struct reach *r)
{
	for (size_t i = 0; i < l->seen.n; i++) {
		if (l->in.v[i])
			l->seen.v[r->of.n++] = l->seen.v[i];
		else
			look_package_drop(&l->seen.v[i]);
	}
	r->of.v = l->seen.v;
	r->of.cap = l->seen.cap;
	l->seen.v = NULL;
	l->seen.n = l->seen.cap = 0;
}

static void take(struct look *l, struct reach *r)
{
	take_packages(l, r);
	VEC_FOR (struct reach_package, p, &r->of)
		p->fresh = is_fresh(r, &p->item);
	families_find(r);
	if (r->of.n)
		qsort(r->of.v, r->of.n, sizeof(*r->of.v), compare_packages);
	r->needs.v = l->needs.v;
	r->needs.n = l->needs.n;
	r->needs.cap = l->needs.cap;
	l->needs.v = NULL;
	l->needs.n = l->needs.cap = 0;
	renumber(l, r);
	set_ranks(r);
	set_homes(r);
	r->away.v = l->away.v;
	r->away.n = l->away.n;
	r->away.cap = l->away.cap;
	l->away.v = NULL;
	l->away.n = l->away.cap = 0;
}

static int check_pairs(const struct reach *r, struct err *err)
{
	size_t pairs = 0, same = 0;

	for (size_t i = 0; i < r->of.n; i++) {
		const struct reach_package *p = &r->of.v[i];

		same = i && span_is(p->group, p[-1].group) ? same + 1 : 0;
		pairs += same;
		for (size_t k = p->depends.of.n; k < p->needs.n; k++)
			pairs += r->needs.v[p->needs.v[k]].met_by.n;
		if (pairs > PAIRS_MAX)
			return err_set(
				err, ERR_FAILED, "too many packages conflict with too many others");
	}
	return 0;
}

static void tell(struct reach *r)
{
	r->sat = sat_new();
	VEC_FOR (const struct reach_package, p, &r->of) {
		struct sat_package given = {
			p->group, p->rank, p->item.repository == SUPPLY_INSTALLED, -(int)p->home};

		sat_add(r->sat, &given);
	}
	VEC_FOR (const struct reach_need, need, &r->needs)
		sat_need(r->sat, need->met_by.v, need->met_by.n);
	for (size_t i = 0; i < r->of.n; i++) {
		const struct reach_package *p = &r->of.v[i];

		for (size_t k = 0; k < p->needs.n; k++)
			if (k < p->depends.of.n)
				sat_depends(r->sat, (unsigned)i, p->needs.v[k]);
			else
				sat_conflicts(r->sat, (unsigned)i, p->needs.v[k]);
	}
}

int reach_make(const struct supply *s, const struct reach_name *names, size_t count, bool offers,
	struct reach *out, struct err *err)
{
	AUTO(look) l = {.supply = s, .offers = offers, .err = err};

	*out = (struct reach){.supply = s};
	if (look_run(&l, names, count) < 0)
		return -1;
	take(&l, out);
	if (check_pairs(out, err) < 0) {
		reach_drop(out);
		return -1;
	}
	tell(out);
	return 0;
}

size_t reach_named(const struct reach *r, struct span name, uint32_t *first)
{
	size_t low = 0, high = r->of.n, end;
	struct span group = families_group(&r->families, name);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(r->of.v[middle].group, group) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < r->of.n && span_is(r->of.v[end].group, group); end++)
		;
	*first = (uint32_t)low;
	return end - low;
}

bool reach_is_installed(const struct reach *r, uint32_t package)
{
	return r->of.v[package].item.repository == SUPPLY_INSTALLED;
}

uint32_t reach_incumbent(const struct reach *r, struct span name)
{
	uint32_t first;
	size_t count = reach_named(r, name, &first);

	for (uint32_t i = first; i < first + count; i++)
		if (reach_is_installed(r, i))
			return i;
	return REACH_NONE;
}

uint32_t reach_installed(const struct reach *r, struct span name)
{
	uint32_t found = reach_incumbent(r, name);

	return found != REACH_NONE && span_is(r->of.v[found].item.name, name) ? found : REACH_NONE;
}

uint32_t reach_best(const struct reach *r, struct span name, bool any)
{
	uint32_t first, best = REACH_NONE;
	size_t count = reach_named(r, name, &first);

	/* Of equal ones the first, as libsolv takes it. */
	for (uint32_t i = first; i < first + count; i++) {
		const struct reach_package *p = &r->of.v[i],
					   *b = &r->of.v[best == REACH_NONE ? i : best];

		if (reach_is_installed(r, i) || (!any && !span_is(p->item.name, name)))
			continue;
		if (best == REACH_NONE || p->home < b->home ||
			(p->home == b->home && p->rank > b->rank))
			best = i;
	}
	return best;
}

bool reach_meets(const struct reach *r, uint32_t package, uint32_t need)
{
	const struct reach_need *n = &r->needs.v[need];

	return n->met_by.n &&
	       bsearch(&package, n->met_by.v, n->met_by.n, sizeof(package), compare_numbers);
}

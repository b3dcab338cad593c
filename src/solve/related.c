/* What packages state of one another. */
#include "solve/related.h"

#include <stdlib.h>

void related_list_drop(struct related_list *l)
{
	vec_drop(&l->of);
	vec_drop(&l->are.of);
	vec_drop(&l->conflicting.of);
	vec_drop(&l->depending.of);
}

/* --- By name ------------------------------------------------------------------------------------ */

static void add_name(struct related_names *names, struct span name, size_t number)
{
	*vec_push(&names->of) = (struct related_name){name, number};
}

static void add_all(struct related_names *names, const struct relations *relations, size_t number)
{
	VEC_FOR (const struct relation, r, &relations->of)
		add_name(names, buf_span(&r->name), number);
}

static int compare_names(const void *a, const void *b)
{
	const struct related_name *one = a, *other = b;
	int order = span_compare(one->name, other->name);

	return order ? order : (one->number > other->number) - (one->number < other->number);
}

static void sort(struct related_names *names)
{
	if (names->of.n)
		qsort(names->of.v, names->of.n, sizeof(names->of.v[0]), compare_names);
}

void related_sort(struct related_list *l)
{
	for (size_t i = 0; i < l->of.n; i++) {
		const struct related *p = &l->of.v[i];

		add_name(&l->are, p->name, i);
		add_all(&l->are, p->provides, i);
		add_all(&l->conflicting, p->conflicts, i);
		add_all(&l->depending, p->depends, i);
	}
	sort(&l->are);
	sort(&l->conflicting);
	sort(&l->depending);
}

/* Where those of a name begin. */
static size_t first_of(const struct related_names *names, struct span name)
{
	size_t low = 0, high = names->of.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(names->of.v[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The one there; NULL: there are no more of that name. */
static const struct related_name *one_of(
	const struct related_names *names, size_t at, struct span name)
{
	return at < names->of.n && span_is(names->of.v[at].name, name) ? &names->of.v[at] : NULL;
}

/* All of a name, the lowest number first. */
#define EACH_OF(one, names, name) \
	for (const struct related_name *one = one_of(names, first_of(names, name), name); one; \
		one = one_of(names, (size_t)(one - (names)->of.v) + 1, name))

/* --- What they are to one another ------------------------------------------------------------------ */

bool related_is(const struct related *p, const struct relation *r)
{
	if (span_is(p->name, buf_span(&r->name)) && relation_holds(r, p->version))
		return true;
	VEC_FOR (const struct relation, other, &p->provides->of)
		if (span_is(buf_span(&other->name), buf_span(&r->name)) &&
			relation_holds(r, buf_span(&other->version)))
			return true;
	return false;
}

bool related_needs(const struct related *a, const struct related *b)
{
	VEC_FOR (const struct relation, r, &a->depends->of)
		if (related_is(b, r))
			return true;
	return false;
}

const struct related *related_find(
	const struct related_list *all, const struct relation *r, const bool *gone)
{
	EACH_OF (one, &all->are, buf_span(&r->name))
		if (!(gone && gone[one->number]) && related_is(&all->of.v[one->number], r))
			return &all->of.v[one->number];
	return NULL;
}

const struct related *related_named(const struct related_list *all, struct span name)
{
	EACH_OF (one, &all->are, name)
		if (span_is(all->of.v[one->number].name, name))
			return &all->of.v[one->number];
	return NULL;
}

static int refuse_missing(
	const struct related_list *after, const struct relation *r, struct err *err)
{
	const struct related *other = related_named(after, buf_span(&r->name));
	AUTO(buf) text = BUF_INIT;

	relation_format(r, &text);
	if (!other)
		err_set(err, ERR_CONFLICT, "it depends on %s, which is not installed", text.s);
	else
		err_set(err, ERR_CONFLICT, "it depends on %s, and %s is %.*s", text.s, r->name.s,
			other->version.n ? (int)other->version.n : 18,
			other->version.n ? other->version.s : "of unknown version");
	return err_next(err, "install that first, or in the same command");
}

/* What of a's conflicts is about b; NULL: nothing. */
static const struct relation *conflict(const struct related *a, const struct related *b)
{
	VEC_FOR (const struct relation, r, &a->conflicts->of)
		if (related_is(b, r))
			return r;
	return NULL;
}

static int refuse_conflict(
	const struct related *a, const struct related *b, bool ours, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	relation_format(conflict(a, b), &text);
	if (ours)
		err_set(err, ERR_CONFLICT, "it conflicts with %s: %.*s is installed", text.s,
			SPAN_ARG(b->name));
	else
		err_set(err, ERR_CONFLICT, "%.*s, which is installed, conflicts with %s",
			SPAN_ARG(a->name), text.s);
	return err_next(err, "fardel remove %.*s", SPAN_ARG(ours ? b->name : a->name));
}

static size_t least_against(
	const struct related_list *all, size_t i, struct span name, size_t least)
{
	EACH_OF (one, &all->conflicting, name)
		if (one->number != i && one->number < least &&
			conflict(&all->of.v[one->number], &all->of.v[i]))
			least = one->number;
	return least;
}

/* The first that number i conflicts with, or that with it; NULL: there is none. */
static const struct related *find_conflict(const struct related_list *all, size_t i)
{
	const struct related *p = &all->of.v[i];
	size_t least = least_against(all, i, p->name, all->of.n);

	VEC_FOR (const struct relation, r, &p->provides->of)
		least = least_against(all, i, buf_span(&r->name), least);
	VEC_FOR (const struct relation, r, &p->conflicts->of)
		EACH_OF (one, &all->are, buf_span(&r->name))
			if (one->number != i && one->number < least &&
				related_is(&all->of.v[one->number], r))
				least = one->number;
	return least < all->of.n ? &all->of.v[least] : NULL;
}

int related_check(const struct related_list *after, size_t i, struct err *err)
{
	const struct related *p = &after->of.v[i], *other;

	VEC_FOR (const struct relation, r, &p->depends->of)
		if (!related_find(after, r, NULL))
			return refuse_missing(after, r, err);
	other = find_conflict(after, i);
	if (!other)
		return 0;
	return conflict(p, other) ? refuse_conflict(p, other, true, err)
				  : refuse_conflict(other, p, false, err);
}

/* --- Their order ----------------------------------------------------------------------------------- */

/* How far it was found out that nothing of what is still to be placed has to come before one: of its names, and of those under that name. What was placed
 * stays so: each is looked at once. */
struct cursor {
	size_t name, at;
};
struct ordering {
	const struct related_list *all;
	const struct related_names *in; /* whom one waits for are in there by its names */
	bool going;
	bool *placed;
	struct cursor *cursors;
};

/* The n-th name by which those are found that number i waits for; false: there are no more. */
static bool name_of(const struct ordering *o, size_t i, size_t n, struct span *name)
{
	const struct related *p = &o->all->of.v[i];
	const struct relations *list = o->going ? p->provides : p->depends;

	if (o->going && n == list->of.n)
		*name = p->name;
	else if (n < list->of.n)
		*name = buf_span(&list->of.v[n].name);
	else
		return false;
	return true;
}

/* Whether number i has to wait for another, which was found by the n-th name. */
static bool has_to_wait(const struct ordering *o, size_t i, size_t n, size_t other)
{
	const struct related *a = &o->all->of.v[i], *b = &o->all->of.v[other];

	return i != other && !o->placed[other] &&
	       (o->going ? related_needs(b, a) : related_is(b, &a->depends->of.v[n]));
}

static bool waits(struct ordering *o, size_t i)
{
	struct cursor *c = &o->cursors[i];
	struct span name;

	for (; name_of(o, i, c->name, &name); c->name++, c->at = 0) {
		size_t first = first_of(o->in, name);
		const struct related_name *one;

		for (; (one = one_of(o->in, first + c->at, name)); c->at++)
			if (has_to_wait(o, i, c->name, one->number))
				return true;
	}
	return false;
}

void related_order(const struct related_list *l, bool going, size_t *order)
{
	struct ordering o = {.all = l,
		.in = going ? &l->depending : &l->are,
		.going = going,
		.placed = mem_zero(l->of.n, sizeof(*o.placed)),
		.cursors = mem_zero(l->of.n, sizeof(*o.cursors))};
	size_t first = 0; /* that is not placed */

	for (size_t n = 0; n < l->of.n; n++) {
		size_t next;

		while (o.placed[first])
			first++;
		next = first;
		while (next < l->of.n && (o.placed[next] || waits(&o, next)))
			next++;
		if (next == l->of.n)
			next = first;
		o.placed[next] = true;
		order[n] = next;
	}
	free(o.placed);
	free(o.cursors);
}

/* Packages that are versions of one another though they are called otherwise. */
#include "solve/family.h"

#include <stdlib.h>

#include "solve/reach.h"

void families_drop(struct families *f)
{
	vec_drop(&f->of);
}

/* What is installed says best what a name stands for. */
static int by_name(const void *a, const void *b)
{
	const struct family_name *x = a, *y = b;
	int order = span_compare(x->name, y->name);

	if (!order)
		order = (int)y->installed - (int)x->installed;
	return order ? order : span_compare(x->family, y->family);
}

/* The installed ones of a family behind one another, the newest first. */
static int by_family(const void *a, const void *b)
{
	const struct family_name *x = a, *y = b;
	int order = (int)y->installed - (int)x->installed;

	if (!order)
		order = span_compare(x->family, y->family);
	if (!order)
		order = (y->serial > x->serial) - (y->serial < x->serial);
	return order ? order : span_compare(x->name, y->name);
}

/* Those that stand for themselves have no family from here on. */
static void part_installed(struct families *f)
{
	qsort(f->of.v, f->of.n, sizeof(*f->of.v), by_family);
	for (size_t i = f->of.n; i-- > 1;)
		if (f->of.v[i].installed && f->of.v[i - 1].installed &&
			span_is(f->of.v[i].family, f->of.v[i - 1].family))
			f->of.v[i].family = SPAN("");
}

static void keep_each_once(struct families *f)
{
	size_t kept = 0;

	qsort(f->of.v, f->of.n, sizeof(*f->of.v), by_name);
	for (size_t i = 0; i < f->of.n; i++)
		if (!kept || !span_is(f->of.v[kept - 1].name, f->of.v[i].name))
			f->of.v[kept++] = f->of.v[i];
	f->of.n = kept;
}

static const struct family_name *find(const struct families *f, struct span name)
{
	struct family_name key = {.name = name};
	size_t low = 0, high = f->of.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(f->of.v[middle].name, key.name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->of.n && span_is(f->of.v[low].name, name) ? &f->of.v[low] : NULL;
}

struct span families_group(const struct families *f, struct span name)
{
	const struct family_name *found = find(f, name);

	return found && found->family.n ? found->family : name;
}

void families_find(struct reach *r)
{
	struct families *f = &r->families;

	VEC_FOR (const struct reach_package, p, &r->of)
		if (p->family.n)
			*vec_push(&f->of) = (struct family_name){p->item.name, p->family, p->serial,
				p->item.repository == SUPPLY_INSTALLED};
	if (f->of.n) {
		part_installed(f);
		keep_each_once(f);
	}
	VEC_FOR (struct reach_package, p, &r->of)
		p->group = families_group(f, p->item.name);
}

int families_compare(const struct reach_package *a, const struct reach_package *b)
{
	if (!a->family.n || !b->family.n || span_is(a->item.name, a->group))
		return 0;
	return (a->serial > b->serial) - (a->serial < b->serial);
}

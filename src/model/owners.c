/* Owners: a sorted list. */
#include "model/owners.h"

#include <stdlib.h>

static const char *const kind_names[OWNER_KINDS] = {
	"package", "dpkg", "conffile", "diverted-from", "diverted-to", "alternative"};

const char *owner_kind_name(enum owner_kind kind)
{
	return kind_names[kind];
}

static void owner_drop(struct owner *o)
{
	buf_drop(&o->path);
	buf_drop(&o->name);
}

void owners_drop(struct owners *o)
{
	vec_drop_each(&o->of, owner_drop);
}

void owners_add(struct owners *o, struct span path, enum owner_kind kind, struct span name)
{
	struct owner *added = vec_push(&o->of);

	*added = (struct owner){BUF_INIT, kind, BUF_INIT};
	buf_add_span(&added->path, path);
	buf_add_span(&added->name, name);
}

static int compare(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	int c = span_compare(buf_span(&x->path), buf_span(&y->path));

	if (!c)
		c = (x->kind > y->kind) - (x->kind < y->kind);
	return c ? c : span_compare(buf_span(&x->name), buf_span(&y->name));
}

void owners_sort(struct owners *o)
{
	size_t kept = 0;

	if (!o->of.n)
		return;
	qsort(o->of.v, o->of.n, sizeof(o->of.v[0]), compare);
	for (size_t i = 1; i < o->of.n; i++) {
		if (compare(&o->of.v[kept], &o->of.v[i]) == 0)
			owner_drop(&o->of.v[i]);
		else
			o->of.v[++kept] = o->of.v[i];
	}
	o->of.n = kept + 1;
}

const struct owner *owners_get(const struct owners *o, struct span path, size_t *n)
{
	size_t low = 0, high = o->of.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(buf_span(&o->of.v[middle].path), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*n = 0;
	while (low + *n < o->of.n && span_is(buf_span(&o->of.v[low + *n].path), path))
		++*n;
	return *n ? &o->of.v[low] : NULL;
}

/* Lists of texts. */
#include "base/texts.h"

#include <stdlib.h>

void texts_drop(struct texts *t)
{
	vec_drop_each(&t->of, buf_drop);
}

void texts_add(struct texts *t, struct span x)
{
	struct buf *text = vec_push(&t->of);

	buf_init(text);
	buf_set(text, x);
}

void texts_add_all(const struct texts *from, struct texts *to)
{
	VEC_FOR (const struct buf, x, &from->of)
		texts_add(to, buf_span(x));
}

bool texts_has(const struct texts *t, struct span x)
{
	VEC_FOR (const struct buf, one, &t->of)
		if (span_is(buf_span(one), x))
			return true;
	return false;
}

void texts_add_new(struct texts *t, struct span x)
{
	if (!texts_has(t, x))
		texts_add(t, x);
}

static int by_bytes(const void *a, const void *b)
{
	return span_compare(buf_span((const struct buf *)a), buf_span((const struct buf *)b));
}

void texts_sort(struct texts *t)
{
	if (t->of.n)
		qsort(t->of.v, t->of.n, sizeof(t->of.v[0]), by_bytes);
}

static int to_span(const void *key, const void *text)
{
	return span_compare(*(const struct span *)key, buf_span((const struct buf *)text));
}

bool texts_has_sorted(const struct texts *sorted, struct span x)
{
	return sorted->of.n &&
	       bsearch(&x, sorted->of.v, sorted->of.n, sizeof(sorted->of.v[0]), to_span);
}

/* The tags of images that packages of one wagon have. */
#include "work/index_tags.h"

#include <stdlib.h>

#include "base/wire.h"

static void tag_drop(struct tag *t)
{
	buf_drop(&t->text);
}

void tags_drop(struct tags *t)
{
	vec_drop_each(&t->of, tag_drop);
}

void tags_add(struct tags *t, struct span tag, size_t number)
{
	struct tag *added = vec_push(&t->of);

	*added = (struct tag){.text = BUF_INIT, .number = number};
	buf_reserve(&added->text, tag.n);
	buf_add_span(&added->text, tag);
}

static int by_text(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int order = span_compare(buf_span(&x->text), buf_span(&y->text));

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static bool is_same(const struct tags *t, size_t a, size_t b)
{
	return b < t->of.n && span_is(buf_span(&t->of.v[a].text), buf_span(&t->of.v[b].text));
}

static void leave_out(struct made *made, const struct tag *tag)
{
	struct wire w = {.rest = buf_span(&made->of.v[tag->number].payload)};
	struct span name = wire_text(&w), version = wire_text(&w);
	AUTO(buf) package = BUF_INIT;
	struct err why = ERR_INIT;

	buf_addf(&package, "%.*s/%.*s", SPAN_ARG(name), SPAN_ARG(version));
	err_set(&why, ERR_INSTALLER, "another package has the same tag, %s", tag->text.s);
	made_leave_out(made, buf_span(&package), &why);
}

void tags_settle(struct tags *t, struct made *made)
{
	VEC(size_t) gone = {0};

	if (t->of.n)
		qsort(t->of.v, t->of.n, sizeof(t->of.v[0]), by_text);
	for (size_t i = 0; i < t->of.n; i++) {
		if (!is_same(t, i, i + 1) && !(i && is_same(t, i, i - 1)))
			continue;
		leave_out(made, &t->of.v[i]);
		*vec_push(&gone) = t->of.v[i].number;
	}
	if (gone.n)
		qsort(gone.v, gone.n, sizeof(gone.v[0]), by_number);
	made_take_back(made, gone.v, gone.n);
	vec_drop(&gone);
}

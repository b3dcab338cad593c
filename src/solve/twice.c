/* What is named twice in one request. */
#include "solve/twice.h"

#include <stdlib.h>

struct spans {
	VEC(struct span) of;
};

static void spans_drop(struct spans *s)
{
	vec_drop(&s->of);
}

static int compare(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static bool is_once(const struct spans *sorted, struct span name)
{
	const struct span *all = sorted->of.v;
	const struct span *at = bsearch(&name, all, sorted->of.n, sizeof(name), compare);

	return at && (at == all || !span_is(at[-1], name)) &&
	       (at + 1 == all + sorted->of.n || !span_is(at[1], name));
}

void twice_look(const struct request *request, struct candidates *candidates)
{
	AUTO(spans) names = {0};

	if (!candidates->of.n)
		return;
	VEC_FOR (const struct candidate, c, &candidates->of)
		*vec_push(&names.of) = buf_span(&c->installer.name);
	VEC_FOR (const struct buf, item, &request->items.of)
		*vec_push(&names.of) = buf_span(item);
	qsort(names.of.v, names.of.n, sizeof(struct span), compare);
	VEC_FOR (struct candidate, c, &candidates->of)
		c->alone = is_once(&names, buf_span(&c->installer.name));
}

int twice_check(const struct plan *plan, const struct candidate *c, struct err *err)
{
	for (size_t i = 0; !c->alone && i < plan->of.n; i++) {
		const struct plan_item *item = &plan->of.v[i];

		if (item->result == RESULT_FAILED ||
			!span_is(buf_span(&item->to.name), buf_span(&c->installer.name)))
			continue;
		if (span_is(buf_span(&item->to.id), buf_span(&c->id)))
			return 1;
		err_set(err, ERR_CONFLICT, "%s and %s are both %s, and differ",
			item->file.n ? item->file.s : item->to.name.s, c->item.s,
			c->installer.name.s);
		return err_next(err, "name one of them");
	}
	return 0;
}

bool twice_is_planned(const struct plan *plan, struct span name)
{
	for (size_t i = 0; i < plan->of.n; i++)
		if (span_is(buf_span(&plan->of.v[i].to.name), name))
			return true;
	return false;
}

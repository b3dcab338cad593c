/* What packages and relations are called. */
#include "solve/words.h"

void words_relation(const struct relation *r, struct buf *out)
{
	static const char *const words[RELATION_OPS] = {[RELATION_OLDER] = "<",
		[RELATION_AT_MOST] = "<=",
		[RELATION_EXACTLY] = "=",
		[RELATION_AT_LEAST] = ">=",
		[RELATION_NEWER] = ">"};

	buf_add_span(out, buf_span(&r->name));
	if (r->op == RELATION_SELECTOR)
		buf_addf(out, " %s", r->version.s);
	else if (r->op != RELATION_ANY)
		buf_addf(out, " %s %s", words[r->op], r->version.s);
}

void words_package(const struct question *q, uint32_t package, bool whose, struct buf *out)
{
	const struct supply_item *item = &q->reach.of.v[package].item;

	buf_add_span(out, item->name);
	if (item->version.n)
		buf_addf(out, " %.*s", SPAN_ARG(item->version));
	if (whose && reach_is_installed(&q->reach, package))
		buf_adds(out, item->held ? " (held)" : " (installed)");
}

int words_compare(const struct relation *a, const struct relation *b)
{
	int differs = span_compare(buf_span(&a->name), buf_span(&b->name));

	if (!differs)
		differs = (a->op < b->op) - (a->op > b->op);
	return differs ? differs : span_compare(buf_span(&a->version), buf_span(&b->version));
}

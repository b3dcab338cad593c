/* What packages and relations are called. */
#include "solve/words.h"

#include <string.h>

#define REASONS_ROOM (ERR_DETAIL_MAX / 2)

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

void words_away(const struct question *q, size_t number, struct buf *out)
{
	uint32_t installed;
	struct supply_item item;

	supply_get(q->reach.supply, number, &item);
	installed = reach_incumbent(&q->reach, item.name);
	buf_addf(out, "%.*s %.*s of %.*s is not taken", SPAN_ARG(item.name), SPAN_ARG(item.version),
		SPAN_ARG(supply_repository_name(q->reach.supply, item.repository)));
	if (installed == REACH_NONE)
		return;
	buf_addf(out, ": %.*s is of %.*s", SPAN_ARG(q->reach.of.v[installed].item.name),
		SPAN_ARG(q->reach.of.v[installed].origin));
	if (item.version.n)
		buf_addf(out, " (to have it from there: %.*s=%.*s)", SPAN_ARG(item.name),
			SPAN_ARG(item.version));
}

int words_compare(const struct relation *a, const struct relation *b)
{
	int differs = span_compare(buf_span(&a->name), buf_span(&b->name));

	if (!differs)
		differs = (a->op < b->op) - (a->op > b->op);
	return differs ? differs : span_compare(buf_span(&a->version), buf_span(&b->version));
}

void words_reason(struct err *err, struct span text)
{
	static const char more[] = "and more\n";
	size_t n = strlen(err->detail);

	if (n + text.n + sizeof(more) < REASONS_ROOM)
		err_detail(err, "%.*s", SPAN_ARG(text));
	else if (!span_ends(span_of(err->detail), more))
		err_detail(err, "and more");
}

bool words_way_out(
	struct err *err, size_t i, size_t count, size_t width, const char *command, const char *why)
{
	const char *label = count == 1 ? "Instead:" : i ? "or:     " : "Either: ";
	AUTO(buf) line = BUF_INIT;

	buf_addf(&line, "%s %s", label, command);
	if (line.n + 2 > ERR_DETAIL_MAX - strlen(err->detail))
		return false;
	if (*why)
		buf_addf(&line, "%*s   (%s)", (int)(width - strlen(command)), "", why);
	err_detail(err, "%s", line.s);
	return true;
}

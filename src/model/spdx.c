/* Licence expressions of SPDX. */
#include "model/spdx.h"

#include <string.h>

#define DEPTH_MAX 16

struct reader {
	struct span rest;
	int depth;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(".-+:", c));
}

/* The next word, or one bracket; empty at the end, and where neither is. */
static struct span peek(struct reader *r)
{
	size_t n = 0;

	while (r->rest.n && r->rest.s[0] == ' ')
		r->rest = span_cut(r->rest, 1, r->rest.n);
	if (r->rest.n && (r->rest.s[0] == '(' || r->rest.s[0] == ')'))
		return span_cut(r->rest, 0, 1);
	while (n < r->rest.n && is_letter(r->rest.s[n]))
		n++;
	return span_cut(r->rest, 0, n);
}

static bool take(struct reader *r, const char *word)
{
	bool is = span_is_text(peek(r), word);

	if (is)
		r->rest = span_cut(r->rest, strlen(word), r->rest.n);
	return is;
}

static bool is_operator(struct span word)
{
	return span_is_text(word, "AND") || span_is_text(word, "OR") || span_is_text(word, "WITH");
}

static bool take_name(struct reader *r)
{
	struct span name = peek(r);

	if (!name.n || is_operator(name) || strchr("()+-.:", name.s[0]) ||
		memchr(name.s, '+', name.n - 1))
		return false;
	r->rest = span_cut(r->rest, name.n, r->rest.n);
	return true;
}

/* Bounded by its depth. */
static bool take_expression(struct reader *r)
{
	do {
		if (take(r, "(")) {
			if (++r->depth > DEPTH_MAX || !take_expression(r) || !take(r, ")"))
				return false;
			r->depth--;
		} else if (!take_name(r) || (take(r, "WITH") && !take_name(r))) {
			return false;
		}
	} while (take(r, "AND") || take(r, "OR"));
	return true;
}

bool spdx_is_expression(struct span x)
{
	struct reader r = {x, 0};

	return take_expression(&r) && !peek(&r).n && !r.rest.n;
}

/* A span borrows text: it never owns it, is not NUL-ended, and never outlives what it points
 * into. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct span {
	const char *s; /* never NULL */
	size_t n;
};

#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})
/* For printf's %.*s: printf("%.*s", SPAN_ARG(x)). */
#define SPAN_ARG(x) (int)(x).n, (x).s

struct span span_of(const char *s); /* NULL reads as "" */
struct span span_cut(struct span x, size_t from, size_t n); /* bounds are clamped */
bool span_is(struct span a, struct span b);
bool span_is_text(struct span a, const char *text);
bool span_starts(struct span a, const char *prefix);
bool span_ends(struct span a, const char *suffix);
int span_compare(struct span a, struct span b); /* bytes, as strcmp */

/* Without white space (blank, \t \r \n \v \f) at both ends. */
struct span span_trim(struct span a);

/* The text before the next separator (or all that is left); *rest moves behind it.
 * Returns false, and leaves *part empty, when *rest was used up. A last empty part is not given:
 * "a\nb\n" by '\n' is "a", "b". */
bool span_split(struct span *rest, char separator, struct span *part);

/* A whole decimal number without sign, blanks or leading '+'; false where it is none or over
 * max. */
bool span_number(struct span a, unsigned long long max, unsigned long long *out);

/* Borrowed text. */
#include "base/span.h"

#include <string.h>

struct span span_of(const char *s)
{
	return s ? (struct span){s, strlen(s)} : SPAN("");
}

struct span span_cut(struct span x, size_t from, size_t n)
{
	if (from > x.n)
		from = x.n;
	if (n > x.n - from)
		n = x.n - from;
	return (struct span){x.s + from, n};
}

bool span_is(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

bool span_is_text(struct span a, const char *text)
{
	return span_is(a, span_of(text));
}

bool span_starts(struct span a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && memcmp(a.s, prefix, n) == 0;
}

bool span_ends(struct span a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && memcmp(a.s + a.n - n, suffix, n) == 0;
}

int span_compare(struct span a, struct span b)
{
	int c = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span a)
{
	while (a.n && is_blank(a.s[0])) {
		a.s++;
		a.n--;
	}
	while (a.n && is_blank(a.s[a.n - 1]))
		a.n--;
	return a;
}

bool span_split(struct span *rest, char separator, struct span *part)
{
	const char *end;

	if (!rest->n) {
		*part = SPAN("");
		return false;
	}
	end = memchr(rest->s, separator, rest->n);
	*part = span_cut(*rest, 0, end ? (size_t)(end - rest->s) : rest->n);
	*rest = span_cut(*rest, part->n + (end ? 1 : 0), rest->n);
	return true;
}

bool span_number(struct span a, unsigned long long max, unsigned long long *out)
{
	unsigned long long value = 0;

	if (!a.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		unsigned digit = (unsigned)(a.s[i] - '0');

		if (a.s[i] < '0' || a.s[i] > '9' || value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

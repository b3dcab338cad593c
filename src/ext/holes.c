/* The list of what a sparse file holds between its holes. */
#include "ext/holes.h"

void holes_init(struct holes *h, int64_t real)
{
	*h = (struct holes){.real = real, .left = -1, .number = -1};
}

bool holes_add(struct holes *h, int64_t at, int64_t n)
{
	if (h->closed || h->count++ >= HOLES_MAX || at < h->end || at > h->real || n < 0 ||
		n > h->real - at)
		return false;
	h->closed = n == 0;
	h->end = at + n;
	h->stored += n;
	return true;
}

/* A number is whole. */
static bool end_line(struct holes *h)
{
	int64_t number = h->number;

	h->number = -1;
	if (number < 0)
		return false;
	if (h->left < 0) {
		h->left = number > HOLES_MAX ? 0 : 2 * number;
		return number <= HOLES_MAX;
	}
	if (h->left-- % 2)
		return holes_add(h, h->at, number);
	h->at = number;
	return true;
}

bool holes_take(struct holes *h, struct span *bytes)
{
	for (; h->left && bytes->n; *bytes = span_cut(*bytes, 1, bytes->n)) {
		char c = bytes->s[0];

		if (c == '\n') {
			if (!end_line(h))
				return false;
			continue;
		}
		/* One way to write a number: no sign, no zeros in front. */
		if (c < '0' || c > '9' || h->number == 0 || h->number > INT64_MAX / 10 - 1)
			return false;
		h->number = (h->number < 0 ? 0 : h->number * 10) + (c - '0');
	}
	return true;
}

/* Values in a frame's payload. */
#include "base/wire.h"

#include <string.h>

void wire_put_number(struct buf *out, int64_t value)
{
	buf_add(out, &value, sizeof(value));
}

void wire_put_text(struct buf *out, struct span x)
{
	wire_put_number(out, (int64_t)x.n);
	buf_add_span(out, x);
}

int64_t wire_number(struct wire *w)
{
	int64_t value = 0;

	if (w->bad || w->rest.n < sizeof(value)) {
		w->bad = true;
		return 0;
	}
	memcpy(&value, w->rest.s, sizeof(value));
	w->rest = span_cut(w->rest, sizeof(value), w->rest.n);
	return value;
}

struct span wire_text(struct wire *w)
{
	int64_t n = wire_number(w);
	struct span x;

	if (w->bad || n < 0 || (uint64_t)n > w->rest.n) {
		w->bad = true;
		return SPAN("");
	}
	x = span_cut(w->rest, 0, (size_t)n);
	w->rest = span_cut(w->rest, (size_t)n, w->rest.n);
	return x;
}

bool wire_ended(const struct wire *w)
{
	return !w->bad && !w->rest.n;
}

/* One line of progress, as text: pure, so that it can be tested. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct bar {
	struct span name; /* escaped */
	int64_t done, total; /* bytes; total -1: unknown */
	double rate; /* bytes a second, below 0: not known yet */
};

/* "136 of 184 MB", or "136 MB"; with `pad` the numbers stand in columns. */
void bar_amount(struct buf *out, const struct bar *b, bool pad);
int bar_percent(const struct bar *b); /* 0 to 100; -1 where the total is unknown */

/* Appends the line for a terminal of so many columns; names take `name_width` of them. */
void bar_format(struct buf *out, const struct bar *b, size_t name_width, size_t columns, bool utf8);

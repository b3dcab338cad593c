/* Aligned tables on a terminal, by libsmartcols. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/span.h"

struct table;

struct table_column {
	const char *title;
	bool right; /* numbers */
	bool trunc; /* may be cut when the terminal is narrow */
};

struct table *table_new(const struct table_column *columns, size_t count, bool color);
/* One text a column; copied. Text from outside must have been escaped. */
void table_add(struct table *t, const struct span *cells);
/* Of the row that was added last: "green", where the table has colours. */
void table_color(struct table *t, size_t column, const char *color);
void table_print(struct table *t, FILE *to);
void table_free(struct table *t);

/* Rows of data, stated once and printed in each form: a table on a terminal, tab-separated lines,
 * or JSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/texts.h"
#include "cmd/cmd.h"

struct column {
	const char *title; /* of the table; NULL: the column is not in the table */
	const char *key; /* in JSON */
	bool right, trunc; /* as in struct table_column */
};

struct sheet;

/* `key` is the name of the array in the JSON answer. The columns are borrowed. */
struct sheet *sheet_new(
	struct run *run, const char *key, const struct column *columns, size_t count);

/* The cells of a row, from left to right; the last column's cell ends the row. Text is raw. */
void sheet_text(struct sheet *s, struct span x);
void sheet_id(struct sheet *s, struct span id); /* 8 digits in a table */
void sheet_version(
	struct sheet *s, struct span version, struct span id); /* table: else of the id */
void sheet_size(struct sheet *s, int64_t bytes); /* -1: unknown */
void sheet_number(struct sheet *s, int64_t number);
void sheet_time(struct sheet *s, int64_t seconds); /* 0: unknown */
void sheet_bool(struct sheet *s, bool value);
/* A text that stands in the table in that colour: "green". */
void sheet_colored(struct sheet *s, struct span x, const char *color);
void sheet_list(
	struct sheet *s, const struct texts *list); /* a list in JSON; else with blanks between */

/* Prints what was not yet printed, and frees. */
void sheet_end(struct sheet *s);

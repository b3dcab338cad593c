/* Kinds of values in an offer, for its tables of keys: each is read from JSON into its place, and put back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"
#include "ext/json.h"

struct offer_row;
struct offer_kind {
	int (*read)(
		const struct offer_row *row, const struct json *value, void *base, struct err *err);
	void (*put)(const struct offer_row *row, const void *base,
		struct json *object); /* what is empty is left out */
	/* Whether read would have made what is in the place; NULL: its type says it. */
	bool (*holds)(const struct offer_row *row, const void *base);
};

struct offer_row {
	const char *key;
	const struct offer_kind *kind;
	size_t at; /* in the struct that the table fills; of a sum: which */
	size_t max; /* bytes of a text, or values of a list */
	bool (*is)(struct span); /* what a text has to be */
	const char *must; /* be that, in words */
	bool needed;
};

/* In the place: struct buf; bool; int; int64_t (below 0: empty; of offer_integer: 0); struct digest; struct pack; struct texts; struct relations (twice). */
extern const struct offer_kind offer_text, offer_flag, offer_format_number, offer_size,
	offer_integer, offer_sha256, offer_sum, offer_texts, offer_relations, offer_provides;

/* What an object has of the rows' keys, into the struct at `base`. ERR_FAILED names the key. */
MUST_USE int offer_rows_read(const struct offer_row *rows, size_t count, const struct json *object,
	void *base, struct err *err);
void offer_rows_put(
	const struct offer_row *rows, size_t count, const void *base, struct json *object);
/* Whether the struct at `base` is one that offer_rows_read makes. */
bool offer_rows_hold(const struct offer_row *rows, size_t count, const void *base);

/* For further kinds: says what the value must be; and that of a list that is none, or too long. */
int offer_row_refuse(const struct offer_row *row, struct err *err);
MUST_USE int offer_row_check_list(
	const struct offer_row *row, const struct json *value, struct err *err);
bool offer_row_is_hex(struct span x); /* in lower case */

/* TOML documents, by toml++: read only, as a flat list of dotted keys. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum toml_kind {
	TOML_TEXT,
	TOML_INTEGER,
	TOML_BOOL,
	TOML_TEXTS, /* an array of texts, also an empty array */
	TOML_TABLE, /* of toml_walk: the table itself */
	TOML_OTHER,
};

#define TOML_DEPTH_MAX 16 /* parts of a key */

/* One key with its value: "fetch.retries"; of arrays of tables "pack[0].url". Valid during the callback only. */
struct toml_item {
	const char *key;
	enum toml_kind kind;
	const char *text; /* TOML_TEXT */
	int64_t integer; /* TOML_INTEGER */
	bool yes; /* TOML_BOOL */
	const char *const *texts; /* TOML_TEXTS: an array of strings (an empty array too) */
	size_t count;
	unsigned line, column;
};

/* Calls fn for each key of the document, in the document's order; a return of -1 ends it. Not TOML, or a key of more than
 * TOML_DEPTH_MAX parts: ERR_CONFIG with line and column. No exception leaves it. */
MUST_USE int toml_parse(struct span text,
	int (*fn)(void *arg, const struct toml_item *, struct err *), void *arg, struct err *err);

/* The same, and for each table before what is in it, with no value: "fetch", "pack[0]". */
MUST_USE int toml_walk(struct span text,
	int (*fn)(void *arg, const struct toml_item *, struct err *), void *arg, struct err *err);

struct value;
/* The whole document as tables; dates and times are texts as RFC 3339 has them. Refuses what toml_parse does; on an error *out is
 * nil. */
MUST_USE int toml_value(struct span text, struct value *out, struct err *err);

#ifdef __cplusplus
}
#endif

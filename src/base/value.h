/* A value of any kind, owned: what a script gives to a function of ours, and gets back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

enum value_kind {
	VALUE_NIL,
	VALUE_BOOL,
	VALUE_INTEGER,
	VALUE_NUMBER, /* a float */
	VALUE_TEXT, /* any bytes */
	VALUE_TABLE,
	VALUE_NULL, /* null of JSON, which is no nil: it stays in a table */
	VALUE_HANDLE, /* something of ours that a script holds */
	VALUE_OTHER, /* what only the script can make use of: a function and the like */
};

struct value_class; /* of handles: ext/lua.h */

struct value {
	enum value_kind kind;
	union {
		bool yes;
		int64_t integer;
		double number;
		struct buf text;
		struct value_table *table; /* owned */
		struct {
			const struct value_class *of_class;
			void *of; /* borrowed in arguments; in results the script takes it */
		} handle;
		const char *other; /* what the script calls it: "function" */
	};
};
#define VALUE_INIT ((struct value){.kind = VALUE_NIL})

struct value_pair {
	struct buf key;
	struct value value;
};

/* A list (keys 1, 2, 3 …) and what has a name, in the order in which it was put. */
struct value_table {
	VEC(struct value) list;
	VEC(struct value_pair) pairs;
	bool is_list; /* also while nothing is in it; a script's own table does not say */
};

void value_drop(struct value *v);

struct value value_bool(bool yes);
struct value value_integer(int64_t integer);
struct value value_number(double number);
struct value value_text(struct span x); /* copies */
struct value value_take(struct buf *text); /* moves */
struct value value_table(void); /* an empty one */
struct value value_list(void); /* the same, marked as a list */

/* These take the value. */
void value_append(struct value *table, struct value of);
void value_put(struct value *table, const char *key, struct value of);

/* What has that name; NULL: nothing. Borrowed. */
const struct value *value_get(const struct value_table *t, const char *key);

/* Its kind for people: "a text", "a table", "a function". */
const char *value_name(const struct value *v);

/* Options as rows that fill a struct: parsing, help, completions and man pages all read the same
 * rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

enum opt_kind {
	OPT_FLAG, /* bool: set */
	OPT_COUNT, /* unsigned: one more each time */
	OPT_TEXT, /* const char *: borrowed from argv */
	OPT_NUMBER, /* int64_t, from min to max */
	OPT_CHOICE, /* unsigned: which of choices */
	OPT_LIST, /* struct texts: one more each time */
	OPT_KINDS,
};

struct opt {
	const char *name; /* "lock-timeout" */
	const char *alias; /* a second long name, or NULL */
	char letter; /* or 0 */
	enum opt_kind kind;
	size_t at; /* where the value goes: offsetof in the table's struct */
	const char *arg; /* "SEC"; NULL: takes no value */
	const char *help; /* one line */
	int64_t min, max, preset; /* OPT_NUMBER; preset: the value while it is not given */
	const char *const *choices; /* NULL-ended; of OPT_TEXT only what completions offer */
};

/* The rows of one struct, and the struct. */
struct opt_table {
	const struct opt *rows;
	size_t count;
	void *into;
};

/* Gives numbers their presets; the struct was zeroed before. */
void opt_preset(const struct opt_table *table);
/* Frees what its lists hold. */
void opt_drop(const struct opt_table *table);

/* Reads a command line as GNU programs do: --name=value, --name value, unambiguous beginnings of
 * names, bundled letters, a value behind its letter; "--" ends options; options and arguments may
 * be mixed. */
struct opt_reader {
	const char *const *argv; /* NULL-ended; without the program's name */
	const char *bundle; /* the letters not yet read of "-qqn", or NULL */
	bool ended; /* "--" was read */
	struct opt_table tables[2]; /* the second may be added while reading */
	size_t count;
};

/* Stores options until an argument comes: 1, and *argument; 0 at the end; -1 ERR_USAGE, naming the
 * nearest. */
MUST_USE int opt_next(struct opt_reader *r, const char **argument, struct err *err);

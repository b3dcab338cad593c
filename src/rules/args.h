/* What a script gives to a function of ours: checked, and told in its own words where it does not fit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"
#include "ext/lua.h"

/* Argument i, from 0. What is missing or of another kind is an error that says so; numbers are taken as texts, too. Borrowed. */
MUST_USE int args_text(
	const struct script_call *c, size_t i, const char *what, struct span *out, struct err *err);
/* A text without NUL characters, not empty, and not over 4095 bytes. */
MUST_USE int args_path(
	const struct script_call *c, size_t i, const char *what, const char **out, struct err *err);
MUST_USE int args_integer(
	const struct script_call *c, size_t i, const char *what, int64_t *out, struct err *err);
MUST_USE int args_table(const struct script_call *c, size_t i, const char *what,
	const struct value_table **out, struct err *err);
/* An argument that may be left out, or nil. */
bool args_given(const struct script_call *c, size_t i);
/* ERR_FAILED where there are more than that many. */
MUST_USE int args_at_most(const struct script_call *c, size_t count, struct err *err);
/* The mode of a file: an integer, or a text of octal digits; at most 07777. */
MUST_USE int args_mode(const struct value *v, mode_t *out, struct err *err);

enum field_kind {
	FIELD_TEXT,
	FIELD_WORD, /* a text that is not empty, on one line, without NUL */
	FIELD_PATH, /* as args_path */
	FIELD_INTEGER,
	FIELD_BOOL,
	FIELD_WORDS, /* one of them, or a list of them */
	FIELD_MODE,
	FIELD_ANY,
};

/* A field that a table of options may have. The last row has no name. */
struct field {
	const char *name;
	enum field_kind kind;
	bool needed;
};
/* Whether the table has just these: what is not known is named together with the nearest that is. `list` : it may also hold a list. */
MUST_USE int fields_check(
	const struct value_table *t, const struct field *known, bool list, struct err *err);

/* Of a table that was checked; borrowed. "" or NULL, 0, false, nothing where the field is not there. */
struct span field_text(const struct value_table *t, const char *name);
const char *field_word(const struct value_table *t, const char *name);
int64_t field_integer(const struct value_table *t, const char *name);
bool field_bool(const struct value_table *t, const char *name);
bool field_given(const struct value_table *t, const char *name);

struct words {
	VEC(const char *) of;
};
void words_drop(struct words *w);
void field_words(const struct value_table *t, const char *name, struct words *out);
/* The same of any value: ERR_FAILED where it is neither. */
MUST_USE int args_words(
	const struct value *v, const char *what, struct words *out, struct err *err);

/* What the function gives back. */
void args_give(struct script_call *c, struct value v);
void args_give_text(struct script_call *c, struct span x);

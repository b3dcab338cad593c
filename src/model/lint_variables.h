/* What a script's variables hold, as far as its text tells; for model/lint. */
#pragma once

#include "model/lint.h"
#include "model/shell.h"

struct lint_variable {
	struct span name; /* borrows from the script */
	size_t times; /* that it is given something */
	struct span value; /* that it is given last, as written */
	bool literal; /* nothing in that is computed */
	bool filled; /* it is never empty, whatever it is given */
	bool root; /* what is put before system paths: empty on most systems */
};
struct lint_variables {
	VEC(struct lint_variable) of;
};
#define LINT_VARIABLES_INIT ((struct lint_variables){0})
void lint_variables_drop(struct lint_variables *v);

/* The script must outlive them. */
void lint_variables(const struct shell_script *script, struct lint_variables *out);
/* NULL: the script gives it nothing. */
const struct lint_variable *lint_variable(const struct lint_variables *v, struct span name);
/* The name behind a $, without it; empty: there is none. */
struct span lint_variable_name(struct span text);
/* Appends a word's text with what is known put in, roots taken off, and every other variable as a mere "$". */
void lint_expand(const struct lint_variables *v, struct span text, struct buf *out);

/* What the terminal can do. */
#pragma once

#include <stdbool.h>

enum term_when { TERM_AUTO, TERM_ALWAYS, TERM_NEVER };

struct term {
	bool in; /* stdin is a terminal: questions can be asked */
	bool out; /* stdout is one: tables */
	bool err; /* stderr is one: bars */
	bool color_out, color_err;
	bool utf8; /* the locale's characters are UTF-8 */
	int width; /* columns of stderr or stdout, 80 if unknown */
};

/* Looks once. `no_color` is NO_COLOR's value or NULL, `name` TERM's ("dumb" and none have no
 * colour). The caller has called setlocale before. */
struct term term_look(enum term_when color, const char *no_color, const char *name);

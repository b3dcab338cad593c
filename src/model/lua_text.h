/* The words of a Lua script, for who only looks at it: names, texts, and the rest; comments are passed over. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum lua_text_kind { LUA_TEXT_NAME, LUA_TEXT_STRING, LUA_TEXT_OTHER };

struct lua_text {
	struct span rest;
	unsigned line; /* of what was read last */
	enum lua_text_kind kind;
	struct span
		text; /* of a string without its quotes, escapes as they are written; else one character */
	unsigned next_line;
};
#define LUA_TEXT(of) ((struct lua_text){.rest = (of), .next_line = 1})

/* False: nothing is left. */
bool lua_text_next(struct lua_text *r);

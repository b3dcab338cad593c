/* What the files of the interpreter share. Only they include this. */
#pragma once

#include "ext/lua.h"

#define PLACE_BYTES 256 /* of "rules.lua:12" */

struct lua_State;

struct script {
	struct lua_State *L;
	struct script_setup setup;
	size_t used; /* bytes */
	size_t refused; /* the size that was not given, and not since: Lua collects garbage, and asks again */
	char why[96], where[PLACE_BYTES]; /* then */
	const void *running; /* the lua_State that ran last */
	const char *volatile stop; /* why it is to end */
};

struct script *script_inside(struct lua_State *L);

/* What there is of the standard library: what reaches nothing out of the script, or all of it. */
void script_open_bare(struct script *s);
void script_open_full(struct script *s);
/* Gives the table on the top a metatable, by which the error calls it `name`, for what it does not have. */
void library_seal(struct lua_State *L, const char *name);

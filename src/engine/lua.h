/* An admin's own script. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "engine/engine.h"

/* Becomes fardel-lua, which runs the file with these arguments: with all of Lua's standard library and the modules of rules, as whoever
 * called us, confined by nothing. Comes back only with an error. */
MUST_USE int engine_lua(
	struct engine *e, const char *file, const char *const *args, size_t count, struct err *err);

/* The modules that scripts have: a table of functions each, in a file of its name. rules-api/README.md is their reference. */
#pragma once

#include "ext/lua.h"

extern const struct script_function lua_fs[];
extern const struct script_function lua_log[];
extern const struct script_function lua_path[];
extern const struct script_function lua_text[];

/* What ends a script that goes too far: limits of the process, and a clock that tells the line. */
#pragma once

#include "base/err.h"
#include "rules/lua_run.h"

/* From now on this process is within the order's limits, for good. One run a process. */
MUST_USE int lua_bounds_enter(struct lua_run *run, struct err *err);

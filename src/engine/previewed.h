/* A preview that was looked at, and is to be done exactly so: what `fardel preview --json` printed. */
#pragma once

#include "base/err.h"
#include "engine/staged.h"

/* ERR_USAGE where the file cannot be read or does not show the package; ERR_CONFLICT, with the first differences, where what was played is not what the file shows. */
MUST_USE int previewed_check(const struct staged *s, const char *file, struct err *err);

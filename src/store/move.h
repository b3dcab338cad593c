/* What is in a folder moved into another, wherever that is. */
#pragma once

#include "base/err.h"

/* Moves all that is in `from` into `to`, with owners, modes, times of files, and attributes, which `to` gets from `from`, too: folders that are in both become one, as it was in `from`; anything
 * else takes the place of what is there. Made there first and then removed here, each by itself, so that nothing is lost where it
 * ends early: it can be called again. A file with several names becomes several. ERR_FAILED: too deep, or something is mounted
 * there; ERR_CONFLICT: a folder stands where something else is to be, or the other way round. */
MUST_USE int move_all(int from, int to, struct err *err);

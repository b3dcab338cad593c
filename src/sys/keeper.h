/* The keeper: a small process between fardel and a program, so that nothing the program starts
 * outlives it. */
#pragma once

#include <sys/types.h>

#include "base/attr.h"

/* Keeps `program`, a child of this process, which must be a child subreaper. When the program
 * has ended, or when the other end of `lifeline` is closed (fardel gave up, or died however),
 * all that descends from it is killed; then this process ends as the program did. Holds `hold`
 * (or -1) open until then, and no other descriptor. */
NORETURN void keeper_run(pid_t program, int lifeline, int hold);

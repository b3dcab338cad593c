/* The keeper: a small process between fardel and a program, so that nothing the program starts
 * outlives it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

/* Keeps `program`, a child of this process, which is a child subreaper, or (`init`) process 1 of
 * a PID namespace. When the program has ended, or when the other end of the socket `lifeline` is
 * shut or closed (fardel gave up, or died however), all that descends from it is killed; then the
 * program's status, as of waitpid, is sent there: process 1 could not end by a signal as the
 * program did. Holds `hold` (or -1) open until all that is done, and no other descriptor. */
NORETURN void keeper_run(pid_t program, bool init, int lifeline, int hold);

/* Copies of files in memory that nobody can change: for programs that are run by descriptor where who runs them could open the
 * file itself anew, by /proc, and write to it past any overlay. */
#pragma once

#include "base/attr.h"
#include "base/err.h"

/* A descriptor, closed by exec, of a copy of which Landlock knows nothing: it may be run under any ruleset, and needs no rule. It is all
 * of the file, 0555. The source may be closed. */
MUST_USE int sealed_copy(int fd, const char *name, struct err *err);

/* Its owner and mode as they were, which others who had a descriptor could change; and another descriptor of it. */
MUST_USE int sealed_again(int fd, struct err *err);

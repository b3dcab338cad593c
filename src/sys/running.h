/* What runs on this system, for rules in a stage, which see none of it: a rule asks whether its program is in use. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define RUNNING_MAX \
	((size_t)1 << 20) /* bytes of the list; processes that do not fit are left out */

/* Appends a line for each process, but for this one and those above it (a shell that was told "remove zoom" is no zoom):
 * "PID UID NAME\tCOMMAND LINE", with blanks in the place of what ends an argument or a line. NAME is as of /proc/PID/comm, at most 15
 * bytes; kernel threads, which have no command line, are not listed. */
MUST_USE int running_list(struct buf *out, struct err *err);

/* Packages that another tool has installed, by lists of their files, taken over as they are: nothing is run, and no file of the system is changed. */
#pragma once

#include "base/err.h"
#include "base/texts.h"
#include "engine/import.h"
#include "engine/session.h"

/* A file of the installer's own. */
struct import_own {
	const char *name;
	struct span text;
};
struct import_package {
	struct span name, version;
	int format;
	const struct import_own *own;
	size_t own_count;
	const struct texts *paths; /* that it made: absolute */
	struct span repository; /* that it keeps to; may be empty */
};

/* One import: a transaction, which stands or falls as a whole. */
struct import;
/* *out is to be ended. With dry_run nothing is written (NEED_READ, else NEED_LOCK). */
MUST_USE int import_begin(struct engine *e, bool dry_run, struct import **out, struct err *err);
/* Takes one over: *row says what became of it. Only what keeps all others from it, too, is an error. */
MUST_USE int import_take(
	struct import *m, const struct import_package *p, struct imported *row, struct err *err);
/* Ends it: with `result` 0 all of it is in force, else nothing. Gives that, or -1. Frees. */
MUST_USE int import_end(struct import *m, int result, struct err *err);

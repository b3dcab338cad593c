/* Programs that a script runs: words, never a shell; a clean environment; what they say is counted as the script's. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "rules/lua_run.h"

struct program {
	const char *const *argv; /* NULL-ended; the first is its name */
	int fd; /* the program itself; -1: it is looked for by its name in the system's folders */
	int in; /* its stdin; -1: empty */
	int dir; /* where it starts; -1: the order's dir */
	bool keeps_out, keeps_err; /* for `said`, instead of being said */
};

struct program_end {
	int status; /* its exit status */
	struct buf out, err; /* what was kept */
};
#define PROGRAM_END_INIT ((struct program_end){0, BUF_INIT, BUF_INIT})
void program_end_drop(struct program_end *e);

/* Runs it to its end. ERR_FAILED: it is not there, a signal ended it, or it would be the wrong system's (order.root); ERR_POLICY: it says too much. */
MUST_USE int program_run(
	struct lua_run *run, const struct program *p, struct program_end *out, struct err *err);

/* The same, but that any exit status but 0 is ERR_FAILED. Nothing is kept. */
MUST_USE int program_must(struct lua_run *run, const char *const *argv, struct err *err);

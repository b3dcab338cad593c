/* What scripts do to files: counted, and beside first where something is replaced. */
#pragma once

#include <sys/stat.h>

#include "base/err.h"
#include "base/span.h"
#include "rules/lua_run.h"
#include "rules/places.h"

#define DEED_MODE_KEEP ((mode_t)-1) /* that of what is replaced; 0644 of what is new */

/* The spot to be written to; folders on the way are made with SPOT_PARENTS. */
MUST_USE int deed_find(
	struct lua_run *run, const char *path, unsigned wanted, struct spot *out, struct err *err);

/* Puts the path in front of the error; of a link where it leads, too. A broken bound is told as it is. */
int deed_at(const struct spot *spot, const char *path, struct err *err);

/* Mode, and whose it is, of the file that is to be replaced. 1: there is one; ERR_FAILED: something else. */
MUST_USE int deed_look_at_old(
	const struct spot *spot, struct stat *st, mode_t *mode, struct err *err);

/* The whole file; ERR_FAILED where it is over the bound of memory. */
MUST_USE int deed_read(struct lua_run *run, const char *path, struct buf *out, struct err *err);
MUST_USE int deed_write(
	struct lua_run *run, const char *path, mode_t mode, struct span text, struct err *err);
/* The same with what is in `from`, of that size, from its offset 0. */
MUST_USE int deed_write_from(
	struct lua_run *run, const char *path, int from, int64_t size, struct err *err);
/* Replaces a link, never anything else. */
MUST_USE int deed_link(struct lua_run *run, const char *target, const char *path, struct err *err);
MUST_USE int deed_link_at(
	struct lua_run *run, const struct spot *spot, const char *target, struct err *err);
/* A file, a link, or a folder with all that is in it; `follow`: of a link what it leads to. */
MUST_USE int deed_copy(struct lua_run *run, const char *from, const char *to, mode_t mode,
	bool follow, struct err *err);
MUST_USE int deed_move(struct lua_run *run, const char *from, const char *to, struct err *err);
MUST_USE int deed_chmod(struct lua_run *run, const char *path, mode_t mode, struct err *err);
MUST_USE int deed_make_folder(struct lua_run *run, const char *path, mode_t mode, struct err *err);
/* A descriptor of the plain file, by flags of open(2); what is new is 0644. */
MUST_USE int deed_open(struct lua_run *run, const char *path, int flags, struct err *err);
/* 1 removed, 0 not there. A folder that is not empty only with `all`. */
MUST_USE int deed_remove(struct lua_run *run, const char *path, bool all, struct err *err);

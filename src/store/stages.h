/* Folders of work in progress: what is in them while nobody works is rubbish. */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/bundle.h"
#include "store/place.h"

/* Makes PLACE_STAGE as it is to be: root's, and only members of `gid` may pass through it (0710). */
MUST_USE int stage_share(const struct place *p, gid_t gid, struct err *err);
/* A new, empty folder PLACE_STAGE/name (0755). Gives its descriptor. */
MUST_USE int stage_make(const struct place *p, const char *name, struct err *err);
void stage_path(const struct place *p, const char *name, struct buf *out); /* without the root */
/* What a stage for the bundle is to be called: `name`; or so that it lies beside puavo's rootdir, where that is on another file system: what is staged
 * is renamed to its place. */
void stage_name(const struct place *p, const struct bundle *b, const char *name, struct buf *out);
/* The stage `from`, called `to` from now on, wherever that lies. */
MUST_USE int stage_take(const struct place *p, const char *from, const char *to, struct err *err);
/* Removes one, or all that was left in PLACE_STAGE. */
MUST_USE int stage_remove(const struct place *p, const char *name, struct err *err);
MUST_USE int stage_clear(const struct place *p, struct err *err);
/* Leaves a trace in the stage until it is cleared: a journal that was written lazily may be lost with the power, and what
 * it tells of not. */
MUST_USE int stage_mark(const struct place *p, struct err *err);
/* 1: nothing is in it; 0; -1. */
MUST_USE int stage_is_clear(const struct place *p, struct err *err);
/* Opens the folder that stages of such a name are in, making it. */
MUST_USE int stage_above(const struct place *p, const char *name, struct err *err);

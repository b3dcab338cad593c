/* The whole index of a repository in one file: unpacked and hashed while it comes. It is thrown away where it is not what the head says. */
#pragma once

#include "base/err.h"
#include "engine/sync.h"

/* Where it is as good as certain that it will be asked for, who unpacks it is started while others are waited for. */
void sync_expect_whole(struct sync *s);
/* Asks for it; s->gather's `full` is called when all of it came. What came of it before and broke off is gone on with. */
MUST_USE int sync_ask_whole(
	struct sync *s, int (*full)(struct gather *g, struct err *err), struct err *err);
/* It came: s->index is it, fresh. 1: what was put together from pieces was wrong, so it is to be asked for once more. */
MUST_USE int sync_take_whole(struct sync *s, struct err *err);
/* Lets it go: where it broke off, s->err says whether what came is worth keeping for another time. */
void sync_drop_whole(struct sync *s);

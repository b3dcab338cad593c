/* The file systems that something was written to, each by a descriptor that is older than the first write: the kernel tells a
 * descriptor only of writes that failed since it was opened. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/vec.h"

struct touched_fs {
	dev_t device;
	int fd;
};
struct touched {
	VEC(struct touched_fs) of;
};
#define TOUCHED_INIT ((struct touched){0})
void touched_drop(struct touched *t);

/* To be called before something is written in the folder; it stays the caller's. */
MUST_USE int touched_add(struct touched *t, int folder, struct err *err);
/* Makes durable what was written on all of them; a failure is final. */
MUST_USE int touched_sync(const struct touched *t, struct err *err);

/* What a system says of itself: /etc/os-release, as os-release(5) has it. */
#pragma once

#include "base/buf.h"
#include "base/span.h"

struct release {
	struct buf distribution; /* "debian" */
	struct buf number; /* "12" */
	struct buf codename; /* "bookworm" */
};
#define RELEASE_INIT ((struct release){BUF_INIT, BUF_INIT, BUF_INIT})
void release_drop(struct release *r);

/* Reads the text over *out; what it does not state, or in odd characters, stays as it is. */
void release_read(struct span text, struct release *out);

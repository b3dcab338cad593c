/* One decompressor at work, whichever it is, or compressor: what each of them can. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct stream {
	/* Decompresses from *in, taking off what was used, into `to`. The count of bytes made, 0 when more
	 * input is needed, -1 with ERR_INSTALLER: damaged, or followed by what does not belong there. */
	long (*run)(struct stream *s, struct span *in, void *to, size_t room, struct err *err);
	/* There is no more input. As run; 0: that was all, and whole. */
	long (*end)(struct stream *s, void *to, size_t room, struct err *err);
	void (*free)(struct stream *s);
};

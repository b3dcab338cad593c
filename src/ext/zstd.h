/* zstd (RFC 8878), by libzstd: unlike libarchive it bounds the window, and so the memory. */
#pragma once

#include <stdint.h>

#include "ext/stream.h"

/* Frames may have a window of 1 << window_log bytes; several may follow each other. */
struct stream *unzstd_new(unsigned window_log);

/* The other way: one frame with a checksum. The same bytes each time, of one version of libzstd. */
struct zstd_options {
	int level; /* 1 to 19 */
	unsigned window_log; /* of the window, at most */
	int64_t size; /* how much there will be, which is stated in the frame; below 0: not known */
};
struct stream *zstd_new(const struct zstd_options *o);
/* After its end, or in the midst of it: another frame is begun with what it has; size as there. */
void zstd_again(struct stream *s, int64_t size);

/* Decompressing zstd (RFC 8878), by libzstd: unlike libarchive it bounds the window, and so the memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct unzstd;

/* Frames may have a window of 1 << window_log bytes. */
struct unzstd *unzstd_new(unsigned window_log);
void unzstd_free(struct unzstd *z); /* NULL is fine */

/* Decompresses from *in, taking off what was used, into `to`. The count of bytes made, 0 when more
 * input is needed, -1 with ERR_INSTALLER: damaged, or followed by what is no further frame. */
MUST_USE long unzstd_run(struct unzstd *z, struct span *in, void *to, size_t room, struct err *err);

/* Whether the input may end here: behind a whole frame. */
bool unzstd_is_whole(const struct unzstd *z);

/* Decompressing xz and lzma, by liblzma: unlike libarchive it bounds the memory that they ask for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct unxz;

/* old: lzma, which has no marks and no sums; else xz, of which several may follow each other. Dictionaries may
 * have 1 << window_log bytes. */
struct unxz *unxz_new(bool old, unsigned window_log);
void unxz_free(struct unxz *x); /* NULL is fine */

/* Decompresses from *in, taking off what was used, into `to`. The count of bytes made, 0 when more
 * input is needed, -1 with ERR_INSTALLER: damaged, or followed by something else. */
MUST_USE long unxz_run(struct unxz *x, struct span *in, void *to, size_t room, struct err *err);

/* There is no more input; it may have room for what is still to come. As unxz_run; 0: that was all, and whole. */
MUST_USE long unxz_end(struct unxz *x, void *to, size_t room, struct err *err);

/* Decompressing xz and lzma, by liblzma: unlike libarchive it bounds the memory that they ask for. */
#pragma once

#include <stdbool.h>

#include "ext/stream.h"

/* old: lzma, which has no marks and no sums; else xz, of which several may follow each other. Dictionaries may
 * have 1 << window_log bytes. */
struct stream *unxz_new(bool old, unsigned window_log);

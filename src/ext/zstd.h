/* Decompressing zstd (RFC 8878), by libzstd: unlike libarchive it bounds the window, and so the memory. */
#pragma once

#include "ext/stream.h"

/* Frames may have a window of 1 << window_log bytes; several may follow each other. */
struct stream *unzstd_new(unsigned window_log);

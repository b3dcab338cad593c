/* Decompressing gzip, by zlib: unlike libarchive it checks the CRC, the length, and what follows: a further member, or
 * zeros. */
#pragma once

#include "ext/stream.h"

struct stream *gunzip_new(void);

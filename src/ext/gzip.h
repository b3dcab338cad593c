/* Decompressing gzip, by zlib: unlike libarchive it checks the CRC, the length, and what follows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct gunzip;

struct gunzip *gunzip_new(void);
void gunzip_free(struct gunzip *g); /* NULL is fine */

/* Decompresses from *in, taking off what was used, into `to`. The count of bytes made, 0 when more
 * input is needed, -1 with ERR_INSTALLER: damaged, or followed by what is neither a further member
 * nor zeros. */
MUST_USE long gunzip_run(struct gunzip *g, struct span *in, void *to, size_t room, struct err *err);

/* Whether the input may end here: behind a whole member. */
bool gunzip_is_whole(const struct gunzip *g);

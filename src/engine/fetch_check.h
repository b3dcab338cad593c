/* What a fetch is refused for beside its sums; for engine/fetch. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "engine/fetch.h"

/* A weak sum alone: the first file that has it is the one, for ever. ERR_CHECKSUM. */
MUST_USE int fetch_check_pin(struct fetch *f, struct err *err);
/* Refuses before the first byte is written: `total` and a reserve must be free where the folder lies. ERR_NO_SPACE. */
MUST_USE int fetch_check_space(struct fetch *f, const char *folder, int64_t total, struct err *err);
/* The same for `more` bytes in the cache, and what they become unpacked. */
MUST_USE int fetch_check_room(struct fetch *f, int64_t more, struct err *err);
/* Where the installer states a size, it is as binding as a sum. */
MUST_USE int fetch_check_size(const struct fetch *f, int64_t size, struct err *err);
/* The same of what a server says before the first byte comes, where it says it: f->total. */
MUST_USE int fetch_check_stated(const struct fetch *f, struct err *err);
/* A worker that was told more bytes than any pack may have knows nothing of a size: where one is stated that may be had, it is that which does not hold. */
void fetch_check_limit(const struct fetch *f, struct err *err);

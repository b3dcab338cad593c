/* Going on with a body that broke off: what of an answer can be gone on with, and whether a 206 is
 * the rest of what is there. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* A strong ETag (RFC 9110, 8.8.3) of at most 200 printable characters. */
bool resume_is_strong(struct span etag);
/* The same, or a weak one: W/ and that. */
bool resume_is_tag(struct span etag);

/* "bytes FIRST-LAST/TOTAL"; false where it is another unit, is malformed or leaves the total open. */
struct resume_range {
	int64_t first, last, total;
};
bool resume_parse_range(struct span text, struct resume_range *out);

/* Whether a 206 with this range, ETag and length (-1: not stated) is the rest, from `from` to the end, of the
 * file with that ETag and total. */
bool resume_fits(struct span range, struct span etag, int64_t length, int64_t from,
	struct span wanted_etag, int64_t wanted_total);

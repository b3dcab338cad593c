/* What came of packs whose transfer broke off, so that it can be gone on with: in the cache's folder
 * parts, KEY.part (0600) is the file's beginning, KEY.about (0600) says of which file it is: the URL it
 * comes from (without user and password), its ETag, and its whole size. KEY is the URL's sha256. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/intake.h"

struct part {
	struct buf url; /* without user and password */
	struct buf etag;
	int64_t total; /* bytes of the whole */
	int64_t size, since; /* bytes that are there, and when the last one came; of part_list */
};
#define PART_INIT ((struct part){.url = BUF_INIT, .etag = BUF_INIT})
void part_drop(struct part *p);

/* Is there a beginning of what that URL (p->url) gives? 1: an intake stands open behind it, p has the rest;
 * 0: none, or another intake of this or another process is at it. What cannot be what it should be (a
 * link, another's file, longer than the whole) is removed. */
MUST_USE int part_open(
	int parts, struct part *p, struct intake *in, const struct sums *want, struct err *err);

/* Makes an intake's file one that outlives it, in the place of what was kept of that URL; it may be one
 * already. 1; 0: another intake keeps a part of it. */
MUST_USE int part_keep(int parts, const struct part *p, struct intake *in, struct err *err);

/* It is whole, or can no longer be gone on with: gives it another name in `dir`, where it is an intake's file
 * like any other. */
MUST_USE int part_end(
	const struct part *p, struct intake *in, int dir, const char *name, struct err *err);

/* Removes what is kept of p->url; none is fine. */
MUST_USE int part_remove(int parts, const struct part *p, struct err *err);

struct part_list {
	VEC(struct part) of;
};
void part_list_drop(struct part_list *l);
/* All that are kept; and removes those (with what belongs to none) whose last byte came before
 * `before`. */
MUST_USE int part_list(int parts, struct part_list *out, struct err *err);
MUST_USE int part_clear(int parts, int64_t before, int64_t *count, struct err *err);

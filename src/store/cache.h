/* The cache of packs, keyed by checksum: packs/sha256/ab/abcd… once, other digests are links to
 * it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/config.h"
#include "model/pack.h"
#include "store/intake.h"
#include "store/place.h"

struct cache {
	int dir; /* …/packs; -1: read-only and there is none yet */
};
#define CACHE_INIT ((struct cache){-1})

MUST_USE int cache_open(
	const struct place *place, bool writable, struct cache *out, struct err *err);
void cache_drop(struct cache *c);

/* Which pack has these sums, by the best of them; nothing is read of it. 1, 0, -1; size may be
 * NULL. */
MUST_USE int cache_find(const struct cache *c, const struct sums *sums, struct digest *sha256,
	int64_t *size, struct err *err);

/* The pack with these sums, verified now by reading all of it: 1 and an open *fd; 0: not there;
 * 2: it was there but damaged, and has been dropped. `have` gets its digests. Each of the sums must
 * hold: a sound pack of which one does not is left alone, and counts as not there. Nobody but root and us can change what *fd has: one that others
 * may write to becomes a copy first. */
MUST_USE int cache_get(const struct cache *c, const struct sums *sums, int *fd, struct sums *have,
	int64_t *size, struct err *err);

/* Appends packs/sha256/ab/abcd…: the path below PLACE_CACHE. */
void cache_path(const struct digest *sha256, struct buf *out);

/* Where a new pack is written to before it is put: a folder for intakes, emptied by recovery, but not
 * while anybody has it open: other roots may share the cache, so names in it are to be unique. */
MUST_USE int cache_make_incoming(const struct cache *c, struct err *err);
/* Takes an ended intake of that folder over: durable when it returns. The same bytes are there
 * already: fine. */
MUST_USE int cache_put(const struct cache *c, int incoming, const char *name,
	const struct sums *have, struct err *err);
/* Empties it, unless somebody has it open. */
MUST_USE int cache_clear_incoming(const struct cache *c, struct err *err);
/* The folder (0700) of store/part, which recovery leaves alone; open_parts: -1 with err->code ERR_NONE where
 * there is none, or we may not look. */
MUST_USE int cache_make_parts(const struct cache *c, struct err *err);
MUST_USE int cache_open_parts(const struct cache *c, struct err *err);

struct cached {
	struct digest sha256;
	int64_t size, since;
};
struct cached_list {
	VEC(struct cached) of;
};
void cached_list_drop(struct cached_list *l);
/* All packs, by sha256. */
MUST_USE int cache_list(const struct cache *c, struct cached_list *out, struct err *err);
/* Whatever else is there, but the incoming and parts: files and links that lead to no pack, by their paths
 * below packs/; with `remove` they go. */
MUST_USE int cache_strays(const struct cache *c, bool remove, struct texts *found, struct err *err);
/* Reads the pack: 1 it is what its name says, 0 it is not, 2 it has gone meanwhile. */
MUST_USE int cache_verify(const struct cache *c, const struct digest *sha256, struct err *err);
/* Removes the pack and the links that lead to it. */
MUST_USE int cache_remove(const struct cache *c, const struct digest *sha256, struct err *err);

/* puavo-pkg's cache: CACHEDIR/upstream_packs/NAME/SUM. What we put there is a link to the pack in our own cache, for the old tool gives all
 * that is in there to a user without rights; what it put there is read as any other source is. */
#pragma once

#include "base/err.h"
#include "model/config.h"
#include "model/pack.h"
#include "store/place.h"

/* Opens the pack that the old tool kept of a package under one of these sums; -1 with err->code ERR_NONE where there is none. Nothing of it is
 * verified. `cachedir` is absolute, without the root; empty: there is no such cache. */
MUST_USE int puavo_cache_open(const struct place *p, const struct buf *cachedir, struct span name,
	const struct sums *sums, struct err *err);

/* Shows the pack at `path` (without the root) under each of the old tool's kinds of sums that are known. */
MUST_USE int puavo_cache_link(const struct place *p, const struct buf *cachedir, struct span name,
	const struct sums *sums, const char *path, struct err *err);

struct puavo_pack {
	struct buf name, sum;
	struct digest pack; /* what the link led to, of our cache */
	bool ours; /* it was such a link */
	int64_t size;
};
struct puavo_packs {
	VEC(struct puavo_pack) gone, kept;
};
void puavo_packs_drop(struct puavo_packs *p);
/* Removes all but the newest of each package, and what an interrupted copy left. */
MUST_USE int puavo_cache_trim(const struct place *p, const struct buf *cachedir,
	struct puavo_packs *out, struct err *err);

/* What `repo build` knows of a repository's folder from the last time, in DIR/index/.build.db: which installers were read, what they offer, and
 * which leaves that made. A cache: where it is damaged or gone, all is read again. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "ext/sql.h"
#include "model/head.h"
#include "store/leaf.h"

struct offered {
	struct sql *sql;
	unsigned leaf_bits;
};
#define OFFERED_INIT ((struct offered){0})
void offered_drop(struct offered *o);
/* `dir` is the folder of the file, `path` that as this process sees it. ERR_UNSAFE where others could change the file. */
MUST_USE int offered_open(int dir, const char *path, struct offered *out, struct err *err);
MUST_USE int offered_begin(struct offered *o, struct err *err);
MUST_USE int offered_commit(struct offered *o, struct err *err);
void offered_abandon(struct offered *o);

/* Each installer that is known, by the bytes of its path; `stamp` is what the caller gave, to tell whether it is still the same. -1 of fn ends it. */
MUST_USE int offered_each(struct offered *o,
	int (*fn)(void *arg, struct span path, struct span stamp, struct err *err), void *arg,
	struct err *err);
/* Their leaf is to be made anew where that changes what it says. */
MUST_USE int offered_put(
	struct offered *o, const struct offer *offer, struct span stamp, struct err *err);
MUST_USE int offered_forget(struct offered *o, struct span path, struct err *err);
MUST_USE int offered_count(struct offered *o, int64_t *count, struct err *err);

/* Another number of leaves: all are to be made anew. */
MUST_USE int offered_set_bits(struct offered *o, unsigned leaf_bits, struct err *err);
/* What there is in a leaf, sorted. */
MUST_USE int offered_leaf(struct offered *o, unsigned number, struct offers *out, struct err *err);

struct offered_leaves {
	VEC(unsigned) of;
};
void offered_leaves_drop(struct offered_leaves *l);
/* Those that are to be made anew, ascending. */
MUST_USE int offered_changed(struct offered *o, struct offered_leaves *out, struct err *err);
/* It has to be made anew: its file is gone. */
MUST_USE int offered_touch(struct offered *o, unsigned number, struct err *err);
/* It has been made, as this file, and is of that revision where that is another file than before. */
MUST_USE int offered_made(struct offered *o, unsigned number, const struct head_sum *sum,
	int64_t revision, struct err *err);
/* The sums of all leaves, 2^leaf_bits of them; zero of those that were never made. `since`, where it is not NULL: how many
 * are of a later revision than that number, which it is set to before. */
MUST_USE int offered_sums(
	struct offered *o, struct head_sum *sums, int64_t *since, struct err *err);
/* Nothing is to be made anew any more. */
MUST_USE int offered_settle(struct offered *o, struct err *err);

/* Since when a file of the index is none of the tree any more: `now` of one that was not noted yet. */
MUST_USE int offered_gone(
	struct offered *o, struct span path, int64_t now, int64_t *since, struct err *err);
MUST_USE int offered_not_gone(struct offered *o, struct span path, struct err *err);

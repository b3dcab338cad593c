/* One repository brought up to date: its head is asked for, and where it is another one, verified; then just the parts of its index that differ
 * come, each verified, and are put into ours in one transaction. Several run side by side. What is asked for depends on its format (engine/sync_part). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/fetch.h"
#include "engine/gather.h"
#include "engine/images.h"
#include "engine/session.h"
#include "model/head.h"
#include "model/repository.h"
#include "model/wagon.h"
#include "store/index.h"
#include "store/intake.h"
#include "store/repos.h"
#include "store/trust.h"

struct sync_wanted { /* a leaf that differs */
	unsigned number;
	struct head_sum sum;
};

struct sync_whole { /* the whole index, as it is unpacked */
	struct worker reader;
	int feed; /* to it; -1: it takes no more */
	int file; /* that it writes */
	int64_t fed;
	bool reads, ordered; /* reader was started; and knows what for */
};

struct sync;
struct sync_haul { /* a wagon's file, out of an image */
	struct image image;
	struct buf known; /* the sum of its manifest that is known; empty: none */
	int64_t max; /* bytes that the file may have */
	size_t left; /* layers that were not looked into, from below */
	int file; /* what came; -1 */
	int (*then)(struct sync *s, struct err *err);
};

struct sync_part;
struct sync_way;
struct sync {
	struct engine *e;
	const struct sync_part *part; /* of its format; NULL before it began */
	const struct repository *repository; /* borrowed */
	bool force, allow_older; /* as asked for */
	struct trust_back back; /* a wagon's */
	bool open; /* it has no key, and needs none */
	size_t url; /* the one that is tried */
	struct repo_state state; /* as it is to become */
	int64_t before; /* the revision in force when it began; 0: none */
	struct buf
		in_use; /* the file of the index that state.db names, whatever is to become of it; empty: none */
	int64_t asked_root; /* the root that was asked for last */
	struct head head; /* the new one, verified */
	struct buf head_text, head_sum; /* its bytes, and their sha256 in hex */
	struct buf head_signatures;
	struct gather gather;
	struct fetch fetch; /* of the whole index, over the gather's connection */
	struct pack whole;
	struct sync_whole reading;
	bool has_gather, took_whole, fresh; /* fresh: index is a new file */
	int folder; /* repos/NAME, opened when something is to be written */
	struct buf index_file; /* the name of the index in that folder */
	struct index index; /* that is being brought up to date */
	struct wagon wagon; /* of luet's: what its repository.yaml says */
	const struct sync_way *way; /* of it */
	struct sync_haul haul;
	int documents[2]; /* what came of it, verified; -1: not yet */
	struct intake intake; /* the one that comes */
	int64_t packages; /* that it has */
	VEC(struct head_sum)
	known; /* the sums of the nodes that the index in force has: until something is put into it */
	VEC(unsigned) nodes; /* that differ */
	VEC(struct sync_wanted) leaves;
	size_t at,
		upto; /* of these: those before `at` were put; those before `upto` are asked for */
	int file; /* of Packets: its index, in memory; -1: not yet */
	int64_t reach; /* where that came from: enum address_reach */
	bool putting; /* in a transaction of the index */
	bool settling; /* state.db was told of it: whether it has it, only the next one to read it knows */
	bool done, unchanged;
	int64_t requests, bytes;
	struct err root_err; /* why the last root could not be the first that is trusted */
	struct err err; /* why it failed, or the URL that was tried last did; ERR_NONE */
	struct err first; /* why the first of its URLs did */
};

void sync_init(struct sync *s, struct engine *e, const struct repository *r);
void sync_drop(struct sync *s);
/* Begins; when it returns and is not done, tasks run. */
void sync_begin(struct sync *s);
/* The one that is to be waited for; NULL: none runs. */
struct task *sync_task(struct sync *s);
/* After it has ended. */
void sync_go_on(struct sync *s);

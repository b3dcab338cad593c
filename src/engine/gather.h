/* Small files of one place, fetched one after the other into memory, or to who takes them as they come: over one connection by one fetch worker, or from a folder. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/session.h"
#include "engine/worker.h"
#include "model/message.h"

struct gather_item {
	struct buf path; /* below the place */
	int64_t max; /* bytes that it may have */
	bool exact; /* more of them are not what was asked for: ERR_CHECKSUM */
	struct buf body; /* where no sink takes it */
	int64_t size; /* bytes that came */
	bool optional; /* there may be none: then it is missing */
	int64_t resume_above; /* as of struct fetch_order: -1: what broke off begins from nothing */
	/* Of one with a sink: bytes that are there already (as `size`), of which file. */
	int64_t total;
	struct buf etag;
	bool came, missing;
};

struct gather;
/* Who takes items as they come, each whole before the next: -1 gives the gather up. */
struct gather_sink {
	/* Its first byte is next, of one that broke off once more; or, of one with resume_above, that at b->from. */
	int (*begin)(struct gather *g, size_t item, const struct fetch_begin *b, struct err *err);
	int (*add)(struct gather *g, size_t item, struct span bytes, struct err *err);
	int (*end)(struct gather *g, size_t item, struct err *err);
};

struct gather {
	struct worker worker; /* first: its task is what the loop waits for */
	struct engine *e;
	struct buf
		base; /* the place: an http(s) URL, or the path of a folder; without a slash at its end */
	struct span package; /* what people are told whose it is; borrowed */
	VEC(struct gather_item) items;
	size_t asked, got; /* so many of them */
	/* All that was added is there: -1 gives it up. It may add more. */
	int (*full)(struct gather *g, struct err *err);
	const struct gather_sink *sink; /* NULL: they stay in memory */
	void *arg; /* the caller's */
	bool started; /* a worker was */
	bool local;
	bool hasty; /* there is another place to go to: a file that does not come is not tried again */
	bool tell_tag; /* the first item's ETag is wanted */
	struct buf
		tag; /* and was this; before it comes: nothing of the first item if it still has it */
	bool unchanged; /* it had */
	int64_t requests, bytes; /* so far */
};

void gather_init(struct gather *g, struct engine *e, struct span base, struct span package);
void gather_drop(struct gather *g);

/* Adds a file that is wanted; valid until the next is added. */
struct gather_item *gather_add(struct gather *g, struct span path, int64_t max);
/* Asks for what was added and not yet asked for: from a folder it is there, and full() was called, when this returns; else a task
 * runs. Errors name the file. With --offline: ERR_OFFLINE, but for folders. */
MUST_USE int gather_go(struct gather *g, struct err *err);
/* Forgets all items. */
void gather_clear(struct gather *g);
/* Nothing more is wanted: the worker ends. */
void gather_end(struct gather *g);
/* After its task has ended: 0 where gather_end asked for it, else why not. */
MUST_USE int gather_result(struct gather *g, struct err *err);

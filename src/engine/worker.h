/* Worker programs of libexec: started with a socket, spoken to in frames. */
#pragma once

#include "base/err.h"
#include "engine/loop.h"
#include "engine/session.h"
#include "sys/frame.h"

struct worker {
	struct task task; /* first: the loop's callbacks are given its address */
	const char *name; /* "extract" */
	struct frame_reader reader;
	/* One frame of the worker, MESSAGE_FAIL aside: -1 gives the worker up. */
	int (*frame)(struct worker *w, const struct frame *frame, struct err *err);
	void *arg; /* the caller's */
	bool finished; /* the last frame came: `frame` sets it */
};

/* Starts the program of that row, confined as engine/confine says; gives it the descriptors behind its socket. w->frame and w->arg stay. It waits for its order. */
MUST_USE int worker_spawn(struct engine *e, struct worker *w, enum worker_kind kind, const int *fds,
	unsigned fd_count, struct err *err);
MUST_USE int worker_order(struct worker *w, uint32_t type, struct span order, struct err *err);
/* Both. */
MUST_USE int worker_start(struct engine *e, struct worker *w, enum worker_kind kind, const int *fds,
	unsigned fd_count, uint32_t type, struct span order, struct err *err);

/* Most of what a short task takes is the start of its worker: one is started before it is known what to ask it, and the next
 * of its kind that is spawned without descriptors is that one. Where it cannot be had, none is. */
void worker_reserve(struct engine *e, enum worker_kind kind);
void worker_unreserve(struct engine *e);

/* After the task has ended: 0 if it said its last word, else why not. */
MUST_USE int worker_result(struct worker *w, struct err *err);

/* Waits for it, and worker_result. */
MUST_USE int worker_finish(struct worker *w, struct err *err);
void worker_drop(struct worker *w);

/* Worker programs of libexec: started with a socket, spoken to in frames. */
#pragma once

#include "base/err.h"
#include "engine/loop.h"
#include "engine/session.h"
#include "sys/frame.h"

enum worker_kind {
	WORKER_LOOK,
	WORKER_EXTRACT,
	WORKER_LOOK_PACKETS,
	WORKER_EXTRACT_PACKETS,
	WORKER_FETCH,
	WORKER_BUILD,
	WORKER_INDEX
};

struct worker {
	struct task task; /* first: the loop's callbacks are given its address */
	const char *name; /* "extract" */
	struct frame_reader reader;
	/* One frame of the worker, MESSAGE_FAIL aside: -1 gives the worker up. */
	int (*frame)(struct worker *w, const struct frame *frame, struct err *err);
	void *arg; /* the caller's */
	bool finished; /* the last frame came: `frame` sets it */
};

/* Starts the program of that row, confined as engine/confine says; gives it the descriptors behind its socket and the
 * order. w->frame and w->arg stay. */
MUST_USE int worker_start(struct engine *e, struct worker *w, enum worker_kind kind, const int *fds,
	unsigned fd_count, uint32_t type, struct span order, struct err *err);

/* After the task has ended: 0 if it said its last word, else why not. */
MUST_USE int worker_result(struct worker *w, struct err *err);

/* Waits for it, and worker_result. */
MUST_USE int worker_finish(struct worker *w, struct err *err);
void worker_drop(struct worker *w);

/* Tasks: programs at work, looked after side by side until they end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sys/process.h"

/* One program with the descriptor by which it speaks. Filled by who starts it. */
struct task {
	struct process process;
	int fd; /* non-blocking; -1: none */
	int words; /* where it leaves stray words; nobody reads them before it has ended; -1: nowhere */
	/* fd can be read: 1 there may be more, 0 the other side has closed, -1 the task is given
	 * up. */
	int (*input)(struct task *task, struct err *err);
	int side; /* by which it asks for something; not read while a helper runs; -1: none */
	int (*asked)(struct task *task, struct err *err); /* side can be read: as input */
	struct task *helper; /* another's work that it waits for; NULL: none */
	int (*helped)(struct task *task,
		struct err *err); /* it has ended: sets helper anew; -1: the task is given up */
	int64_t deadline; /* engine_ms() at which it is ended with ERR_TIMEOUT; 0: none */
	bool running;
	int status; /* as of waitpid, once it has ended */
	struct err err; /* why it was given up; ERR_NONE: it was not */
};
#define TASK_INIT ((struct task){.process = PROCESS_INIT, .fd = -1, .words = -1, .side = -1})
void task_drop(struct task *t); /* ends it if it runs */

/* Waits until at least one of the running tasks has ended and its input is read to the end. A
 * signal that asks fardel to stop ends all of them: -1 and ERR_SIGNAL. */
MUST_USE int loop_wait(struct task **tasks, size_t count, struct err *err);

/* The same for one task: 0 when it ended by itself (look at status), -1 when it was given up or
 * a signal came. */
MUST_USE int loop_finish(struct task *task, struct err *err);

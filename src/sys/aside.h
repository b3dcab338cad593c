/* Work on another thread, beside what we wait for: the kernel's, which it has no call for that returns at once. Such work locks nothing of ours, and no
 * process is to be forked by a raw clone (sys/sandbox) while it may be in the allocator. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

struct aside {
	pthread_t thread;
	bool working;
};
#define ASIDE_INIT ((struct aside){.working = false})

/* Begins fn(arg). False where there is no thread to be had: nothing was done. Signals stay with the main thread, whose poll they are to end. */
bool aside_begin(struct aside *a, void *(*fn)(void *), void *arg);
/* Waits for its end, and gives what it returned; NULL where nothing had been begun. */
void *aside_end(struct aside *a);
/* Nobody will wait for it; it ends with us at the latest. */
void aside_leave(struct aside *a);

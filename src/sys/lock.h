/* The lock that one writing fardel holds at a time. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct lock {
	int fd; /* -1: not held */
};
#define LOCK_INIT ((struct lock){-1})

/* Takes the lock of the file `name` in folder dirfd (made 0600) and writes the pid and `command`
 * into it. Where another holds it: tells `waiting` who (once), and waits `timeout` seconds (-1
 * for ever, 0 not at all): ERR_LOCKED. A signal ends the wait: ERR_SIGNAL. Keepers of rules
 * (sys/process) keep the lock beyond the death of their fardel, until they have ended what they
 * keep. */
MUST_USE int lock_take(struct lock *lock, int dirfd, const char *name, const char *command,
	int64_t timeout, void (*waiting)(void *arg, const char *holder), void *arg,
	struct err *err);
/* The same of an open folder, whose descriptor it takes, under whatever name others know it. `what`
 * is that name here; nothing is written, so who holds it is what the system tells. A file system
 * that knows no locks is an error. */
MUST_USE int lock_folder(struct lock *lock, int fd, const char *what, int64_t timeout,
	void (*waiting)(void *arg, const char *holder), void *arg, struct err *err);

void lock_drop(struct lock *lock);

/* Of a file, both included. */
struct lock_bytes {
	uint64_t first, last;
};

/* Appends who holds a lock of any kind on some of these bytes, as the system tells: "process 12 of user 1000". Not this
 * process; at most one; nothing where it is not known. */
void lock_holder(const char *path, struct lock_bytes bytes, struct buf *out);

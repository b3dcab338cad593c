/* Other programs: started with a clean slate, watched, and ended with all that they started. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"
#include "sys/overlay.h"
#include "sys/sandbox.h"

/* A file or folder shown at another place, read-only, to the program only. */
struct process_bind {
	const char *from; /* both absolute, as this process sees them; `to` must be there */
	const char *to;
	const struct stat *
		is; /* outside of a stage: what must be found at `from`, which is open here, else ERR_UNSAFE, also where it is not there; NULL: anything */
};

struct process_spec {
	const char *program; /* path; looked up inside `root` where that is given */
	int program_fd; /* the program itself, open: that one is run, wherever it lies, and `program` is what it is
			 * called. Not a script. 0: none */
	const char *const *argv; /* NULL-ended */
	const char *const *envp; /* NULL-ended: all that the program gets */
	const char *cwd; /* where it starts, as seen inside `root`; NULL: "/" */
	int output; /* its stdout and stderr; -1: /dev/null. stdin is always /dev/null */
	int errors; /* its stderr alone; 0: as stdout */
	const int *fds; /* given to it as 3, 4, …; no folders where there is an overlay */
	unsigned fd_count;
	unsigned means; /* what may be used for the three below */
	const char *root; /* chroot there first; NULL: not */
	const struct process_bind *binds; /* need a mount namespace: see process_can */
	unsigned bind_count;
	bool keep; /* with a keeper: what the program leaves behind is ended with it */
	int hold; /* a descriptor that the keeper holds until all is ended (the lock), -1 none */
	const struct sandbox *sandbox; /* what is taken from it; NULL: it has all our rights */
	/* The stage that it runs in; NULL: none. Then program, cwd and binds' `to` are paths in there (what is not there is passed over, but
	 * made if it is below /run), root and means mean nothing, keep must be true, and sandbox must say stage, its own user, and PID, MOUNT,
	 * IPC and UTS, which are required then, as is NET if it is wanted. It is root there, also where an ordinary user starts it, with sandbox->capabilities.
	 * ERR_POLICY: this kernel, or who rules this machine, does not allow it, the text says what. */
	struct overlay *overlay;
	const struct process_bind
		*writable; /* in a stage: one file that can be written to; NULL: none */
	/* Run in the stage before anything else, by our own code, with all rights and descriptors; its error is that of the start. */
	int (*prelude)(void *arg, struct err *err);
	void *prelude_arg;
};

/* What a program_fd is inside. */
static inline int process_program_fd(unsigned fd_count)
{
	return 3 + (int)fd_count + 1;
}

struct process {
	pid_t pid; /* of the program, or of its keeper; 0: none */
	int status_fd; /* becomes readable when it has ended; -1: none */
	bool killed; /* process_kill was called */
	int lifeline; /* the keeper ends everything when this is shut; -1: without keeper */
	unsigned missing; /* parts of the sandbox that could not be had: enum sandbox_part */
};
#define PROCESS_INIT ((struct process){.status_fd = -1, .lifeline = -1})

/* How a program can be enclosed here: bits, found out by trying (a fork each time it is asked). */
enum process_means {
	MEANS_MOUNT = 1, /* a mount namespace of its own */
	MEANS_CHROOT = 2,
	MEANS_USER = 4, /* both only inside a user namespace */
};
unsigned process_means(void);

/* Starts it, and returns once it runs or could not be begun (the error says why). Signals are
 * reset, umask is 022, descriptors beyond those given are closed, it has a session of its own,
 * and dies when this process does. With SANDBOX_PID its keeper is process 1 of the namespace, or,
 * without one, the program itself: then it has no children that outlive it, and signals that it
 * sends to itself do nothing where it has no handler. */
MUST_USE int process_start(const struct process_spec *spec, struct process *out, struct err *err);

/* Whether it could be started: does all of that but the last, the exec. spec->program need not be there. */
MUST_USE int process_try(const struct process_spec *spec, struct err *err);

/* Waits until it has ended (status_fd says when that takes no time). The status is as of
 * waitpid. */
int process_end(struct process *p);

/* Ends the program and all that it started, now; process_end must still be called. */
void process_kill(struct process *p);

/* Kills and reaps if it is still there: for AUTO(process). */
void process_drop(struct process *p);

/* From now on what loses its keeper, too (root's programs can kill that), becomes a child of this process. What descends from
 * it already was started by whoever became this program: it is none of ours. */
void process_adopt(void);

/* Until process_adopt is called again, what loses its parents is none of ours: for a program whose daemons are to stay. */
void process_disown(void);

/* Kills and reaps all children: those orphans. Only when nothing that process_start began is at work. What was there before
 * process_adopt is left alone. */
void process_end_orphans(void);

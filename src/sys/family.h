/* All that descends from this process: found, ended and reaped. It must be a child subreaper, or process 1 of its
 * namespace: else it does not get back what its children lose. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/vec.h"

/* One child whose status counts. */
struct kept {
	pid_t pid; /* 0: none */
	int status; /* as of waitpid, once it has ended */
	bool ended;
};

/* Reaps what has ended; false when no child is left. */
bool family_reap(struct kept *k);

/* Processes that are none of ours: their pids and sessions. */
struct others {
	VEC(pid_t) of;
};
void others_drop(struct others *o);

/* Notes all that descends from this process now: what whoever became this program had started before. */
void others_note(struct others *o);

/* Kills and reaps until no child is left. `init`: this is process 1 of its namespace. Gives up on what sleeps in the
 * kernel for seconds. `spared` (NULL: none) are left alone, and so is what is of their sessions: all that they start and that
 * takes no new one. */
void family_end(struct kept *k, bool init, const struct others *spared);

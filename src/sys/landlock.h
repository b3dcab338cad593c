/* Landlock: what files, and whether TCP, a process and its children may reach. The kernel's
 * constants are our own, for all ABIs up to 7: a distribution's headers are often older than the
 * kernel that fardel runs on. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* Rights on a file, or on a folder and all below it. */
enum landlock_right {
	LANDLOCK_READ = 1, /* files and folders */
	LANDLOCK_EXECUTE = 2,
	LANDLOCK_WRITE = 4, /* and make, truncate, rename, remove; no devices are made */
};

struct landlock_path {
	const char *path; /* NULL: fd instead */
	int fd;
	unsigned rights;
};

/* The running kernel's ABI; 0: it has no Landlock, or has it switched off. What each added: 2
 * renames between folders, 3 truncate, 4 TCP, 5 ioctl on devices, 6 signals and abstract
 * sockets, 7 nothing that is used here. */
int landlock_abi(void);

/* A descriptor of a ruleset that forbids all that the ABI knows: files, TCP unless `network`,
 * signals and abstract sockets that reach a process outside. */
MUST_USE int landlock_make(bool network, struct err *err);

/* One that forbids nothing but those signals and sockets: ABI 6. */
MUST_USE int landlock_make_scope(struct err *err);

/* Allows these; they are opened now, with this process's rights. What is not there, or cannot be
 * reached, is passed over: then nothing is allowed on it. */
MUST_USE int landlock_allow(
	int ruleset, const struct landlock_path *paths, unsigned count, struct err *err);

/* Puts this process under it for good; no_new_privs must be set. */
MUST_USE int landlock_enter(int ruleset, struct err *err);

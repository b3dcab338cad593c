/* What is taken from a program before it runs: its user, its capabilities, namespaces, files,
 * system calls, resources. The kernel may lack any part: then the rest is done, and said which. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "sys/landlock.h"

enum sandbox_part {
	SANDBOX_PID = 1, /* a PID namespace: it sees and signals nothing from outside */
	SANDBOX_MOUNT = 2, /* a mount namespace; with the one above also a /proc of its own */
	SANDBOX_NET = 4, /* a network with nothing but a loopback that is down */
	SANDBOX_IPC = 8,
	SANDBOX_UTS = 16,
	SANDBOX_USER = 32, /* another user, no groups */
	SANDBOX_FILES = 64, /* Landlock */
	SANDBOX_CALLS = 128, /* seccomp */
	SANDBOX_ALL = 255,
	SANDBOX_NAMESPACES = 31
};

/* A filter as the kernel takes it: an array of struct sock_filter. sys/seccomp has them. */
struct sandbox_filter {
	const void *instructions;
	unsigned short count; /* 0: none */
};

/* 0: as it is. Core files are never written. */
struct sandbox_limits {
	int64_t cpu_seconds;
	int64_t file_size;
	int64_t open_files;
	int64_t address_space; /* not for programs built with sanitizers: they reserve terabytes */
	int64_t processes; /* of the user; counts where that is another one, or a namespace's */
};

/* What root in a stage needs to put files where it likes and give them to whom it likes: CHOWN, DAC_OVERRIDE, FOWNER, FSETID,
 * SETUID, SETGID, SETFCAP, SYS_CHROOT. None of them reaches beyond the files that it sees. */
#define SANDBOX_STAGE_CAPABILITIES 0x800400dbULL

/* Always: no new privileges by exec, no core files. */
struct sandbox {
	uid_t uid; /* to become, when we are root; (uid_t)-1: stays */
	gid_t gid;
	unsigned namespaces; /* of enum sandbox_part */
	int net; /* an empty network namespace to be in instead of a new one (sys/nonet); 0: none */
	uint64_t capabilities; /* that stay: 1 << CAP_…; 0: none */
	unsigned required; /* parts without which nothing is started (ERR_POLICY) */
	bool stage; /* it enters a stage (sys/stage), which brings /proc and /tmp, and is root in a user namespace */
	bool network; /* Landlock lets TCP through */
	bool programs; /* reads and runs the system's programs: sandbox_programs */
	const struct landlock_path
		*paths; /* as seen inside the root; fds as they are inside: 3, … */
	unsigned
		path_count; /* 0 and no programs: no Landlock; but in a stage with a network it keeps sockets
			      * without a file away (Linux 6.12, else SANDBOX_FILES is missing) */
	const char *tmp; /* a folder, as seen outside the root, shown as /tmp and /var/tmp,
			 * its own then in all rights; NULL: these are as they are */
	struct sandbox_filter filter;
	struct sandbox_limits limits;
};

/* What programs of any kind need of a system: /usr and its like, /etc, /proc, /dev/null, … */
extern const struct landlock_path sandbox_programs[];
extern const unsigned sandbox_programs_count;

/* Namespaces on their way to a process. */
struct sandbox_spaces {
	unsigned wanted, inside; /* of enum sandbox_part */
	int net; /* still to be entered; 0: none */
	bool user; /* a user namespace had to be made for them */
	bool tmp; /* /tmp is the sandbox's */
	uid_t uid; /* who we are outside of that */
	gid_t gid;
};

/* fork(2), the child in all the wanted namespaces where the kernel gives them: then, with
 * SANDBOX_PID, it is process 1 there, which no signal from inside can hurt, and whose end ends
 * all others. `net` as in struct sandbox. -1 with errno. */
pid_t sandbox_fork(unsigned wanted, int net, struct sandbox_spaces *out);

/* In that child: furnishes them, or takes one by one those that can be had. With `root` (or NULL)
 * the new /proc and /tmp are there. An error means that the process is of no use; a new one may
 * be tried with no namespaces. */
MUST_USE int sandbox_enter_namespaces(
	const struct sandbox *s, struct sandbox_spaces *spaces, const char *root, struct err *err);

/* In the child, the last thing before exec: user, capabilities, limits, Landlock, seccomp. The
 * parts that are not in force then, namespaces too, are in *missing. */
MUST_USE int sandbox_apply(const struct sandbox *s, const struct sandbox_spaces *spaces,
	unsigned *missing, struct err *err);

/* Writes the id maps of the user namespace that this process has just made: `uid` and `gid` of
 * outside are these inside. */
MUST_USE int sandbox_map_user(
	uid_t uid, gid_t gid, uid_t inside_uid, gid_t inside_gid, struct err *err);

/* The parts of it that this machine lacks, found out by trying in a child. Without fds in paths. */
unsigned sandbox_missing(const struct sandbox *s);

/* Appends their names for people: "a PID namespace, Landlock". */
void sandbox_name_parts(unsigned parts, struct buf *out);

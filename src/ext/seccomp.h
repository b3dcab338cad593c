/* Programs for the kernel's filter of system calls, made with libseccomp and given out as values. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "sys/sandbox.h"

/* All profiles are lists of what is allowed; what is not on them fails with EPERM, and what the
 * C library only tries (clone3, openat2 where it is not allowed) with ENOSYS, so that it takes
 * another way. A call by another architecture's numbers, x32's too, ends the process. None allows
 * namespaces, mounts, ptrace, keys, bpf, io_uring, kernel modules, the clock, handles of files,
 * or a personality other than the plain one. */
enum seccomp_profile {
	SECCOMP_WORKER, /* files, memory, threads, what was inherited; no socket, no other process */
	SECCOMP_FETCH, /* and TCP, UDP, sockets of files, routes as getaddrinfo asks for them */
	SECCOMP_RULES, /* and other processes, signals, System V IPC: any ordinary program */
	SECCOMP_RULES_OFFLINE, /* the same, with no sockets but those of files */
	SECCOMP_PROFILES
};

/* Makes the program. With no_setid nothing can be given a set-user-ID or set-group-ID bit (EPERM):
 * not for what unpacks, as dpkg-deb -x and tar -p then fail on every package that has such a
 * file. `out` holds the instructions: keep it, and use it for every process of that profile. */
MUST_USE int seccomp_make(
	enum seccomp_profile profile, bool no_setid, struct buf *out, struct err *err);

/* What seccomp_make made, as struct sandbox wants it; borrowed. */
struct sandbox_filter seccomp_filter(const struct buf *program);

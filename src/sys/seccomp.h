/* Programs for the kernel's filter of system calls. tools/filters.c makes them when fardel is built. */
#pragma once

#include "sys/sandbox.h"

/* All profiles are lists of what is allowed; what is not on them fails with EPERM, and what the
 * C library only tries (clone3) with ENOSYS, so that it takes another way. A call by another
 * architecture's numbers, x32's too, ends the process. None allows namespaces, mounts, ptrace,
 * keys, bpf, io_uring, kernel modules, the clock, handles of files, or a personality other than
 * the plain one. */
enum seccomp_profile {
	SECCOMP_WORKER, /* files, memory, threads, what was inherited; no socket, no other process */
	SECCOMP_FETCH, /* and TCP, UDP, sockets of files, routes as getaddrinfo asks for them */
	SECCOMP_RULES, /* and other processes, signals, System V IPC: any ordinary program */
	SECCOMP_RULES_OFFLINE, /* the same, with no sockets but those of files */
	SECCOMP_STAGE, /* as RULES, and chroot. What tools of root's take ill if it is refused (the kernel's audit), is not there */
	SECCOMP_STAGE_OFFLINE, /* the same, with no sockets but those of files: there is no network */
	SECCOMP_SCRIPT, /* what fardel-lua needs for a script that runs no programs: no socket, no process, no exec, no limits to set */
	SECCOMP_PROFILES
};

struct sandbox_filter seccomp_filter(enum seccomp_profile profile);

/* Puts this process under it for good, together with what it is under already; with no new privileges by exec. A kernel without filters is no
 * error. */
MUST_USE int seccomp_enter(enum seccomp_profile profile, struct err *err);

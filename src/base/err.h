/* What went wrong: a code for machines, a path of causes for people, what stands below it, and
 * the way out. Errors are born with err_set, get their context with err_at, and are printed
 * once, in main. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* id, exit status, its name in JSON, what it says when nothing better is known, the hint (or
 * ""). The exit statuses are DESIGN's table; the man page's table is printed from exit_table,
 * not from here. */
#define ERR_CODES(X) \
	X(ERR_NONE, 0, "done", "done", "") \
	X(ERR_FAILED, 1, "failed", "failed", "") \
	X(ERR_SYSTEM, 1, "system", "a system call failed", "") \
	X(ERR_NO_SPACE, 1, "no-space", "the file system is full", \
		"make room: fardel gc; fardel cache gc") \
	X(ERR_NEED_ROOT, 1, "need-root", "needs root", \
		"run it as root, or with --root on a folder of your own") \
	X(ERR_UNSAFE, 1, "unsafe", "others could change it", "") \
	X(ERR_INSTALLER, 1, "bad-installer", "not an installer that can be used", \
		"ask the packager for a new installer") \
	X(ERR_CONFIG, 1, "bad-config", "the configuration cannot be used", \
		"mend that file; then: fardel config show --origin") \
	X(ERR_BAD_STATE, 1, "bad-state", "the state cannot be used", "see: fardel doctor") \
	X(ERR_RULES, 1, "rules-failed", "the package's rules failed", "") \
	X(ERR_WORKER, 1, "worker", "a worker process ended unexpectedly", "") \
	X(ERR_TIMEOUT, 1, "timeout", "took too long", "") \
	X(ERR_FINDINGS, 1, "findings", "there are findings", "") \
	X(ERR_NO, 1, "no", "answered with no", "") \
	X(ERR_NETWORK, 2, "network", "network failure", \
		"check the network and the proxy ([fetch] in fardel.toml), then run the same command again") \
	X(ERR_HTTP, 2, "http-status", "the server refuses it", \
		"see whether the address is still right; else run the same command again later") \
	X(ERR_OFFLINE, 2, "offline", "not in the cache, and --offline was given", \
		"run it again without --offline") \
	X(ERR_NO_PACKAGE, 3, "no-package", "no such package", "see: fardel list") \
	X(ERR_IN_USE, 4, "in-use", "the application is in use", \
		"close it, then run the same command again") \
	X(ERR_CHECKSUM, 5, "checksum", "checksum mismatch", \
		"ask the packager for a new installer") \
	X(ERR_PARTIAL, 6, "partial", "some items failed, others are done", "") \
	X(ERR_LOCKED, 7, "locked", "another fardel is at work", \
		"wait for it, or give a longer --lock-timeout") \
	X(ERR_PENDING, 8, "pending", "changes are pending", "") \
	X(ERR_LICENCE, 9, "licence", "the licence has not been accepted", "") \
	X(ERR_POLICY, 10, "policy", "refused by policy", "") \
	X(ERR_CONFLICT, 11, "conflict", "conflict", "") \
	X(ERR_INPUT, 12, "input-needed", "an answer is needed", "") \
	X(ERR_USAGE, 64, "usage", "usage", "") \
	X(ERR_SIGNAL, 1, "signal", "interrupted", "")

#define ERR_ENUM(id, status, name, text, hint) id,
enum err_code { ERR_CODES(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

#define ERR_DETAIL_MAX 2048 /* bytes */

struct err {
	enum err_code code;
	int sys; /* errno of a system call, or the signal's number with ERR_SIGNAL; else 0 */
	char text[512]; /* "install zoom: fetch https://…: checksum mismatch" */
	char detail[ERR_DETAIL_MAX]; /* further lines, each ended by \n; may be empty */
	char next[256]; /* what to do; empty: the code's hint */
};

#define ERR_INIT ((struct err){.code = ERR_NONE})

/* Each of these but the last three returns -1, so that `return err_set(…)` reads well. Text that
 * came from outside may be given as it is: what is not printable is escaped here. */
int err_set(struct err *err, enum err_code code, const char *format, ...) PRINTF(3, 4);
/* The same with errno's words behind the text; ENOSPC and EDQUOT become ERR_NO_SPACE. */
int err_sys(struct err *err, const char *format, ...) PRINTF(2, 3);
/* Puts context in front: "context: text". */
int err_at(struct err *err, const char *format, ...) PRINTF(2, 3);
/* Adds a line below, or says what to do next. */
int err_detail(struct err *err, const char *format, ...) PRINTF(2, 3);
int err_next(struct err *err, const char *format, ...) PRINTF(2, 3);

/* Adds the last lines of what a program said, at most eight, each as a line "| …" below. */
void err_tail(struct err *err, const char *text, size_t n);

/* One on the heap, for free(): for lists, most of whose elements have none. */
struct err *err_keep(const struct err *err);
/* Takes another error over, and gives -1. */
int err_copy(struct err *err, const struct err *from);

void err_clear(struct err *err);
int err_exit(enum err_code code); /* the exit status */
const char *err_name(enum err_code code); /* "checksum", for JSON */
/* next, else what errno asks for, else the code's hint, else "" */
const char *err_hint(const struct err *err);
/* Whether a system call failed for want of something that may come back: memory, processes,
 * descriptors, space, a disk that answers. */
bool err_may_pass(const struct err *err);

/* The documented exit statuses, ascending, for help, man page and README. */
struct exit_row {
	int status;
	const char *text;
};
extern const struct exit_row exit_table[];
extern const unsigned exit_count;

/* What rules in a stage ask of the running system: the stand-ins that are shown to them, and what these noted. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/effects.h"
#include "sys/process.h"

/* For one run of rules: binds and `writable` are for its process_spec, and must outlive it. */
struct live_show {
	VEC(struct process_bind) binds;
	struct process_bind writable; /* the log */
	VEC(char *) texts; /* what the binds borrow */
	int log; /* to be read when the rules have ended */
};
#define LIVE_SHOW_INIT ((struct live_show){.log = -1})
void live_show_drop(struct live_show *s);

/* Shows what runs on the system, too, in a file of that folder: for rules that ask. */
MUST_USE int live_show_running(struct live_show *s, int folder, const char *path, struct err *err);

/* Shows the file that /etc/resolv.conf of that root leads to, where that is below /run, of which a stage has nothing: for rules that have the
 * network. */
MUST_USE int live_show_resolver(struct live_show *s, const char *root, struct err *err);

/* Shows the first at the place of the other, read-only. Takes both texts. */
void live_show_instead(struct live_show *s, struct buf *from, struct buf *to);

/* Makes the log, an empty file `name` in the folder, of which `path` is the absolute path; it must not be there. The stand-ins are for the
 * programs of the root ("": the system's own), as far as it has them; `program` is the path of fardel-live. */
MUST_USE int live_show_make(struct live_show *out, const char *root, int folder, const char *path,
	const char *name, const char *program, struct err *err);

/* Adds what was noted. ERR_RULES: the rules wrote something else there. */
MUST_USE int live_show_read(
	const struct live_show *s, enum effect_phase phase, struct effects *out, struct err *err);

/* Effects: what rules ask of the running system (start a unit, have udev read its rules again). In a stage nothing can be
 * asked of it: stand-ins (libexec's fardel-live) note it, it is shown, and carried out after the commit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "ext/json.h"

/* Programs that get a stand-in. What has another file's name behind all links (busybox) gets none. */
struct effect_program {
	const char *name; /* "pkill": in /usr/bin, /usr/sbin, /bin or /sbin, as it is called */
	const char *file; /* "pgrep": the last part of the path that it leads to */
};
const struct effect_program *effect_programs(size_t *count);

/* Where the stand-ins find things, in the stage. */
#define EFFECTS_FOLDER "/run/fardel"
#define EFFECTS_LOG EFFECTS_FOLDER "/effects" /* a file, 0600 of root, that they append to */
#define EFFECTS_PROCESSES \
	EFFECTS_FOLDER \
	"/processes" /* what runs on the system (sys/running), where rules ask for that */
#define EFFECTS_REAL EFFECTS_FOLDER "/real" /* real/FILE: the program that one stands in for */

#define EFFECTS_MAX 256 /* in one list */
#define EFFECT_ARGS_MAX 64 /* with the program's name */
#define EFFECT_ARG_MAX 1024 /* bytes of one */
#define EFFECTS_LOG_MAX (256 << 10) /* bytes of the file */

enum effect_phase { EFFECT_UNCONFIGURE, EFFECT_CONFIGURE, EFFECT_PHASES };
const char *effect_phase_name(enum effect_phase phase); /* "unconfigure", "configure" */

struct effect {
	enum effect_phase phase; /* whose rules asked */
	VEC(struct buf)
	words; /* the program's name and its arguments: UTF-8 without controls (U+FFFD in the place of what else they gave), at
		* least one */
};

/* In the order in which they are to be carried out, each only once; a request for several units is one for each of them, by
 * its whole name ("a" is "a.service"). */
struct effects {
	VEC(struct effect) of;
};
#define EFFECTS_INIT ((struct effects){0})
void effects_drop(struct effects *e);

/* Adds what a program was called with. What is there already is not added again; but of what is asked of the same unit, the
 * last one stays behind the others. ERR_RULES where it is too much, or no call at all. */
MUST_USE int effects_add(struct effects *e, enum effect_phase phase, const struct span *words,
	size_t count, struct err *err);

/* Adds all of another list's behind it. */
MUST_USE int effects_append(struct effects *e, const struct effects *more, struct err *err);

/* A record, as it stands in the log: what fardel-live writes by one write. */
void effects_record(struct buf *out, const struct span *words, size_t count);
/* Adds what is in a log. Rules may have written anything into it: ERR_RULES, and e as it was before. */
MUST_USE int effects_parse(
	struct effects *e, enum effect_phase phase, struct span log, struct err *err);

/* As a person would type it: "systemctl restart a.service"; escaped, and quoted where a shell would need it. */
void effect_format(const struct effect *effect, struct buf *out);

/* How to carry it out: the program's path (in /usr/bin or /usr/sbin) and all its arguments, NULL-ended, borrowed from the
 * effect. False: it is none of the few things that are carried out, only shown as asked for. Nothing but the words decides. */
struct effect_call {
	const char *program;
	const char *argv[EFFECT_ARGS_MAX + 4];
};
bool effect_call(const struct effect *effect, struct effect_call *out);

/* What takes back the effects of a configure, when its files are gone. `out` holds what unconfigure asked for itself: a stop for
 * each unit that was left running, the last one first, comes before that, and what has to be read again (units, udev's
 * rules) behind it; what is there already is not repeated. */
MUST_USE int effects_take_back(const struct effects *made, struct effects *out, struct err *err);

/* [{"phase": "configure", "words": ["systemctl", …], "carried_out": true}, …]. When it is read, carried_out is not believed,
 * but ERR_FAILED where it is wrong: the list is from another fardel then, or made up. */
struct json *effects_to_json(const struct effects *e);
MUST_USE int effects_from_json(const struct json *list, struct effects *out, struct err *err);

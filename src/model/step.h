/* Steps: the smallest units of a plan, and the one table of legal moves in the life of a
 * package. */
#pragma once

#include <stdbool.h>

#include "base/span.h"
#include "model/bundle.h"

/* The three acts of a plan: prepare is free to fail, switch goes back, clean can only warn. */
enum act { ACT_PREPARE, ACT_SWITCH, ACT_CLEAN };

enum step_kind {
	STEP_EXTRACT,
	STEP_FETCH,
	STEP_UNPACK,
	STEP_UNCONFIGURE,
	STEP_CONFIGURE,
	STEP_PURGE,
	STEP_KINDS,
};

/* What is done after a crash in the middle of the step. */
enum step_crash {
	CRASH_DISCARD, /* throw away what it had begun */
	CRASH_BACK, /* run the opposite, then what was in use is configured again */
	CRASH_FORWARD, /* carry it on to its end */
};

struct step_row {
	const char *name; /* "unpack": in the journal, the log and JSON */
	enum act act;
	unsigned from; /* bits 1 << bundle_state from which it may start; STEP_ABSENT too */
	int to; /* bundle_state it leads to, or -1: absent */
	enum step_crash crash;
};
#define STEP_ABSENT (1U << BUNDLE_STATES)

extern const struct step_row step_rows[STEP_KINDS];

enum step_target { TARGET_NEW, TARGET_OLD }; /* which of plan_item's bundles: to, from */

struct step {
	enum step_kind kind;
	enum step_target target;
};

bool step_parse(struct span name, enum step_kind *out);
/* Whether a bundle in `state` (or absent: -1) may make this step. */
bool step_is_legal(enum step_kind kind, int state);

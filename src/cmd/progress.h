/* All that goes to stderr while a command runs: bars or lines of progress, the plan, notes and
 * warnings. A bar is taken away before another line is printed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/span.h"
#include "base/term.h"
#include "base/vec.h"
#include "engine/watch.h"

enum progress_style { PROGRESS_SILENT, PROGRESS_LINES, PROGRESS_BARS };

/* How much is wanted: what is above it is not printed. */
enum progress_level { SAY_ERROR, SAY_WARN, SAY_INFO, SAY_DEBUG };

struct transfer {
	struct buf package, name;
	int64_t done, total;
	double rate; /* bytes a second, smoothed; -1: not known yet */
	int64_t sample_done; /* where the running sample began */
	double sample_at;
	int told; /* percent in the last line */
	double told_at;
};

struct working {
	struct buf package, step;
};

struct progress {
	struct watch watch; /* first: the engine is given its address */
	FILE *to;
	struct term term;
	enum progress_style style;
	enum progress_level level;
	bool may_ask; /* somebody is at the terminal, and may be asked */
	bool with_plan; /* print the plan when it is made */
	double (*clock)(void); /* seconds, monotonic */
	VEC(struct transfer) transfers;
	VEC(struct working) steps;
	unsigned drawn; /* lines of the block that stand on the terminal */
	double drawn_at;
	struct buf output; /* of rules: a line that has no end yet */
	struct buf output_of; /* the package */
};

/* Lines, notes and warnings; no terminal. */
void progress_init(struct progress *p, FILE *to);
void progress_drop(struct progress *p);

/* One line. The arguments are raw: the whole line is escaped. */
void progress_say(struct progress *p, enum progress_level level, const char *format, ...)
	PRINTF(3, 4);
/* Lines with their newlines, escaped already. */
void progress_text(struct progress *p, enum progress_level level, const struct buf *text);
/* Takes the block away. */
void progress_clear(struct progress *p);

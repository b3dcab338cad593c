/* The few things that are asked of the running system and may be carried out: one table of programs and verbs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum effect_shape {
	SHAPE_UNITS, /* PROGRAM VERB UNIT… */
	SHAPE_SERVICE, /* PROGRAM NAME VERB */
	SHAPE_ALONE, /* PROGRAM VERB */
	SHAPE_OPTION, /* PROGRAM COMMAND VERB */
	SHAPE_MATCHES, /* PROGRAM VERB --OPTION=VALUE… */
};

struct effect_verb {
	const char *program; /* as it is called */
	enum effect_shape shape;
	const char *command; /* what stands before the verb in SHAPE_OPTION */
	const char *verb; /* as it is typed */
	const char *means; /* the one word for all that mean the same */
	const char *back; /* the verb that takes it back; NULL: nothing does, or need not */
	bool again; /* taking it back is doing it once more, without the package's files */
};

/* The row that all the words fit; NULL: this is not carried out. */
const struct effect_verb *effect_verb_of(const struct span *words, size_t count);

/* Whether it is about one unit or service: then the last of its verbs counts, else the first is enough. */
bool effect_verb_has_unit(const struct effect_verb *verb);

/* A unit's whole name; false where it is none that may be started or stopped: a pattern, a path, a target, a unit that ends the
 * system. */
bool effect_unit(struct span name, struct buf *out);

/* Where the program is: "/usr/bin/systemctl". */
const char *effect_verb_path(const struct effect_verb *verb);

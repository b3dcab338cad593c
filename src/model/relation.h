/* Relations between packages, as Debian writes them: "name", "name (>= 1.2)". Of a package of luet's, whose name has a slash, versions are luet's, and what
 * they have to be is a selector: "cat/name (>=1.2 <2)". */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

enum relation_op {
	RELATION_ANY, /* any version, or none */
	RELATION_OLDER, /* << */
	RELATION_AT_MOST, /* <= */
	RELATION_EXACTLY, /* = */
	RELATION_AT_LEAST, /* >= */
	RELATION_NEWER, /* >> */
	RELATION_SELECTOR, /* of packages of luet's alone: the version is a selector (model/luet_selector) */
	RELATION_OPS,
};

struct relation {
	struct buf name;
	enum relation_op op;
	struct buf version; /* empty with RELATION_ANY */
};
struct relations {
	VEC(struct relation) of;
};
void relations_drop(struct relations *r);
/* Adds one, any version of `name`; valid until the next is added. */
struct relation *relations_add(struct relations *r, struct span name);

/* Of one relation: the name is anything but blanks and brackets, which the caller checks; the version is valid. False where it
 * is none, and nothing is added. */
bool relations_add_text(struct relations *r, struct span text);

/* Of a package of luet's and a selector, whatever that is: of one that is none, no version is meant. Of luet's the only ones are RELATION_ANY,
 * RELATION_EXACTLY (of that very text) and RELATION_SELECTOR. */
void relations_add_selector(struct relations *r, struct span name, struct span selector);

/* Copies all of them behind what is in `to`. */
void relations_add_all(const struct relations *from, struct relations *to);

/* Whether packages of that name may be said to be so: "name (op version)". */
bool relation_is_valid(struct span name, enum relation_op op, struct span version);

/* Whether a version is one that it is about. A version that is none (unknown) is so only with RELATION_ANY. */
bool relation_holds(const struct relation *r, struct span version);

/* Appends "name (>= 1.2)". */
void relation_format(const struct relation *r, struct buf *out);

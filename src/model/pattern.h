/* Regular expressions over paths, as Go writes them (RE2's syntax, of which luet's rules are made), matched in time that grows with the path and the pattern
 * alone, whoever wrote that: all ways are gone at once, and none is gone back.
 *
 *	^ $ . [a-z] [^a-z] \. \d \D \s \S \w \W ( ) (?: ) | * + ? {2} {2,} {2,5}     and *? +? ?? which find the same
 *
 * Bytes are looked at, not letters. What else RE2 knows (flags, \b, \pL, [[:alpha:]], …) is none here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

#define PATTERN_STEPS_MAX \
	1024 /* of one pattern: a letter takes one, a repeated part as many as it may be there */

enum pattern_op { PATTERN_BYTE, PATTERN_SPLIT, PATTERN_JUMP, PATTERN_BEGIN, PATTERN_END };
struct pattern_step {
	enum pattern_op op;
	int to, other; /* where to go on, from here: of a jump; of a split both */
	uint64_t set[4]; /* bytes that may stand here */
};
struct pattern {
	VEC(struct pattern_step) of; /* it matches who gets behind the last one */
};
void pattern_drop(struct pattern *p);

/* Into *out, which is empty. ERR_CONFIG says what is not known, or is too large. */
MUST_USE int pattern_parse(struct span text, struct pattern *out, struct err *err);
/* Whether it matches anywhere in x. */
bool pattern_matches(const struct pattern *p, struct span x);

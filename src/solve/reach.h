/* Which packages may come into question: what is installed, what is asked for, and whatever that could need; and all of it as libsolv is told. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "ext/sat.h"
#include "model/relation.h"
#include "solve/family.h"
#include "solve/supply.h"

#define REACH_NONE UINT32_MAX

/* A package; its number among these is its number in `sat`. */
struct reach_package {
	struct supply_item item;
	size_t number; /* in the supply */
	struct relations depends, conflicts, provides;
	VEC(uint32_t) needs; /* numbers of what it depends on, then of what it conflicts with */
	struct span family; /* of Packets'; empty: none */
	int64_t serial; /* which of it is newer */
	struct span origin; /* installed: the repository that it came from; may be empty */
	struct span group; /* of one group one can be there: of a family, else of a name */
	bool fresh; /* without a version, and another one than what is installed */
	uint32_t rank; /* of its version among those of its group; of 0 is the oldest */
	uint32_t home; /* of its repository's place among all: 0 is the best */
};
struct reach_need {
	const struct relation *relation; /* somebody's */
	VEC(uint32_t) met_by; /* packages, ascending */
};
struct reach {
	const struct supply *supply;
	VEC(struct reach_package) of; /* by group, then by rank */
	struct families families;
	VEC(struct reach_need) needs;
	VEC(size_t)
	away; /* offers, by their numbers in the supply, that are not looked at for what is installed came from elsewhere (solve/home) */
	struct sat *sat;
};
void reach_drop(struct reach *r);

/* What is asked for. */
struct reach_name {
	struct span name;
	bool anywhere; /* also from another repository than it came from */
};

/* All that is installed, and of `names` all there is; with `offers` also what is offered of all these names, and of what they need. *out need
 * not be initialised. ERR_FAILED names what is no relation; ERR_FAILED where it is too much to be looked through. */
MUST_USE int reach_make(const struct supply *s, const struct reach_name *names, size_t count,
	bool offers, struct reach *out, struct err *err);

/* Those of a name's group are one after the other: the first and how many; 0: none. */
size_t reach_named(const struct reach *r, struct span name, uint32_t *first);
/* The one of that name that is installed; REACH_NONE. */
uint32_t reach_installed(const struct reach *r, struct span name);
/* The one of that name's group that is, whatever it is called. */
uint32_t reach_incumbent(const struct reach *r, struct span name);
/* The one of a name that would be chosen: of the best repository the newest; REACH_NONE where none is offered. With `any`, of its group. */
uint32_t reach_best(const struct reach *r, struct span name, bool any);
bool reach_is_installed(const struct reach *r, uint32_t package);
bool reach_meets(const struct reach *r, uint32_t package, uint32_t need);

/* Finds out which packages may come into question: from names to all that they could need, as solve/related has it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "solve/reach.h"
#include "solve/supply.h"

/* Packages in the order in which they were come across, many of them in vain. */
struct look {
	const struct supply *supply;
	bool offers; /* not only what is installed */
	VEC(struct reach_package) seen;
	const struct reach_name *names; /* as asked for */
	size_t count;
	VEC(bool) in; /* of each seen: it comes into question */
	VEC(uint32_t) queue; /* those, in order */
	VEC(size_t) away; /* who might, and does not (solve/home); numbers in the supply */
	VEC(struct reach_need) needs; /* met_by: numbers in `seen` */
	uint32_t *at; /* of each in the supply: its number in `seen`, plus 1 */
	uint32_t *table; /* of needs, by the hash of their relations; plus 1 */
	size_t table_size, steps;
	struct err *err;
};
void look_drop(struct look *l);

/* All that is installed, and the names. supply, offers and err are set, all else is zero. */
MUST_USE int look_run(struct look *l, const struct reach_name *names, size_t count);

/* Its number in `seen`, of one in the supply; REACH_NONE where it cannot be read: l->err. */
uint32_t look_see(struct look *l, size_t number);

void look_package_drop(struct reach_package *p);
void look_need_drop(struct reach_need *n);

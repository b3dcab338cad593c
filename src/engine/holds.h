/* Packages that stay as they are: held, until somebody unholds them or a day comes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "engine/engine.h"

struct hold {
	struct buf name, version; /* version: of what is in use; may be empty */
	int64_t since;
	int64_t until; /* it ends then; 0: never by itself */
	struct buf reason; /* may be empty */
	struct buf user; /* who asked */
	bool changed; /* of engine_hold: it was not so before */
};
struct holds {
	VEC(struct hold) of;
};
#define HOLDS_INIT ((struct holds){0})
void holds_drop(struct holds *h);
bool holds_has(const struct holds *h, struct span name);

struct hold_order {
	const char *const *names; /* borrowed */
	size_t count;
	bool held; /* else: not any more */
	int64_t until;
	const char *reason; /* NULL: none */
	bool dry_run;
};

/* Those that are in force, by name. NEED_READ. */
MUST_USE int engine_holds(struct engine *e, struct holds *out, struct err *err);
/* All of them or none; *out says what became of each name, in their order. ERR_NO_PACKAGE: it is not in use (to unhold: nor held); ERR_USAGE: `until` is over. NEED_LOCK; with
 * dry_run NEED_READ. */
MUST_USE int engine_hold(
	struct engine *e, const struct hold_order *order, struct holds *out, struct err *err);

/* For the engine: whether the plan would change one that is held: ERR_CONFLICT names it; with keep_going such an item has failed. */
MUST_USE int holds_check(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err);

/* After ERR_CONFLICT of the solver, which knows of holds that they are: of each that its reasons speak of, until when it is and why. What cannot be read is left out. */
void holds_explain(struct engine *e, const struct world *world, struct err *err);

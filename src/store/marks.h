/* What was said of packages by name: that they stay at their version, and that they came for others' sake. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct mark_hold {
	struct buf name;
	int64_t since;
	int64_t until; /* it ends then; 0: never by itself */
	struct buf reason; /* may be empty */
	int64_t user; /* the uid who asked */
};
struct mark_holds {
	VEC(struct mark_hold) of;
};
void mark_holds_drop(struct mark_holds *h);

/* Those that are in force at `now`, by name. */
MUST_USE int mark_holds(struct db *db, int64_t now, struct mark_holds *out, struct err *err);
/* 1, or 0. */
MUST_USE int mark_is_held(struct db *db, struct span name, int64_t now, struct err *err);
MUST_USE int mark_hold(struct db *db, const struct mark_hold *h, struct err *err);
/* 1: it was held, 0: it was not. */
MUST_USE int mark_unhold(struct db *db, struct span name, struct err *err);

/* 1, or 0. */
MUST_USE int mark_is_automatic(struct db *db, struct span name, struct err *err);
/* Writes only what is another. */
MUST_USE int mark_automatic(struct db *db, struct span name, bool automatic, struct err *err);

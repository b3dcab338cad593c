/* Act two: per package, the old version out of use and the new one into it; on failure the old
 * one is at work again. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/plan.h"

/* Carries out the items' switch steps and, of a remove, the purge. Items that prepare marked as
 * failed are passed over. Marks each item's result. -1 only where nothing can go on (state.db, a
 * signal); else *failed, where it is still ERR_NONE, gets the first failed item's error, and
 * without keep_going the items behind it are RESULT_SKIPPED. */
MUST_USE int switch_all(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err);

/* For recovery as well: brings a package back to the state before: unconfigures `made` (NULL:
 * nothing was configured), then configures `old` (NULL: there was none). 0 if old (or nothing)
 * is in use again; -1: old is broken now. */
MUST_USE int switch_back(
	struct engine *e, const struct bundle *made, const struct bundle *old, struct err *err);

/* Says that the package is broken now, why, and what mends it. */
void switch_tell_broken(struct engine *e, struct span name, const struct err *why);
/* Sets the links only. */
MUST_USE int switch_link(struct engine *e, struct span name, struct err *err);
/* Sets the links and makes them durable, with all that rules have changed: inside the caller's db_begin, before the
 * commit. */
MUST_USE int switch_publish(struct engine *e, struct span name, struct err *err);

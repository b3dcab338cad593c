/* Act three, and gc: what is of no more use goes. It can only warn. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/session.h"

/* Removes the folder of an installation that state.db knows no more (id empty: all of the name);
 * a failure is a warning, and gc finds what was left. */
void clean_purge(struct engine *e, struct span name, struct span id);
/* All installations of a package that was removed by that commit: kept with it where it can be taken back, else purged. */
void clean_retire(struct engine *e, int64_t txn, int64_t item, struct span name);

/* Whether b was in use before the current one (NULL: none is), both of one world: what was prepared later waits for
 * its turn. */
bool clean_is_old(const struct bundle *b, const struct bundle *current);

/* Old installations of a package (all but `keep` of those that were in use before the current
 * one; what is not whole is not kept): listed in out (NULL is fine), and taken, each noted in the journal's transaction (NULL: they
 * stay). name empty: of all packages. */
MUST_USE int clean_old(struct engine *e, struct span name, int64_t keep, struct journal *journal,
	struct items *out, struct err *err);

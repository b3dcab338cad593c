/* Act three, and gc: what is of no more use goes. It can only warn. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Removes the folder of an installation that state.db knows no more (id empty: all of the name);
 * a failure is a warning, and gc finds what was left. */
void clean_purge(struct engine *e, struct span name, struct span id);

/* Old installations of a package (all but `keep` of those that were in use before the current
 * one): listed in out (NULL is fine), and taken, each noted in the journal's transaction (NULL: they
 * stay). name empty: of all packages. */
MUST_USE int clean_old(struct engine *e, struct span name, int64_t keep, struct journal *journal,
	struct items *out, struct err *err);

/* Act three, and gc: what is of no more use goes. It can only warn. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/session.h"

/* Removes the folder of an installation that state.db knows no more; a failure is a warning, and gc finds what was left. */
void clean_purge(struct engine *e, const struct bundle *b);
/* The same for all of the name. */
void clean_purge_all(struct engine *e, struct span name);
/* Of an installation in puavo's layout that is extracted, as state.db has it, all goes but the installer's own files. */
MUST_USE int clean_strip(struct engine *e, const struct bundle *b, struct err *err);
/* All installations of a package that was removed by that commit: kept with it where it can be taken back (true), else purged. */
bool clean_retire(struct engine *e, int64_t txn, int64_t item, struct span name);

/* Whether b was in use before the current one (NULL: none is), both of one world: what was prepared later waits for
 * its turn. */
bool clean_is_old(const struct bundle *b, const struct bundle *current);

/* Takes one that is not in use away, noted in the journal's transaction. */
MUST_USE int clean_take(
	struct engine *e, struct journal *journal, const struct bundle *b, struct err *err);

/* Old installations of a package (all but `keep` of those that were in use before the current
 * one; what is not whole is not kept): listed in out (NULL is fine), and taken, each noted in the journal's transaction (NULL: they
 * stay). name empty: of all packages. */
MUST_USE int clean_old(struct engine *e, struct span name, int64_t keep, struct journal *journal,
	struct items *out, struct err *err);

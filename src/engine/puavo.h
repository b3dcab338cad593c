/* Where fardel and puavo-pkg meet: one state.db for both names, and what the old script does beside us. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "solve/solve.h"

/* Holds state.db against puavo's folders, links and stamps; where the old script has changed those they win, as a transaction
 * of its own with its log. Packages of an interrupted transaction are left to recovery. With the lock. */
MUST_USE int puavo_follow(struct engine *e, struct err *err);

/* Whether that is more than state.db: 1, 0, -1. */
MUST_USE int puavo_differs(struct engine *e, struct err *err);

/* Which layout a candidate's installation would have, and the id that it goes by there. The installer of a folder that was taken
 * over is that folder's, where all it has stands in it unchanged: rules may have added to it since. */
MUST_USE int puavo_meet(struct engine *e, const struct request *request, const struct world *world,
	struct candidate *c, struct err *err);

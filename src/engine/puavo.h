/* Where fardel and puavo-pkg meet: one state.db for both names, and what the old script does beside us. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "solve/solve.h"

/* Holds state.db against puavo's folders, links and stamps; where the old script has changed those they win, as a transaction
 * of its own with its log. Packages of an interrupted transaction are left to recovery, and marked folders to puavo_settle
 * (e->unsettled). With the lock. */
MUST_USE int puavo_follow(struct engine *e, struct err *err);

/* Where state.db knows installations in puavo's rootdir, that must be there: what is not mounted must neither be taken for deleted nor be filled beneath the
 * mount. ERR_BAD_STATE. */
MUST_USE int puavo_check_there(struct engine *e, struct err *err);

/* Makes the folders that scripts and rules look into, and that the old tool makes whatever it is asked. */
MUST_USE int puavo_make_folders(struct engine *e, struct err *err);

/* Of the folders that a crash left marked, those that state.db does not know go, and the others are as it says. */
MUST_USE int puavo_settle(struct engine *e, struct err *err);
/* Of a folder that a crash left marked, and that had been no more than extracted, that is what it is again. */
MUST_USE int puavo_unprepare(struct engine *e, const struct bundle *b, struct err *err);
/* Takes the marks away from what a transaction made, once it has ended. */
void puavo_unmark(struct engine *e, const struct plan *plan);

/* What was asked for, and is prepared, is as if it had been so now: the old tool's collector goes by that. */
void puavo_touch(struct engine *e, const struct plan *plan);

/* Whether that is more than state.db: 1, 0, -1. */
MUST_USE int puavo_differs(struct engine *e, struct err *err);

/* Which layout a candidate's installation would have, and the id that it goes by there. The installer of a folder that was taken
 * over is that folder's, where all it has stands in it unchanged: rules may have added to it since. */
MUST_USE int puavo_meet(struct engine *e, const struct request *request, const struct world *world,
	struct candidate *c, struct err *err);

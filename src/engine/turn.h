/* One package's turn in act two: which steps are planned for it, and the commits that end them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/commit.h"
#include "engine/moves.h"
#include "engine/session.h"
#include "model/findings.h"
#include "model/plan.h"
#include "rules/phase.h"
#include "store/journal.h"

struct turn {
	struct engine *e;
	struct plan_item *item;
	struct journal_step *unconfigure, *configure, *purge; /* NULL: not planned */
	const struct request *request;
	int64_t number, index; /* of the transaction, and of the item in it */
	struct moves *moves; /* of the whole plan */
};

/* Both take the turn. 1: done; 0: failed (*why), the old one stays; -1: nothing can go on. */
/* The rules run on the system itself. */
MUST_USE int turn_live(struct turn *t, struct err *why, struct err *err);
/* They run in a stage (with the network, in phases where that is so), which is committed. *live: no stage is to be had (*why), and nothing has been done. */
MUST_USE int turn_staged(
	struct turn *t, const bool network[PHASES], bool *live, struct err *why, struct err *err);

/* It has failed, and nothing has been changed: the old one stays as it is. `undone`: the commit that was taken back; NULL: none was
 * begun. */
MUST_USE int turn_stay(struct turn *t, struct commit *undone, struct err *err);

/* Asks about those of the findings that policy wants asked. 0: go on; -1: *why. */
MUST_USE int turn_ask(
	struct turn *t, struct span name, const struct findings *findings, struct err *why);

/* The table of steps has the last word before anything is begun. */
MUST_USE int turn_check(enum step_kind kind, const struct bundle *b, struct err *err);
/* What was begun cannot be taken back now: the next command does. Gives -1. */
int turn_leave_open(const struct err *failure, struct err *err);

/* The row of what this transaction has prepared, where it has none yet; inside the caller's commit, by which its files must be on disk. */
MUST_USE int turn_take_up(struct turn *t, struct err *err);

/* The states that a configure which went well leads to, with the links and what is in force: one commit. `c` is NULL for one without a
 * stage. */
MUST_USE int turn_configured(struct turn *t, struct commit *c, struct err *err);
/* Out of use for good: the state is written, or with a purge all of the package's rows go, in one commit. */
MUST_USE int turn_unconfigured(struct turn *t, struct commit *c, struct err *err);

/* Taking a transaction back: each of its commits, the last first, by the bytes that were kept. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "engine/staged.h"
#include "model/plan.h"

/* The plan that takes transaction `number` back. ERR_NO_PACKAGE: there is no such one, or nothing of it can be taken back (any more);
 * ERR_CONFLICT: a later one overlaps, which is named; ERR_BAD_STATE: what it would need was collected. */
MUST_USE int undo_plan(struct engine *e, int64_t number, struct plan *plan, struct err *err);

/* Which commits are as if they had not been: taken[i] is the number of the transaction that took all.of.v[i] back, -1 of one that took
 * another back; 0 of those that stand. `all` has the last first. */
void undo_find_taken(const struct commits *all, int64_t *taken);

/* In the place of rules in a stage: fills what the item's undo changes. 1; -1: ERR_CONFLICT where something has changed since. */
MUST_USE int undo_play(struct staged *s, const struct plan_item *item, struct err *err);

/* Of an undo of a removal: its installations, and (inside the caller's commit) their rows, are brought back; of other items
 * nothing is done. undo_retire_folder: after a failure, they go again. */
MUST_USE int undo_restore_folder(struct engine *e, const struct plan_item *item, struct err *err);
MUST_USE int undo_restore_rows(struct engine *e, struct plan_item *item, struct err *err);
void undo_retire_folder(struct engine *e, const struct plan_item *item);

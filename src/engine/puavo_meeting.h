/* State.db and puavo's rootdirs, side by side. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/puavo.h"

struct puavo_meeting {
	struct world world;
	struct puavo_tree tree;
	struct puavo_changes changes; /* borrows from both */
};
void puavo_meeting_drop(struct puavo_meeting *m);

/* Reads both, as of one moment, and compares them; where there is nothing of puavo's on either side, the world is not read. What
 * belongs to a transaction that has not ended is left out: who carries it out knows better, or else recovery. */
MUST_USE int puavo_hold_against(struct engine *e, struct puavo_meeting *m, struct err *err);

/* What a folder is as a bundle (which state it is in is for the caller to say): 1; 0: it is gone, or is none. *b is to be dropped in any case. Its content is read
 * with the lock only: who asks any day needs neither the time nor the rights for that, and is given no id. */
MUST_USE int puavo_read_folder(
	struct engine *e, const struct puavo_folder *f, struct bundle *b, struct err *err);

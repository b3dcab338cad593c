/* What is different in the play of packages of Packets: where their files and programs go is recorded with their footprint. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/staged.h"
#include "store/apply.h"

/* Fills s->after.dirs, if `made` is one. */
MUST_USE int staged_find_dirs(struct staged *s, struct err *err);

/* Whether the path is another package's folder beside this one's, in the folder that the first of them has made. */
bool staged_is_neighbour(const struct staged *s, struct span path);

/* Whether it is configured again for another dataDir. */
bool staged_moves(const struct staged *s);
/* Plays that, in the open stage: what it had made is taken back, then made for the new place, and what others have put into its folder, or
 * made of its files, comes along. That is theirs afterwards as before. */
MUST_USE int staged_move(struct staged *s, const struct apply_drifts *drifts, struct err *err);

/* stage_open, and what is known of these folders. */
MUST_USE int staged_open(struct staged *s, bool beside, struct stage *out, struct err *err);

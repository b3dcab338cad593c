/* What is different in the play of luet's packages: nobody has to be asked what a tree makes, so what the old one had laid is taken back first, and
 * finalizers run on what is there then, as with luet. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/staged.h"
#include "store/apply.h"

bool staged_is_luet(const struct staged *s);

/* Takes away from the drifts files of config protect: who edited one has it so. To s->left, to be told. Of other formats: nothing. */
MUST_USE int staged_spare_protected(struct staged *s, struct apply_drifts *drifts, struct err *err);

/* Plays it in the open stage; what it changes is in s->now afterwards. */
MUST_USE int staged_play_luet(struct staged *s, const struct apply_drifts *drifts,
	struct effects *undone, struct effects *done, struct err *err);

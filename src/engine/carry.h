/* Effects carried out on the running system, after the commit. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/effects.h"

/* Each in its order, those of the list that may be (effect_call). What fails, and what cannot be asked here (there is no
 * systemd; another root), is told; -1 only for a signal. */
MUST_USE int carry_out_effects(
	struct engine *e, struct span package, const struct effects *effects, struct err *err);

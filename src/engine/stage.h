/* The stage: configure and unconfigure run over the machine as it is, nothing of which they can reach; and what they would
 * have changed. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/changes.h"
#include "model/effects.h"

/* Runs unconfigure of `old`, then configure of `made` (either may be NULL), one after the other in one stage, and reads what
 * both together did: `changes` and `effects` are empty before. Installations stand at their places. ERR_POLICY where no
 * stage is to be had here; else as rules_switch. */
MUST_USE int stage_run(struct engine *e, const struct bundle *old, const struct bundle *made,
	struct changes *changes, struct effects *effects, struct err *err);

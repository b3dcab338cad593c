/* Finalizers of luet's packages, in the stage. */
#pragma once

#include "base/err.h"
#include "engine/run_rules.h"
#include "engine/stage.h"
#include "model/installer.h"

/* Runs those of the phase, one after the other; the first that fails ends it. `about`: what the package says of itself, its facts with it. */
MUST_USE int luet_finalize(struct stage *s, enum phase phase, const struct bundle *b,
	const struct installer *about, const struct rules_stage *shown, struct err *err);

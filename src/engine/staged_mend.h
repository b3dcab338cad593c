/* Repair, played in a stage: what is not as the package has made it becomes so again, and nothing else. */
#pragma once

#include "base/err.h"
#include "engine/staged.h"

/* In s->stage, which is open; s->now.changes has what is to be committed, of the footprint's paths alone: what could not be made
 * just as it was is not in it. `done` gets what the rules asked for, where they were needed. */
MUST_USE int staged_mend(struct staged *s, struct effects *done, struct err *err);

/* What hold and unhold share. */
#pragma once

#include "base/err.h"
#include "cmd/cmd.h"
#include "engine/holds.h"

#define HOLD_REASON_MAX 500

/* Carries the order out for the run's names, and says what became of each. */
MUST_USE int hold_change(struct run *run, struct hold_order *order, struct err *err);

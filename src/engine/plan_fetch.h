/* What carrying out a plan is going to fetch. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/plan.h"

/* Counts the packs of all items that have a step to fetch them into plan->fetch. */
MUST_USE int plan_fetch_count(struct engine *e, struct plan *plan, struct err *err);

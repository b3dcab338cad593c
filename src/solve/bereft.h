/* Whom it leaves without what they need that something goes, or becomes another. Pure. */
#pragma once

#include "base/err.h"
#include "model/plan.h"
#include "solve/related.h"

/* Whether all that is in use before and after, and does not come, still has what it depends on; what was missing before is no matter.
 * ERR_CONFLICT: who depends on what goes first, and what to type, as the goal of the plan has it. Both lists are sorted. */
MUST_USE int bereft_check(enum goal goal, const struct related_list *before,
	const struct related_list *after, struct err *err);

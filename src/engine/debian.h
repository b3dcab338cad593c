/* What packages need of Debian's (needs.deb), and apt's part in it: on the running system, where apt-get is and apt.install lets it. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/installer.h"
#include "model/plan.h"

/* Notes in the item what is missing of its installer's needs. ERR_CONFLICT where something is, and apt is not to bring it. */
MUST_USE int debian_look(
	struct engine *e, const struct installer *in, struct plan_item *item, struct err *err);

/* Has apt-get simulate what its open items miss, all together; plan->debian is what would come. 1: not for *bad (ERR_CONFLICT, with
 * apt's words); 0; -1. */
MUST_USE int debian_plan(
	struct engine *e, struct plan *plan, struct plan_item **bad, struct err *err);
/* Adds the question whether it may. */
void debian_ask(struct plan *plan);

/* For who plays rules without carrying the plan out: they would run without what they need. ERR_CONFLICT. */
MUST_USE int debian_refuse(const struct plan *plan, struct err *err);

/* Has apt-get install what the open items miss, if it would still bring nothing that is not in plan->debian; it is not undone by
 * anything. A signal that asks fardel to stop counts when apt-get has ended: dpkg is not to be killed half-way. */
MUST_USE int debian_install(struct engine *e, const struct plan *plan, struct err *err);

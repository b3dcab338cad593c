/* What manifests state of their packages, where rules are about to run. */
#pragma once

#include "base/err.h"
#include "engine/staged.h"
#include "engine/turn.h"
#include "model/findings.h"
#include "model/installer.h"

/* What the installation's manifest says (*out was initialised); nothing, where it is of another format, or gone. */
MUST_USE int needs_load(
	struct engine *e, const struct bundle *b, struct installer *out, struct err *err);

/* Adds what the switch's packages need beyond a stage. */
MUST_USE int needs_inspect(const struct staged *s, struct findings *out, struct err *err);
/* Adds what their changes and effects are that [declares] of the one that is configured does not have, and sorts. */
MUST_USE int needs_hold(struct staged *s, const struct texts *own, struct err *err);

/* Before rules run in a preview, of which nobody is asked: s->network is set for the phases where policy lets them have it. */
MUST_USE int needs_preview(struct staged *s, struct err *err);

/* Before the turn's rules run: what they need is held against the policy, and asked about where that wants it. network: the phases whose
 * rules need it, and may have it. 1: they are to run on the system itself (*reason); 0: in a stage; -1: it is not to be (*why). */
MUST_USE int needs_ask(struct turn *t, bool network[PHASES], struct buf *reason, struct err *why);

/* Whether what a plan leads to has what its packages state that they need. */
#pragma once

#include "base/err.h"
#include "engine/manifests.h"
#include "engine/session.h"
#include "model/bundle.h"
#include "model/plan.h"

/* Of plans that bring packages into use, or take them out of it: whether who is held stays; what they depend on, conflict with, and need of Debian's
 * packages; then puts the items into an order in which each comes after what it depends on, and goes before. ERR_CONFLICT; with
 * keep_going such an item has failed, and the others go on. With `force` nobody is asked what goes, but for who is held. */
MUST_USE int relations_check(struct engine *e, const struct request *request,
	struct manifests *installed, struct plan *plan, struct err *err);

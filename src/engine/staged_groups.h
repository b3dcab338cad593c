/* Groups of alternatives, which packages share. */
#pragma once

#include "model/changes.h"
#include "store/apply.h"

/* What of a footprint is taken back: not the groups that others have changed since, as their packages' alternatives may be in
 * them. update-alternatives, called by the rules, sees to these. False: all is, and `out` stays empty. */
bool staged_without_groups(
	const struct changes *footprint, const struct apply_drifts *drifts, struct changes *out);

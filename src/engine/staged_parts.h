/* What the plays in a stage share: engine/staged, engine/staged_groups, engine/staged_mend. */
#pragma once

#include "base/err.h"
#include "engine/staged.h"

/* What all that was played has changed so far, in s->now. */
MUST_USE int staged_read(struct staged *s, struct effects *asked, struct err *err);

/* Makes in the stage what `parts` say was before, where it is as they say it is after; its files' content comes from `from`. NULL:
 * none is needed. */
MUST_USE int staged_take_back(struct staged *s, const struct changes *parts,
	const struct undo_source *from, struct err *err);

void staged_copy_change(struct changes *out, const struct change *c);

/* What the tags of images that were chosen have stood for before, as state.db knows it: of their own repository alone, and only where that still is where it was asked. */
#pragma once

#include "base/err.h"
#include "engine/choice.h"
#include "store/tagged.h"

/* What it was the last time, into TAGGED_INIT: 1; 0: nobody knows. */
MUST_USE int choice_tag_recall(
	struct engine *e, const struct chosen *one, struct tagged *out, struct err *err);
/* Tags may be moved; who did that, and why, only the admin can find out: says so where it was another image the last time, or is another one than what is here of that version. */
MUST_USE int choice_tag_warn(struct engine *e, const struct world *world, const struct chosen *one,
	const struct oci_manifest *now, struct err *err);

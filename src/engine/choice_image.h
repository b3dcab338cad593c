/* Packages that are images of a registry, among what was chosen: what their tags stand for is asked when the plan is made, and from then on only digests count. */
#pragma once

#include "base/err.h"
#include "engine/choice.h"

/* What its repository says of one, beside its offer: where the images are, the one that it was synced from first. */
MUST_USE int choice_image_complete(const struct shelf *shelf, struct offer *o, struct err *err);

/* Of all whose installers are to be made: their layers become their packs, and their ids are known. Who has been here in the same version with other layers is named.
 * With keep_going what cannot be had keeps its error. */
MUST_USE int choice_image_resolve(
	struct engine *e, const struct world *world, struct choice *o, struct err *err);
/* For who only looks: those whose tags were asked for before have the layers of then as packs, any other one pack without a sum. Asks nobody, and the ids stay unknown. */
MUST_USE int choice_image_recall(struct engine *e, struct choice *o, struct err *err);

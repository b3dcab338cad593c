/* Packages of wagons among what was chosen: their installers are not fetched, but made of what the index says (model/luet_made). */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/choice.h"
#include "model/repository.h"

/* After index_offer: with `texts` those that the installer is made of; and the tarball becomes the offer's pack, at all of the repository's URLs,
 * that first which it was synced from. Of other formats it does nothing. */
MUST_USE int choice_luet_complete(
	struct shelf *shelf, bool texts, struct offer *o, struct err *err);

/* Makes the installer in the stage, as c->stage, as if it had been extracted there. */
MUST_USE int choice_luet_make(
	struct engine *e, const struct chosen *one, struct candidate *c, struct err *err);
/* Where the packs of its installer are to be had: that says only what they are. */
void choice_luet_sources(const struct chosen *one, struct installer *out);

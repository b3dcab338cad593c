/* The offer that the files of a wagon make of one of its packages. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "ext/json.h"
#include "model/luet_node.h"
#include "model/offer.h"

struct luet_files {
	struct span folder; /* where they stand in the tree: CATEGORY/NAME/VERSION */
	struct span definition, finalize; /* finalize: empty where there is none */
	struct luet_node artifact; /* of metadata.json, or an item of repository.meta.yaml */
	bool older; /* that layout: there definition.yaml says more than the artifact */
};

/* All but `metadata` and the id, into what was initialised. ERR_INSTALLER says what is wrong: then the package cannot be offered. */
MUST_USE int luet_offer_make(const struct luet_files *f, struct offer *out, struct err *err);

/* What was made of an artifact becomes one of an image: its path is the tag, as luet makes it. ERR_INSTALLER: no tag can be made. */
MUST_USE int luet_offer_take_image(struct offer *o, struct err *err);

/* Which package an artifact is of: as the folder that its files stand in. */
MUST_USE int luet_offer_folder(struct luet_node artifact, struct buf *out, struct err *err);

/* Appends what a value of YAML is as JSON: what stands plainly is null, a truth or a whole number where it looks so. */
void luet_offer_json(const struct yaml *value, struct buf *out);

/* metadata.json for other tools, into *out: with paths of `files` below the root, also where they begin with a slash, as somebody might put the root before
 * them and somebody else not. Else as it is. */
MUST_USE int luet_offer_relative(
	struct luet_node artifact, struct span metadata, struct buf *out, struct err *err);

/* Images of a registry: what their tags stand for at this moment. Only fardel-index looks into a manifest. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"
#include "engine/session.h"
#include "model/oci.h"

struct image {
	struct buf tag;
	struct buf text; /* of a manifest that was not looked into yet */
	struct oci_manifest manifest; /* once it was */
	bool came; /* manifest is that of the image itself, and not a list of them */
	bool listed; /* the one that a list names was asked for */
	struct span base; /* below which it was asked for the last time; borrowed */
	struct err why; /* it cannot be had, or is none that can be used */
};
struct images {
	VEC(struct image) of;
};
void image_init(struct image *i, struct span tag);
void image_drop(struct image *i);
void images_drop(struct images *i);

/* Appends "manifests/TAG", and "manifests/sha256:…" or "blobs/sha256:…". */
void image_tag_path(const struct image *i, struct buf *out);
void image_digest_path(const char *kind, const struct oci_blob *blob, struct buf *out);

/* What came as its manifest; that there is nothing is told at once. */
void image_take_text(struct image *i, struct span text);
/* The texts of those that have one are looked into, and dropped; what is wrong with one of them is in its `why`. */
MUST_USE int images_read(struct engine *e, struct image *of, size_t count, struct err *err);
/* Whether the text, which came by its digest, is what that says: else ERR_CHECKSUM. */
MUST_USE int image_check_text(const struct image *i, const struct oci_blob *blob, struct err *err);

/* Asks what the tags of all that did not come yet stand for, below a registry's base, which is borrowed. What is wrong with one is in its `why`. -1: not all were asked for: the
 * answer to one of them, which has the error, too, was of no use, or the registry is; with keep_going only the latter. */
MUST_USE int images_resolve(struct engine *e, struct span base, struct images *images,
	bool keep_going, struct err *err);

/* What fardel and fardel-index tell each other, as values; each travels as one frame (sys/frame). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "model/offer.h"

/* Frame types; MESSAGE_FAIL (model/message) ends it. */
enum offer_message {
	OFFER_LEAF = 100, /* to it: struct leaf_order */
	OFFER_ONE, /* from it: an offer of that leaf, in their order */
	OFFER_LEAF_READ, /* from it, behind them: no payload */
	OFFER_WHOLE, /* to it: a number, the bytes that its descriptor 4 unpacks to; it writes them to 5 */
	OFFER_WHOLE_READ, /* from it, last: no payload */
	OFFER_PACKETS =
		120, /* to it, a number: its descriptor 4 is an index.db of Packets' (0), or the database of what it has installed (1); it answers as to OFFER_TREE */
	OFFER_WAGON, /* to it: the bytes of a wagon's repository.yaml */
	OFFER_WAGON_IS, /* from it, last: what wagon_put makes */
	OFFER_TREE, /* to it: struct tree_order. Its descriptor 4 has the tarball of the tree, 5 that of the metadata */
	OFFER_TEXTS, /* from it: struct offer_texts, of each package, in pieces */
	OFFER_BATCH, /* from it: several of these, each as its type, a number, and its payload, a text */
	/* Then OFFER_ONE, sorted by leaf (of INDEX_FOREIGN_BITS), then as offer_compare has it. */
	OFFER_TREE_READ, /* from it, last: struct tree_read */
	OFFER_MANIFEST, /* to it, any number of times: struct manifest_order */
	OFFER_MANIFEST_IS, /* from it: what oci_put makes of it */
	OFFER_MANIFEST_BAD, /* from it, in the place of that: why it cannot be used, as message_put_err has it */
	OFFER_LAYER, /* to it: struct layer_order; its descriptor 4 is a layer of an image, and the file goes to 5 */
	OFFER_LAYER_READ, /* from it, last: a number, enum layer_answer */
};

struct manifest_order {
	struct span architecture; /* as Debian calls it */
	struct span text; /* of the manifest; both borrow */
};
struct layer_order {
	struct span file; /* that is wanted; borrows */
	int64_t max; /* bytes that it may have */
};
enum layer_answer {
	LAYER_HAS_IT,
	LAYER_HAS_NOT, /* one below it may */
	LAYER_HIDES_IT, /* and none below it counts */
	LAYER_ANSWERS,
};

struct leaf_order {
	int64_t number, bits; /* which of 2^bits leaves it is */
	struct span file; /* as it came, and was verified; borrows */
};

#define INDEX_FOREIGN_BITS 10 /* of others' repositories: nobody publishes their leaves */
struct tree_order {
	bool has_meta, allow_unchecked;
	bool images; /* packages are images of a registry, not files */
	int64_t tree, meta; /* enum wagon_compression */
};
struct offer_texts {
	struct span name, version;
	bool last; /* of its pieces */
	struct span bytes; /* as index_put_texts has them, in pieces; all borrow */
};
struct tree_read {
	int64_t packages, left_out; /* those that cannot be offered */
	struct span why; /* the first of them, and the reason; borrows */
};

void offer_message_put_tree_order(struct buf *out, const struct tree_order *o);
bool offer_message_get_tree_order(struct span payload, struct tree_order *o);
void offer_message_put_manifest(struct buf *out, const struct manifest_order *o);
bool offer_message_get_manifest(struct span payload, struct manifest_order *o);
void offer_message_put_layer(struct buf *out, const struct layer_order *o);
bool offer_message_get_layer(struct span payload, struct layer_order *o);
void offer_message_put_piece(struct buf *out, const struct offer_texts *t);
bool offer_message_get_piece(struct span payload, struct offer_texts *t);
void offer_message_put_tree_read(struct buf *out, const struct tree_read *r);
bool offer_message_get_tree_read(struct span payload, struct tree_read *r);
void offer_message_put_leaf(struct buf *out, const struct leaf_order *o);
bool offer_message_get_leaf(struct span payload, struct leaf_order *o);
/* What no line of an offer has: its texts, and its files. */
void offer_message_put_texts(struct buf *out, const struct offer *o);
bool offer_message_get_texts(struct span payload, struct offer *o);
void offer_message_put(struct buf *out, const struct offer *o);
/* Into what was initialised; false where the payload is malformed. */
bool offer_message_get(struct span payload, struct offer *o);

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
		120, /* to it, no payload: its descriptor 4 is an index.db of Packets'; it answers with OFFER_ONEs, leaf by leaf */
	OFFER_PACKETS_READ, /* from it, last: struct packets_read */
};

struct leaf_order {
	int64_t number, bits; /* which of 2^bits leaves it is */
	struct span file; /* as it came, and was verified; borrows */
};

void offer_message_put_leaf(struct buf *out, const struct leaf_order *o);
bool offer_message_get_leaf(struct span payload, struct leaf_order *o);
/* What no line of an offer has: its texts, and its files. */
void offer_message_put_texts(struct buf *out, const struct offer *o);
bool offer_message_get_texts(struct span payload, struct offer *o);
void offer_message_put(struct buf *out, const struct offer *o);
/* Into what was initialised; false where the payload is malformed. */
bool offer_message_get(struct span payload, struct offer *o);

/* Offers that a worker has made, and gives to fardel in their order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "ext/stream.h"
#include "model/offer.h"

#define MADE_MAX 500000 /* packages */
#define MADE_BYTES_MAX ((size_t)256 << 20) /* of all offers */

struct made_offer {
	unsigned leaf;
	struct buf payload;
};
struct made {
	VEC(struct made_offer) of;
	size_t bytes;
	struct stream *zstd; /* NULL: not needed yet */
	struct buf batch; /* frames that were not sent yet */
	int64_t left_out;
	struct buf why; /* of the first of them */
};
#define MADE_INIT ((struct made){.batch = BUF_INIT, .why = BUF_INIT})
void made_drop(struct made *m);

/* Its texts and files are sent at once, and the offer without them is kept. ERR_INSTALLER: there are too many. */
MUST_USE int made_add(struct made *m, struct offer *o, struct err *err);
/* One that cannot be offered. */
void made_leave_out(struct made *m, struct span package, const struct err *why);
/* Those are none any more: so many of their numbers, ascending. Their texts stay behind, and are swept. */
void made_take_back(struct made *m, const size_t *numbers, size_t count);
/* All of them, in their order; twice the same is ERR_INSTALLER. Then OFFER_TREE_READ. */
MUST_USE int made_send(struct made *m, struct err *err);

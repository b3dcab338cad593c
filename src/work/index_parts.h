/* The parts of fardel-index that others' repositories need. Each reads its order's payload, and says its last word. */
#pragma once

#include "base/err.h"
#include "base/span.h"

/* OFFER_WAGON and OFFER_TREE (model/offer_message). */
MUST_USE int index_read_wagon(struct span payload, struct err *err);
MUST_USE int index_read_tree(struct span payload, struct err *err);
/* OFFER_MANIFEST and OFFER_LAYER. */
MUST_USE int index_read_manifest(struct span payload, struct err *err);
MUST_USE int index_read_layer(struct span payload, struct err *err);

/* What takes the place of another of its family stands for what that stood for: an index may have forgotten the older one. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/offer.h"
#include "model/relation.h"
#include "solve/supply.h"
#include "store/index.h"

/* Appends the relations of what is offered, and what it would inherit from what is installed of its family and older: "p NAME" lines. Nothing where there is none. */
void heir_relations(
	const struct supply *s, struct span name, struct span relations, struct buf *out);
/* Adds to what is offered, and chosen, the names of the older ones of its family in its index: whoever reads what it states, once it is installed, has no index. */
MUST_USE int heir_of_family(struct index *ix, struct offer *o, struct err *err);
/* Adds to `provides` what lines of the supply state besides. */
void heir_provides(struct span relations, struct relations *provides);

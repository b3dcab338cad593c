/* The tags of images that packages of one wagon have. luet makes them of name, category and version, so two packages may have one: which of them it is, nobody can know. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "work/index_made.h"

struct tag {
	struct buf text;
	size_t number; /* of the offer */
};
struct tags {
	VEC(struct tag) of;
};
void tags_drop(struct tags *t);
void tags_add(struct tags *t, struct span tag, size_t number);

/* All packages whose tag another one has are left out. */
void tags_settle(struct tags *t, struct made *made);

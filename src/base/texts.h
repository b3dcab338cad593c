/* Lists of texts. */
#pragma once

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

struct texts {
	VEC(struct buf) of;
};
void texts_drop(struct texts *t);
void texts_add(struct texts *t, struct span x);
/* Copies all of them behind what is in `to`. */
void texts_add_all(const struct texts *from, struct texts *to);

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

/* Lists of texts. */
#pragma once

#include <stdbool.h>

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
/* Whether x is among them, in whatever order they are. */
bool texts_has(const struct texts *t, struct span x);
/* Adds it where it is not among them. */
void texts_add_new(struct texts *t, struct span x);
/* By their bytes. */
void texts_sort(struct texts *t);
/* Whether x is among those that are sorted. */
bool texts_has_sorted(const struct texts *sorted, struct span x);

/* Reckoning with changes: what differs between two lists, one after another, and back. All lists are sorted. */
#pragma once

#include <stddef.h>

#include "base/vec.h"
#include "model/changes.h"

/* One path of which two lists say different things; borrowed from them. NULL: it is not in that list. */
struct change_difference {
	const struct change *a, *b;
};

struct changes_difference {
	VEC(struct change_difference) of; /* sorted by path */
};
#define CHANGES_DIFFERENCE_INIT ((struct changes_difference){0})
void changes_difference_drop(struct changes_difference *d);

/* Empty where both make the same of the same: also which files are hard links to each other must be the same, whatever their
 * numbers; `own` too. */
void changes_diff(const struct changes *a, const struct changes *b, struct changes_difference *out);

/* `first`, then `second` on what that left, as one list: before of the first and after of the last; what is as before after
 * both is not in it. What somebody else did between both is believed to have been there before, so that something may seem
 * to stand in a folder that `first` made. `out` is empty before. */
void changes_merge(const struct changes *first, const struct changes *second, struct changes *out);

/* Takes back: before and after change places. */
void changes_invert(struct changes *c);

/* Numbers hard links anew, 1, 2, 3 in the order of their first path, before and after each on its own; a number that only one
 * file has becomes 0. */
void changes_number_links(struct changes *c);

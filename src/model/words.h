/* Text as a search sees it: words. */
#pragma once

#include "base/buf.h"
#include "base/span.h"

/* Appends the words of x with a blank between, in lower case and without accents: runs of letters and digits. What is no ASCII is a letter,
 * but for blanks, signs and what is no UTF-8. Cut behind `max` bytes of x. */
void words_fold(struct span x, size_t max, struct buf *out);

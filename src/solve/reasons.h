/* Why there is no such set of packages, in words. Pure. */
#pragma once

#include "base/texts.h"
#include "solve/question.h"

/* After question_try said no: appends a line for each step of the chain of reasons, from what was asked for to what stands in its way; `most` of them,
 * and how many more there are. */
void reasons_find(struct question *q, size_t most, struct texts *out);

/* What would help where there is no such set of packages: commands, each of which was tried. Pure. */
#pragma once

#include "base/err.h"
#include "solve/question.h"

/* After question_try said no to `base`: adds a line to err's details for each, at most three. */
void helps_add(struct question *q, const struct tweak *base, struct err *err);

/* From what libsolv says is there to what comes and goes, in which order and for whose sake. Pure. */
#pragma once

#include <stdbool.h>

#include "solve/question.h"
#include "solve/resolve.h"

/* After question_try said yes. Adds to `out` (but for its notes). */
void answer_make(struct question *q, struct resolution *out);
/* Instead of a question: what came for others' sake and is needed by nobody goes. */
void answer_unneeded(struct question *q, struct resolution *out);

/* What is installed keeps to the repository that it came from: as long as that offers it, only one of a better priority may take its place, or where somebody has named the
 * version. Who else offers something of its name may be anybody. Pure. */
#pragma once

#include <stdint.h>

#include "solve/look.h"

/* Whether number `at` of those seen, which is offered, would take the place of what came from another repository, and may not: 1; 0; -1: l->err. */
int home_is_elsewhere(struct look *l, uint32_t at);

/* How versions of a package are ordered: its name tells whose they are. Those of luet's packages (CATEGORY/NAME) are model/luet_version's, all others
 * Debian's. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* Whether a version has a place in the order. */
bool ordering_has(struct span name, struct span version);
/* Below 0: a is older than b; 0: none is, though their texts may differ. What has no place is older than all that has, and ordered by its bytes. */
int ordering_compare(struct span name, struct span a, struct span b);

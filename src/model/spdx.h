/* Licence expressions of SPDX (annex D of its specification). */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* Whether x is formed as one: identifiers, `+`, WITH, AND, OR and brackets, at most 16 of them deep. Which identifiers there
 * are is not asked. */
bool spdx_is_expression(struct span x);

/* What `fardel preview --json` printed, read again. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "model/footprint.h"

/* The changes and effects that it shows for the package of that name and id. ERR_USAGE where it is none, does not show that, or
 * shows that it failed. `out` is FOOTPRINT_INIT before. */
MUST_USE int preview_read(
	struct span text, struct span name, struct span id, struct footprint *out, struct err *err);

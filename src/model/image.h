/* The timestamps of system images: of the one that runs, in its name, and of the one that an installer requires. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/span.h"

/* YYYY-MM-DD-HHMMSS, by its shape; such texts are sorted as they stand. */
bool image_is_timestamp(struct span x);

/* The first of that shape that stands between two minus signs, as in puavo-os-extra-bookworm-2024-05-17-101530-amd64.img;
 * borrows. False where there is none. */
MUST_USE bool image_find_timestamp(struct span name, struct span *out);

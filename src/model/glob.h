/* Which paths a person means. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* Whether the whole path matches: `*` any characters but '/', `**` any characters, "**" and a slash
 * any folders or none, `?` one character but '/', `[a-c]` and `[!a-c]` one of (none of) these,
 * `\` takes the next one as it stands. Bytes are compared. Takes time in proportion to both
 * lengths, times the number of slashes at worst. */
bool glob_matches(const char *glob, struct span path);

/* Whether the path matches, or one of the folders above it. */
bool glob_covers(const char *glob, struct span path);

/* Versions as Debian orders them: [EPOCH:]UPSTREAM[-REVISION] (Debian policy 5.6.12). */
#pragma once

#include <stdbool.h>

#include "base/span.h"

#define VERSION_SIZE 128 /* bytes of one at most */

/* Begins with a digit, and has nothing but letters, digits and . + - ~ in it: a version without its epoch. */
bool version_is_plain(struct span x);
/* The same, or a whole number of at most 9 digits, a colon and that. */
bool version_is_valid(struct span x);

/* Below 0: a is older than b; 0: none is; above 0: newer. Of versions that are valid, of any length; others give what they
 * give. */
int version_compare(struct span a, struct span b);

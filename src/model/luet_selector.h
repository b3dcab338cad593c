/* Which versions of a package a wagon's package asks for: "1.2" (just that), ">=1.0", ">=1.0 <2.0", "~1.1", "=1*", "1.*", "" or "*"
 * (any); docs/from-luet.md has the table. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

#define LUET_SELECTOR_SIZE 256 /* bytes of one at most */

bool luet_selector_is_valid(struct span x);
/* Whether it asks for no version in particular: "", "*", ">=0". */
bool luet_selector_is_any(struct span x);
/* Of one that is valid: all its parts. What has no place in the order is met by its very text, and by what is any. */
bool luet_selector_holds(struct span x, struct span version);
/* Appends a valid one as it is written once and for all: parts with one blank between, none in them. */
void luet_selector_format(struct span x, struct buf *out);

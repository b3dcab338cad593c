/* Versions of wagons' packages: numbers with dots between, a letter, suffixes (_alpha _beta _pre _rc below the release, _p above it), a
 * revision (-r1), a build (+1). The order is luet's where it has one that makes sense, else Gentoo's; docs/from-luet.md says which. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

#define LUET_VERSION_SIZE 128 /* bytes of one at most */

/* What may stand for one at all: letters, digits and . _ + - ~, beginning with a letter or digit. */
bool luet_version_is_text(struct span x);
/* Whether it has a place in the order; what has none is met by its own text alone. */
bool luet_version_is_valid(struct span x);

/* Below 0: a is older than b; 0: none is. Of versions that are valid, of any length; others give what they give. */
int luet_version_compare(struct span a, struct span b);
/* Without the builds: 1.0+1 and 1.0+2 are the same. */
int luet_version_compare_unbuilt(struct span a, struct span b);
/* Without builds and revisions: 1.0, 1.0-r1 and 1.0-r1+2 are the same. */
int luet_version_compare_upstream(struct span a, struct span b);
bool luet_version_has_build(struct span x);
/* Whether it begins with these numbers: 1.2.3 with 1.2, but not with 1.20; a number that it does not have is 0. */
bool luet_version_begins(struct span x, struct span numbers);

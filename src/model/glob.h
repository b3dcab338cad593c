/* Which paths a person means. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* Whether the whole path matches: `*` any characters but '/', `**` any characters, "**" and a slash
 * any folders or none, `?` one character but '/', `[a-c]` and `[!a-c]` one of (none of) these,
 * `\` takes the next one as it stands. Bytes are compared. Takes time in proportion to both
 * lengths, times the number of slashes at worst. */
bool glob_matches(const char *glob, struct span path);

/* Whether each `[` has its `]`, so that it means what it seems to. */
bool glob_is_whole(const char *glob);

/* Whether the path matches, or one of the folders above it. */
bool glob_covers(const char *glob, struct span path);

enum glob_relation {
	GLOB_APART,
	GLOB_ABOVE, /* it does not match, but what is beneath the path can */
	GLOB_COVERS, /* as glob_covers */
};
/* As glob_covers, for globs and paths that begin with a slash, and quick where they differ early. A part of the glob with
 * "**" counts as one that can match whatever is beneath. */
enum glob_relation glob_relate(const char *glob, struct span path);

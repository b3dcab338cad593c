/* dpkg's database, read as it lies on disk below a root: to which Debian package a path belongs. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "model/config.h"
#include "model/owners.h"
#include "store/place.h"

#define DPKG_DIVERSIONS "/var/lib/dpkg/diversions"

/* Adds dpkg's owners of the paths (absolute, as in struct changes) to `out`, unsorted: conffiles, diversions and
 * alternatives respected; where /bin is a link to usr/bin, /bin/ls and /usr/bin/ls are one. `diversions` is the text that
 * DPKG_DIVERSIONS will have after the changes, NULL: as it is. 1; 0: there is no such database. A damaged one is
 * ERR_BAD_STATE with file and line, when it is read: it is not where all paths are nobody's by an index that fits it
 * (store/dpkg_index). With `keep`, for who holds the lock, one that does not is made anew on the way. Holds one file in
 * memory, and of the rest what is asked for. */
MUST_USE int dpkg_owners(const struct place *place, const struct texts *paths,
	const struct span *diversions, bool keep, struct owners *out, struct err *err);

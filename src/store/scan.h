/* What a stage's rules did, read from the upper layers of its overlays, as changes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/texts.h"
#include "model/changes.h"

/* More than real rules make: an application of 100,000 files is a large one. */
#define SCAN_CHANGES_MAX 500000
#define SCAN_BYTES_MAX \
	((size_t)64 << 20) /* as JSON, with findings, they become thirty times as much memory */
#define SCAN_CONTENT_MAX ((int64_t)128 << 30) /* holes too: to hash them takes as long */

/* One overlaid mount of the stage, which must be mounted no more, or at least not be written to. */
struct scan_layer {
	int upper; /* its upper folder: of lower's mode, owner and attributes, unless rules changed them */
	int lower; /* the folder that it was laid over, in the real root */
	const char *place; /* where that is in the root: "/", "/usr" */
	/* The overlay was mounted with userxattr: what it notes is in user.overlay.*, else in trusted.overlay.*. Rules can
	 * write the other kind, which says nothing then. */
	bool user_xattr;
};

struct scan {
	const char *own; /* the package's own folder, absolute as rules see it, or "" */
	/* Ended by NULL, or NULL: folders, absolute, that the stage has mounted something on (its /proc, /run, another layer's
	 * place). What is there is no change. */
	const char *const *except;
	size_t changes_max; /* at most so many in `out` */
	size_t bytes_max; /* and so many bytes of paths, targets and attributes by one call */
	int64_t content_max; /* and so many bytes of files are read by it */
	struct texts *
		same; /* NULL, or gets the paths that were written and are as before; not in its own folder */
};
#define SCAN_INIT \
	((struct scan){"", NULL, SCAN_CHANGES_MAX, SCAN_BYTES_MAX, SCAN_CONTENT_MAX, NULL})

/* Adds to `out` what differs between upper and lower, and sorts it: to be called for one layer after the other with the same
 * `out`. What was copied up but is as before is no change. Extended attributes: user.* (but user.overlay.*),
 * security.capability and POSIX ACLs; no others. Of a file's names those count that changed: a link made to an unchanged
 * file reads as a copy of it. Digests are of what was read; nothing is changed (but that a file
 * of our own that we may not read is given u+r for the moment). What is mounted in the lower is not crossed.
 * ERR_POLICY: more changes or bytes than the most; ERR_FAILED: a layer that cannot be told (made with redirects or metacopies),
 * something mounted in the lower where the stage changed it, something that cannot be read, or a lower that changed meanwhile.
 * After an error `out` is as before. */
MUST_USE int scan_layer(const struct scan *how, const struct scan_layer *layer, struct changes *out,
	struct err *err);

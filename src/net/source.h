/* Where a pack may come from: which kind of source serves which URLs. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/span.h"

enum source_kind {
	SOURCE_WORKER, /* fardel-fetch fetches it */
	SOURCE_FILE, /* the parent opens it */
};

struct source_row {
	const char *scheme; /* "https" */
	enum source_kind kind;
};

/* The row of the URL's scheme, in either case; NULL if none serves it. */
const struct source_row *source_of(struct span url);

/* Appends the path of a file:// URL, %-decoded. False where it is none of this machine, is
 * relative, or holds a NUL or a % without two hex digits. */
MUST_USE bool source_path(struct span url, struct buf *path);

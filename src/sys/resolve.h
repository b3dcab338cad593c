/* A path that somebody typed, as it is where the folders on its way may be links. */
#pragma once

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* Appends the path, absolute as the system below `root` ("": the running one) sees it, without links in it but for one that is its
 * last part. What is not there, or may not be looked at, is taken as it is written. A relative one begins at the current folder:
 * ERR_USAGE where that is not below the root. ERR_SYSTEM: links lead in a ring. */
MUST_USE int resolve(const char *root, const char *path, struct buf *out, struct err *err);
/* The same, and the last part is no link either. */
MUST_USE int resolve_whole(const char *root, const char *path, struct buf *out, struct err *err);

/* The files of dpkg's database, for who reads it: store/dpkg, store/dpkg_packages. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/dpkg.h"
#include "store/place.h"

#define DPKG_ADMIN "/var/lib/dpkg"

/* A descriptor of its folder; -1 with err->code ERR_NONE: there is none. */
MUST_USE int dpkg_files_open(const struct place *place, struct err *err);

/* Puts the file's path in front of the error, and behind a damage what to do; gives -1. */
int dpkg_files_refuse(const char *file, struct err *err);

/* The whole of a file, in the place of what `out` held. 1; 0: it is not there, `out` is empty. */
MUST_USE int dpkg_files_read(int admin, const char *file, struct buf *out, struct err *err);

/* Adds the names of a folder's entries that `wants` takes, and sorts. A folder that is not there has none. */
MUST_USE int dpkg_files_list(int admin, const char *folder, bool (*wants)(const char *name),
	struct texts *out, struct err *err);

/* Calls fn for each package of `status`, and then for each that dpkg has noted since it wrote that: what is said later of
 * one counts. 1; 0: there is no status. */
MUST_USE int dpkg_files_status(int admin,
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *), void *arg, struct err *err);

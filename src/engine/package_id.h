/* The package-id and version of format 2, as its own build tool makes them. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/session.h"

/* Of an installer's folder: where the package-id in its .puavo-pkg-version is not the content's,
 * a warning says so; with `bump` the file is written anew first: the content's id, the version
 * one up, the time as its timestamp. With bump and without the file it is made, with version 1.
 * Without both: nothing, it is format 1. */
MUST_USE int package_id_check(
	struct engine *e, int dir, const char *name, bool bump, struct err *err);

/* Appends the package-id in hex: the md5 of the lines that md5sum prints ("HEX  NAME/PATH\n")
 * for all files but .puavo-pkg-version, in the order of the paths' bytes. */
MUST_USE int package_id(int dir, const char *name, struct buf *hex, struct err *err);

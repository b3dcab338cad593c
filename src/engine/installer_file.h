/* An installer's file: looked into, or extracted into a folder, by the extract worker. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/installer.h"

struct looked {
	struct installer installer;
	struct buf id;
	int64_t size; /* bytes of the installer's content */
};
void looked_drop(struct looked *l);

/* Opens the file that the admin named: a regular file. ERR_NO_PACKAGE if it is not there.
 * Returns the descriptor. */
MUST_USE int installer_open(const char *path, struct err *err);

/* Reads fd from its start; writes nothing. The name that the file has plays no part but for
 * format 1, whose name must be the file's as well. */
MUST_USE int installer_look(
	struct engine *e, int fd, const char *path, struct looked *out, struct err *err);

/* The same, and extracts it into the folder dir: given to the owner of the installation, stripped, and its id computed
 * from what is on disk, which must be what the worker said. */
MUST_USE int installer_extract(
	struct engine *e, int fd, const char *path, int dir, struct looked *out, struct err *err);

/* An installer's file: looked into, or extracted into a folder, by the extract worker. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/installer.h"

struct looked {
	struct installer installer;
	struct buf id; /* what the worker says; checked against what was extracted */
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

/* Extracts fd into the folder dir, gives everything to the owner of the installation, strips it,
 * and computes its id, which must be `id`. */
MUST_USE int installer_extract(struct engine *e, int fd, int dir, const char *id, struct err *err);

/* Where things are: every path that fardel writes to or reads its own data from, below --root. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

#define PLACE_SYNCED 12

struct place_fs {
	dev_t device;
	int fd;
};

struct place {
	/* "" for the running system; else an absolute path without a slash at the end */
	struct buf root;
	struct buf
		puavo; /* puavo-pkg's rootdir, without the root: PLACE_PUAVO unless it is configured */
	struct buf
		puavo_stage; /* the stage for it, where it is not on the file system of PLACE_STAGE */
	struct buf puavo_system; /* its read-only one: the same unless it is configured */
	struct place_fs held[PLACE_SYNCED];
	size_t held_count;
};

#define PLACE_STATE "/var/lib/fardel"
#define PLACE_CACHE "/var/cache/fardel"
#define PLACE_LOG "/var/log/fardel"
#define PLACE_RUN "/run/fardel"
#define PLACE_PACKAGES PLACE_STATE "/packages"
#define PLACE_STAGE PLACE_STATE "/stage"
#define PLACE_PUAVO "/var/lib/puavo-pkg"
#define PLACE_REPOS PLACE_STATE "/repos" /* synced indexes, a folder each */
#define PLACE_DB PLACE_STATE "/state.db"

void place_drop(struct place *p);
/* root NULL or "/": the running system; empty is ERR_USAGE. Else it must be a folder; it is made absolute, its
 * links resolved. */
MUST_USE int place_init(struct place *p, const char *root, struct err *err);

/* Sets puavo-pkg's two rootdirs; both are absolute, the second may be empty: there is none. */
void place_set_puavo(struct place *p, struct span rootdir, struct span readonly);

/* Appends the path as this process sees it: root and path. */
void place_path(const struct place *p, const char *path, struct buf *out);

/* Opens the folder `path` (one of the above, or below puavo's rootdir) below root, making what is missing (0755, or `mode`
 * for the last), and checks that others may not write to it. The root itself must be there. */
MUST_USE int place_make(const struct place *p, const char *path, unsigned mode, struct err *err);
/* ERR_UNSAFE where others could put something else in the place of the folder, of one above it, or of what is in it, as far as they are there
 * (file_check_above). It is absolute, without links on the way. */
MUST_USE int place_check_above(const struct place *p, const char *folder, struct err *err);
/* Opens the file systems that place_sync is for, until place_drop. The kernel tells a descriptor only of writes that
 * failed since it was opened: what fails before place_sync opens its own would be told to nobody. */
void place_hold(struct place *p);
/* Makes durable what rules, or who links, have changed anywhere: syncfs for each file system of the system below root. */
MUST_USE int place_sync(const struct place *p, struct err *err);
/* The same for the one file system that an open folder is on. */
MUST_USE int place_sync_folder(const struct place *p, int folder, struct err *err);
/* The same for the file systems where installations are. */
MUST_USE int place_sync_packages(const struct place *p, struct err *err);

/* Opens it; -1 with err->code ERR_NONE when it is not there. */
MUST_USE int place_open_if(const struct place *p, const char *path, struct err *err);

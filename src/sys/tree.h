/* Whole trees by folder descriptor: links are never followed, mounts never crossed. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/vec.h"

/* A folder's names, without "." and "..". */
struct tree_names {
	VEC(char *) of;
};
void tree_names_drop(struct tree_names *n);
/* In the order of their bytes; more than `max` are ERR_POLICY. */
MUST_USE int tree_names(int dirfd, size_t max, struct tree_names *out, struct err *err);

/* Removes path below dirfd with all that is in it; missing is fine. */
MUST_USE int tree_remove(int dirfd, const char *path, struct err *err);

/* Empties the folder but keeps it. */
MUST_USE int tree_clear(int dirfd, struct err *err);

/* Gives all of the tree to uid:gid, clears setuid, setgid, sticky and group/other write, makes
 * everything readable (folders searchable) by its owner, removes what is neither file, folder
 * nor link, and drops all extended attributes that carry rights (security.*, POSIX ACLs).
 * A file that has another
 * name outside of the tree is ERR_UNSAFE, before anything is changed. `stripped` counts what lost a bit or an attribute. */
MUST_USE int tree_settle(int dirfd, uid_t uid, gid_t gid, int64_t *stripped, struct err *err);

/* Adds up the sizes of all files; `entries` counts folders and links too. */
MUST_USE int tree_measure(int dirfd, int64_t *bytes, int64_t *entries, struct err *err);

/* Walks the tree in no particular order, folders before what is in them. `path` is relative to
 * dirfd. fn gives 0 to go on, 1 to stay out of the folder that it was given, -1 to end the walk. */
struct tree_entry {
	const char *path;
	int parent; /* descriptor of the folder that holds it */
	const char *name;
	const struct stat *st;
};
MUST_USE int tree_walk(int dirfd, int (*fn)(void *arg, const struct tree_entry *, struct err *),
	void *arg, struct err *err);

/* Puts one node in its place: made beside, with all its attributes, then renamed over what is there. */
#pragma once

#include "base/err.h"
#include "model/changes.h"

/* Where a file's bytes come from. */
struct put_source {
	int folder;
	const char *name;
	/* It may become the file itself, by a hard link. Else, and where the file system is another one, a copy is made. */
	bool link;
};

/* Makes it under a name that nothing has; what was there of that name goes. `from` is for files only; a folder is empty and open to its
 * owner. A hard link has the attributes that its file has; a copy is on disk before it has any name but this one. */
MUST_USE int put_beside(int folder, const char *beside, const struct node *n,
	const struct put_source *from, struct err *err);

/* Moves it over what is there, so that the place is never without something (but where a file system cannot exchange). A
 * folder can be replaced only when it is empty: 0, and nothing is changed, where it is not. 1 done, -1. */
MUST_USE int put_over(int folder, const char *beside, const char *name, struct err *err);

/* Copies the file that is open: content, times, and all that `n` says; nothing is synced. ERR_SYSTEM with EEXIST where something has the name. */
MUST_USE int put_copy(
	int from, int folder, const char *name, const struct node *n, struct err *err);

/* A link where nothing stands: by one call, without a name beside, where that gives it its owner, too. 1; 0: it does not, or it is no
 * link; -1: also where something stands there by now. */
MUST_USE int put_new(int folder, const char *name, const struct node *n, struct err *err);

/* Removes a file, a link or an empty folder; missing is fine. 0: a folder that is not empty; 1; -1. */
MUST_USE int put_away(int folder, const char *name, struct err *err);

/* Changes' paths beneath a root: absolute, of any length and depth; nothing on the way may be a link. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "store/node.h"

/* Opens the folder, "/" being the root itself. -1: ERR_UNSAFE where something on the way is a link or no folder; ENOENT
 * in err->sys where it is not there. */
MUST_USE int beneath_open(int root, struct span path, struct err *err);
/* The folder that holds it; *name is in path ("." of the root itself). */
MUST_USE int beneath_parent(int root, const struct buf *path, const char **name, struct err *err);

/* Many paths, one after the other, by who changes none of their folders meanwhile: the last one's folder stays open, which is the next one's, too, in
 * sorted lists. */
struct beneath {
	int root; /* borrowed */
	int fd; /* of the folder */
	struct buf folder;
};
#define BENEATH_INIT(root) ((struct beneath){root, -1, BUF_INIT})
void beneath_drop(struct beneath *b);
/* As beneath_parent, but that the folder is borrowed until the next one. */
MUST_USE int beneath_visit(
	struct beneath *b, const struct buf *path, const char **name, struct err *err);

/* As node_open with `ours`, but that a folder may be a mount. 1 there, 0 not there (nor the folder that would hold it), -1. */
MUST_USE int beneath_look(int root, const struct buf *path, struct node_at *out, struct err *err);
MUST_USE int beneath_visit_look(
	struct beneath *b, const struct buf *path, struct node_at *out, struct err *err);
/* The same of one name in an open folder. */
MUST_USE int beneath_look_at(int folder, const char *name, struct node_at *out, struct err *err);

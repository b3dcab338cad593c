/* What an overlay notes in its upper layer: what was deleted, and what hides all that was there before. `user`: it was mounted
 * with userxattr, so that it notes it in user.overlay.*, else in trusted.overlay.*. Linux's
 * Documentation/filesystems/overlayfs.rst says how. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "store/node.h"

/* Of one folder of the layer. */
struct layer_marks {
	bool opaque; /* of lower's folder there is nothing but what is here as well */
	bool files; /* empty files in it may be whiteouts */
};

/* Adds what the folder's attributes say. */
MUST_USE int layer_read_marks(
	bool user, const struct node_at *folder, struct layer_marks *out, struct err *err);

/* Whether it stands for something that was deleted, 1, 0 or -1; `in` are the marks of the folder that holds it. */
MUST_USE int layer_is_whiteout(
	bool user, const struct layer_marks *in, const struct node_at *at, struct err *err);

/* ERR_FAILED where a file or folder of the layer leads elsewhere for what it holds, as with the options redirect_dir and
 * metacopy. Notes where there are no extended attributes at all. */
MUST_USE int layer_check(bool user, struct node_at *at, struct err *err);

/* The whole index of a repository as one file that is published: made from its leaves, and compressed. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "model/head.h"

/* Gives the file of leaf `number`, appended; nothing where it has no packages. */
typedef int whole_leaf_fn(void *arg, unsigned number, struct buf *file, struct err *err);

struct whole {
	struct head_sum sha256; /* of the compressed file */
	int64_t size, unpacked;
};
/* Makes it below the folder `dir`, which is `path` as this process sees it, as a file of the name `name`, not synced. What else was made there on the way
 * is removed. */
MUST_USE int whole_make(int dir, const char *path, const char *name, unsigned leaf_bits,
	int64_t revision, whole_leaf_fn *leaf, void *arg, struct whole *out, struct err *err);

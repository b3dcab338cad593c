/* A wagon's tree as luet keeps it below its database_path, for other tools. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct engine;

struct exported_tree {
	struct buf folder; /* with the root */
	int64_t packages;
};
void exported_tree_drop(struct exported_tree *t);

/* Writes the tree of the wagon of that name to `folder` as the shell sees it; NULL: where luet's configuration has it. It is written beside and
 * renamed: what was there goes. NEED_READ. ERR_NO_PACKAGE: there is no such repository; ERR_CONFIG: it is no wagon, was not synced, or no
 * folder is known. */
MUST_USE int engine_export_tree(struct engine *e, const char *name, const char *folder,
	struct exported_tree *out, struct err *err);

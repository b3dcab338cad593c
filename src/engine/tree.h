/* A package's tree, out of its pack: files with the owners, modes and attributes that the pack states. fardel-tree writes them, as a user
 * without rights; what such a user may not give is given here, once all is there. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "engine/fetch.h"
#include "engine/session.h"
#include "engine/worker.h"
#include "model/oci.h"

/* What is to be given to one member. */
struct tree_given {
	struct buf path;
	int64_t uid, gid;
	unsigned mode;
	struct buf pairs; /* model/message */
};

struct tree_task {
	struct worker worker; /* first: its task is what the loop waits for */
	struct engine *e;
	struct span package; /* borrowed */
	int folder; /* owned */
	VEC(struct tree_given) given;
	size_t bytes; /* of all that is to be given */
};
void tree_task_init(struct tree_task *t);
void tree_task_drop(struct tree_task *t);

/* What it is in. */
struct tree_packs {
	int fds[OCI_LAYERS_MAX]; /* files */
	size_t count;
	bool image; /* they are the layers of one, the lowest first; else it is one tarball */
};
#define TREE_PACKS_INIT ((struct tree_packs){.count = 0})
/* Adds the files of what was fetched, which becomes p's. */
void tree_packs_take(struct tree_packs *p, struct fetch *fetches, size_t count);
void tree_packs_drop(struct tree_packs *p);

/* Begins: `packs` is borrowed; `folder` is empty, becomes the task's, also on an error, and nobody but root gets into it when all is done:
 * setuid files may come there. */
MUST_USE int tree_begin(struct engine *e, struct tree_task *t, struct span package,
	const struct tree_packs *packs, int folder, struct err *err);
/* After the task has ended. ERR_INSTALLER: what the pack is, it must not be. */
MUST_USE int tree_end(struct tree_task *t, struct err *err);

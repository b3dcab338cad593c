/* puavo-pkg's packages as they are on disk, held against what state.db says of them. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "model/bundle.h"

/* One folder packages/NAME/ID of a rootdir. */
struct puavo_folder {
	struct buf name, id;
	enum bundle_layout layout; /* which rootdir */
	bool prepared; /* it has the stamp, and upstream/ */
	bool installed, available; /* a link leads to it */
	bool unsettled; /* it bears our own mark */
	int64_t stamped; /* seconds since 1970, when it was prepared last; 0: never */
};
/* A link to a folder that is not there. */
struct puavo_dangling {
	struct buf name, id;
};
struct puavo_tree {
	bool there[BUNDLE_LAYOUTS]; /* whether that rootdir is, with its packages/ */
	VEC(struct puavo_folder) of; /* by layout, name and id */
	VEC(struct puavo_dangling) dangling; /* of installed/ */
};
#define PUAVO_TREE_INIT ((struct puavo_tree){0})
void puavo_tree_drop(struct puavo_tree *t);

enum puavo_turn {
	PUAVO_GONE, /* the folder is gone, and no link asks for it: so is the package */
	PUAVO_STATE, /* it is in another state than state.db says */
	PUAVO_NEW, /* state.db does not know it; unless it is ours, and nothing but ours */
	PUAVO_FIRST, /* the link available/NAME leads to it */
};

struct puavo_change {
	enum puavo_turn turn;
	const struct bundle *bundle; /* of the world; NULL where it is new */
	const struct puavo_folder *folder; /* of the tree; NULL where it is gone */
	enum bundle_state state; /* new: it is in that; state: to be in that */
};
struct span puavo_change_name(const struct puavo_change *c);

struct puavo_changes {
	VEC(struct puavo_change) of;
};
void puavo_changes_drop(struct puavo_changes *c);

/* What the old script has done that state.db does not know of: out->of borrows from both. Changes that take something out of
 * use stand first. */
void puavo_compare(
	const struct world *world, const struct puavo_tree *tree, struct puavo_changes *out);

/* The files of a repository's index (docs/repository-format.md), but for head and signatures: leaves, nodes and the whole index. What is there
 * already, under the name of its content, is not written again. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "model/head.h"
#include "store/offered.h"

struct repo_tree {
	int dir; /* the repository's folder */
	const char *path; /* the same, as this process sees it */
	struct offered *offered; /* borrowed; inside of a transaction */
	struct offered_leaves made; /* leaves that were looked at anew, ascending */
	int64_t leaves; /* those of them that are others than before */
	int64_t files, bytes; /* that were written */
};

void repo_tree_drop(struct repo_tree *t); /* not what it borrows */

/* Puts a file into its place, unless it is there already with just these bytes. Nothing is synced. */
MUST_USE int repo_tree_put(
	struct repo_tree *t, const char *path, struct span bytes, struct err *err);

/* As many leaves as fit what is offered: the same number as before, unless they would be far too large or too small. */
MUST_USE int repo_tree_settle(struct offered *offered, struct err *err);

/* Makes the leaves that have changed, the nodes, and the whole index where much has changed since it was made last; fills in the tree, packages
 * and whole of *head, whose `whole` is that of the head before and whose revision is the new one. Nothing is synced. ERR_CONFLICT names two installers
 * of one name and version. */
MUST_USE int repo_tree_make(struct repo_tree *t, struct head *head, struct err *err);

/* Removes files below index that neither the tree of this head nor a kept root needs, and that were of no use for `keep` seconds. */
MUST_USE int repo_tree_sweep(struct repo_tree *t, const struct head *head,
	const struct head_sum *head_sum, int64_t now, int64_t keep, struct err *err);

/* A package's tree laid into the layers of a stage: over what the stage shows, as if its files had been written there. Each file is written once: those
 * of the tree become the layer's by a rename. The stage runs nothing meanwhile.
 *
 * Folders that are there stay as they are; so do links to folders, which are gone through as the system would (lib -> usr/lib), whose
 * ever they are: the paths that count afterwards are those that they lead to. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/texts.h"
#include "sys/overlay.h"

struct lay {
	int root; /* the real one */
	const struct overlay_layer *layers;
	size_t layer_count;
	const struct texts *
		protect; /* folders, absolute: a file in one of them that is there already, and another one, stays */
	const struct texts *given; /* but for these files; NULL, or sorted */
	const char *const *
		except; /* NULL-ended: folders that the stage has its own of; nothing can be laid there */
	bool list; /* `laid` is wanted */
	struct texts *through; /* lay_tree's own */
};

/* What came of it; paths are absolute. */
struct lay_done {
	struct texts beside; /* what was put beside a protected file: ._cfg0001_NAME */
	struct texts kept; /* those files */
	struct texts left_out; /* what would have come to an excepted folder */
	struct texts laid; /* all that was put somewhere, and folders that were there */
	struct texts through; /* links that were gone through; some may be there several times */
};
void lay_done_drop(struct lay_done *d);

/* Empties the tree (a folder), more or less. ERR_CONFLICT: a folder stands where a file is to come, or the other way round; ERR_POLICY: a place that
 * can only be read in the stage. */
MUST_USE int lay_tree(int tree, const struct lay *how, struct lay_done *out, struct err *err);

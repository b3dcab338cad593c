/* Where a tree is laid: a folder as a stage shows it, in the layer that its changes go to, and in what that lies over. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/lay.h"
#include "store/layer.h"

struct lay_spot {
	struct buf path; /* absolute, without links; "" is the root */
	struct buf
		loose; /* the first folder of the path in which others than root may put something else; empty: none */
	int upper; /* the layer's folder; -1: nothing can be written there */
	int lower; /* what shows through; -1: nothing */
	const struct overlay_layer *layer; /* that upper is of; NULL: none */
	bool user; /* as of overlay_layer */
	struct layer_marks marks;
};
#define LAY_SPOT_INIT \
	((struct lay_spot){.path = BUF_INIT, .loose = BUF_INIT, .upper = -1, .lower = -1})
void lay_spot_drop(struct lay_spot *s);

enum lay_type {
	LAY_NOTHING,
	LAY_FILE,
	LAY_FOLDER
}; /* a file: whatever is no folder, nor a link to one */
struct lay_seen {
	enum lay_type type;
	bool in_upper;
	bool is_link;
	bool hides; /* nothing, as the layer says that what is in lower is gone */
	int64_t size;
	int64_t uid;
};

/* The root. */
MUST_USE int lay_spot_top(const struct lay *how, struct lay_spot *out, struct err *err);
/* What stands there of that name. */
MUST_USE int lay_spot_look(
	const struct lay_spot *s, const char *name, struct lay_seen *out, struct err *err);
/* The folder of that name, or the one that a link of that name leads to: in the layer, too, from now on. ERR_CONFLICT where the link
 * leads to none. */
MUST_USE int lay_spot_enter(const struct lay *how, const struct lay_spot *s, const char *name,
	struct lay_spot *out, struct err *err);
/* Marks the folder, which is in the layer: of lower's nothing shows. */
MUST_USE int lay_spot_hide(const struct lay_spot *s, const char *name, struct err *err);
/* Opens the file that was seen there. */
MUST_USE int lay_spot_read(
	const struct lay_spot *s, const struct lay_seen *seen, const char *name, struct err *err);

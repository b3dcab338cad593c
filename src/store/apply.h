/* Commits changes to a real root: what a stage's rules did becomes so, or is taken back. Nothing of it needs the stage or its
 * rules once the bytes are kept:
 *
 *     apply_check(root, c, &drifts, err)           is all as it was when the rules saw it?
 *     apply_keep(root, c, layers, n, &kept, err)   every byte that will be needed is kept; nothing is touched yet
 *     (the caller makes that durable: place_sync_folder)
 *     (the caller notes durably that it begins)
 *     apply_forward(root, c, &kept, NULL, err)     all is as after
 *     apply_back(root, c, &kept, &left, err)       or all is as before: at once, or by recovery, or to undo it months later
 *
 * All of it by descriptor beneath `root`, a folder's; no link is followed. Changes are sorted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/changes.h"
#include "model/config.h"
#include "store/touched.h"

/* A path that is not as the change's `before` says. */
struct apply_drift {
	struct buf
		path; /* the change's; or what stands, of nobody's knowing, in a folder that is to go */
	const struct change *change; /* borrowed */
	struct node now; /* what is there */
	bool shared; /* apply_is_shared: with the rules run again it will fit */
};
struct apply_drifts {
	VEC(struct apply_drift) of;
};
#define APPLY_DRIFTS_INIT ((struct apply_drifts){0})
void apply_drifts_drop(struct apply_drifts *d);
void apply_drifts_cut(struct apply_drifts *d, size_t n); /* drops all from the n-th on */

/* A database that many programs write to, each a line or an entry of its own: passwd, ld.so.cache, mime.cache, … */
bool apply_is_shared(struct span path);
/* One of those that is made anew from what else there is: it tells of nothing that a package has made. */
bool apply_is_cache(struct span path);

/* Compares all of the root that `c` is about: type, mode, owner, attributes, content, and whether folders that go hold anything
 * else. `out` is empty before. An error is only what keeps it from looking. As an ordinary user, a file of our own that we
 * may not read is given u+r for the moment. */
MUST_USE int apply_check(
	int root, const struct changes *c, struct apply_drifts *out, struct err *err);

/* The same for what was seen from `since` on: what somebody has touched later is a drift, too, whatever it is now. For who has a file
 * open or found in an overlay goes on seeing the old one, and `c`, read afterwards, the new one. */
MUST_USE int apply_check_since(int root, const struct changes *c, const struct timespec *since,
	struct apply_drifts *out, struct err *err);

/* Whether what one change has made stands there still; what is in a folder is not looked at. Adds one drift, or none. */
MUST_USE int apply_check_made(
	int root, const struct change *made, struct apply_drifts *out, struct err *err);

/* Two folders of the caller's, 0700 and root's (or ours) alone. In them, under the number that a change has in the list, are
 * the file that it makes, with its owner, mode, attributes and times, and the file that it takes away; a file with several names is there
 * once, under the first one's number. `list` says which changes they belong to. A file of the same file system is a
 * hard link to what stood, or will stand, in the root, so that back gives the very file that was there; on another one it is a
 * copy, and a name of it that the changes do not have is apart from it after back. So nothing but removing may be done to them.
 * In `after` are new folders without files in them, too, until the first forward has put them in their place (store/take).
 * -1 for one that is not needed: forward reads `after`, back reads `before`. */
struct apply_kept {
	int after, before;
	/* Of `after`, for apply_keep: forward is called once, and not again after back. Then new folders are moved to it with their files, too
	 * (store/take), and from there to their places. */
	bool once;
};

/* What apply_keep takes new files from: an upper folder of the stage's, as in scan. */
struct apply_layer {
	const char *place; /* where it lies in the root: "/", "/usr" */
	int upper;
};

/* Fills the kept folders, which are empty; a folder of which nothing is needed may be -1. Nothing is synced. The stage has ended: its files lose the overlay's
 * attributes here, and may be in `after` by their inode. ERR_CONFLICT: something is not as `before` says; ERR_FAILED: the
 * stage is not as `after` says; ERR_POLICY: a name or a device that cannot be committed. After an error both folders may be
 * emptied, and all is as if it had never been called. */
MUST_USE int apply_keep(int root, const struct changes *c, const struct apply_layer *layers,
	size_t layer_count, const struct apply_kept *kept, struct err *err);

/* The same where `after` is filled already: only `before`. */
MUST_USE int apply_keep_before(
	int root, const struct changes *c, const struct apply_kept *kept, struct err *err);

/* Make all as after, or all as before, from whatever either of them left when it was ended, at any moment, and make it durable.
 * The kept folders stay as they are: it can be done again, and the other one after it.
 * What is neither as before nor as after (somebody else's, since apply_check) is ERR_CONFLICT; with `left` it is left alone, and
 * its path added there. ERR_UNSAFE: a folder on the way has become something else; with `left` that is somebody else's, too. ERR_BAD_STATE: the kept folders are damaged,
 * or another list's. Otherwise (full, read-only, immutable, …) as the system says, with the path; apply_back takes
 * back what was done until then. */
/* apply_forward's, too, but that what it changed is durable only with touched_sync of `touched`, which is empty before. */
MUST_USE int apply_forward_lazily(int root, const struct changes *c, const struct apply_kept *kept,
	struct texts *left, struct touched *touched, struct err *err);
MUST_USE int apply_forward(int root, const struct changes *c, const struct apply_kept *kept,
	struct texts *left, struct err *err);
MUST_USE int apply_back(int root, const struct changes *c, const struct apply_kept *kept,
	struct texts *left, struct err *err);

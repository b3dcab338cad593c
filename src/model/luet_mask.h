/* Files of luet's mask.d: packages that are not offered.
 *
 *	description: none of these          # may be missing
 *	enabled: true                       # else the file counts for nothing
 *	rules:
 *	- ">=test/b-1.0"                    # and = > < <= ~, as packages are typed (model/luet_argument)
 *	- test/e                            # all versions
 *	- test/g-2.0::main                  # of that repository alone
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"

#define LUET_MASK_MAX (1 << 20) /* bytes of a file */

struct luet_mask {
	struct buf text, file; /* as it is written, and where */
	struct buf name, selector; /* selector empty: any version */
	struct buf other,
		version; /* of "cat/name-1.2": a package may be called so, or that version of it is meant; empty: not written so */
	struct buf repository; /* empty: of any */
};
struct luet_masks {
	VEC(struct luet_mask) of;
	struct texts odd; /* "FILE: line 4: what counts for nothing" */
};
void luet_masks_drop(struct luet_masks *m);

/* Adds the rules of the file, if they count. ERR_CONFIG names line and what is wrong. A key that is not known counts for nothing, as with luet, and is
 * told in `odd`; but where `enabled` or `rules` is missing, it may have been meant for that: an error. */
MUST_USE int luet_mask_parse(
	struct span text, const char *file, struct luet_masks *out, struct err *err);
/* The first that is about this package; NULL: it may be offered. */
const struct luet_mask *luet_masks_find(
	const struct luet_masks *m, struct span repository, struct span name, struct span version);

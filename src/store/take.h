/* New folders in which is nothing but folders and links, as many packages make them, are not made again when they are committed: those of the
 * stage are taken over. One rename brings one of them to the kept files, under its change's number, and another to its place. Only where
 * that is the same file system, and only once: apply makes by the list what it does not find there.
 *
 * With files in them the same is done where the list is applied once and never again (apply_kept.once), as then nobody else asks for these
 * files: each is the very one that was hashed when the stage was read, and is neither read nor linked anew. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/changes.h"

/* Behind the last change that is beneath that one. */
size_t take_end(const struct changes *c, size_t number);
/* Whether it is the topmost of such folders, if none above it is. */
bool take_is(const struct changes *c, size_t number, bool files);
/* Whether the list has any. */
bool take_has(const struct changes *c);

/* From the stage's layer, where it has the path `in`, to the folder `kept`. False: what is not exactly as the list says, or cannot be moved,
 * stays where it is. The stage has ended. */
bool take_keep(int root, const struct changes *c, size_t number, int upper, const struct buf *in,
	int kept);

/* From there to its place, if it is there, and nothing stands in the place. */
bool take_place(int kept, size_t number, int folder, const char *name);

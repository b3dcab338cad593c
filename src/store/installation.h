/* Installations on disk: staged while they are prepared, then in the folder that their layout has for them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/bundle.h"
#include "model/config.h"
#include "model/facts.h"
#include "model/installer.h"
#include "model/manifest.h"
#include "store/place.h"

/* Appends its folder, as its layout has it: /var/lib/fardel/packages/NAME/ID (without the root). */
void installation_path(const struct place *p, const struct bundle *b, struct buf *out);
/* Appends the folder above, of all of its name's installations in that layout. */
void installation_above(const struct place *p, const struct bundle *b, struct buf *out);

/* Opens its folder; -1 with err->code ERR_NONE when it is not there. */
MUST_USE int installation_open_if(const struct place *p, const struct bundle *b, struct err *err);

/* Whether it is there with its upstream/ and rules: 1, 0, or -1 where that cannot be found out. */
MUST_USE int installation_is_whole(const struct place *p, const struct bundle *b, struct err *err);

/* Bytes of all its files; -1 where it is not there. */
MUST_USE int installation_measure(
	const struct place *p, const struct bundle *b, int64_t *size, struct err *err);
/* Whether it is smaller than the size it had when it was last whole (-1: unknown): files of it, or what was in them, were lost. 1,
 * 0, -1. */
MUST_USE int installation_is_hollow(const struct place *p, const struct bundle *b, struct err *err);

/* Puts one of puavo's stamps into a folder, as of now. */
MUST_USE int installation_stamp_at(int dir, const char *stamp, struct err *err);
/* The same for a bundle of that layout; else does nothing. */
MUST_USE int installation_stamp(
	const struct place *p, const struct bundle *b, const char *stamp, struct err *err);
/* Of a bundle in puavo's layout, whose folder the old tool may as well have made: marks it as one that state.db is not to know,
 * durably; or takes the mark away, once what state.db says of it is on disk. */
MUST_USE int installation_unsettle(const struct place *p, const struct bundle *b, struct err *err);
MUST_USE int installation_settle(const struct place *p, const struct bundle *b, struct err *err);

/* What stands in the folder as the installer's own; and its id: the sha256 of that, in hex. */
MUST_USE int installation_manifest(int dir, struct manifest *out, struct err *err);
MUST_USE int installation_id(int dir, struct buf *id, struct err *err);
/* Of an installation of the system's image: another one than that of the same content elsewhere, as both may be there. */
MUST_USE int installation_system_id(int dir, struct buf *id, struct err *err);
/* The facts of an installer that was extracted to the folder. */
MUST_USE int installation_facts(int dir, struct facts *out, struct err *err);

/* Moves a stage to its place; durable is that with place_sync_packages. What is there already, the same one damaged or what state.db
 * does not know, changes places with it, in one step where the file system can do that, and is then in the stage. */
MUST_USE int installation_publish(
	const struct place *p, const char *stage, const struct bundle *b, struct err *err);
/* Takes its folder away: first out of sight by a rename, then all of it; missing is fine. */
MUST_USE int installation_purge(const struct place *p, const struct bundle *b, struct err *err);

/* The same for all of the name's, in both layouts. */
MUST_USE int installation_purge_all(const struct place *p, struct span name, struct err *err);

/* Takes all from it but the installer's own files, and what rules have put beside them: in one step, where the file system can do that; durable when it
 * returns. */
MUST_USE int installation_strip(const struct place *p, const struct bundle *b, struct err *err);

/* Folders packages/NAME/ID that the world does not know: removed, or with `found` only listed
 * (as "NAME/ID"). */
MUST_USE int installation_sweep(const struct place *p, const struct world *world, bool remove,
	struct texts *found, struct err *err);

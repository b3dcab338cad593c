/* A bundle: one installation of a package, as state.db has it; and the world: all of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/digest.h"

enum bundle_state {
	BUNDLE_EXTRACTED, /* the installer's files are in place */
	BUNDLE_FETCHED, /* its pack is in the cache */
	BUNDLE_PREPARED, /* upstream/ is in place; not in use */
	BUNDLE_INSTALLED, /* configured: in use */
	BUNDLE_BROKEN, /* configure failed and could not be taken back */
	BUNDLE_STATES,
};

/* Where an installation is, and what its folder is called there. */
enum bundle_layout {
	LAYOUT_FARDEL, /* PLACE_PACKAGES/NAME/ID */
	LAYOUT_PUAVO, /* puavo-pkg's: packages/NAME/PACKAGE-ID below its rootdir */
	LAYOUT_SYSTEM, /* the same below its read-only rootdir: the system image's, never written to */
	BUNDLE_LAYOUTS,
};

struct bundle {
	int64_t row; /* of state.db; 0: none yet */
	struct buf name;
	struct buf id; /* 64 hex digits: the content's sha256 */
	struct buf version; /* empty: unknown */
	struct buf
		puavo_id; /* package-id of format 2; of format 1 in puavo's layout the installer's md5; may be empty */
	struct buf
		pack; /* sha256 of its pack in hex, of several packs with a blank between; empty: not known yet */
	int format;
	enum bundle_layout layout;
	enum bundle_state state;
	int64_t since; /* seconds since 1970, when the state was reached */
	int64_t size; /* bytes of the installation, with upstream/; -1 unknown */
	int64_t pack_size; /* bytes of all packs; -1 unknown */
};

void bundle_init(struct bundle *b);
void bundle_drop(struct bundle *b);
struct bundle bundle_dup(const struct bundle *b);
void bundle_set(
	struct bundle *b, const struct bundle *from); /* makes b a copy, in the memory it has */

void bundle_add_pack(struct bundle *b, const struct digest *sha256);
bool bundle_has_pack(const struct bundle *b, struct span hex);
bool bundle_in_use(const struct bundle *b); /* installed, or broken */

const char *bundle_state_name(enum bundle_state state); /* "prepared" */
bool bundle_state_parse(struct span text, enum bundle_state *out);
const char *bundle_layout_name(enum bundle_layout layout); /* "puavo" */
bool bundle_layout_parse(struct span text, enum bundle_layout *out);
bool bundle_is_puavo(const struct bundle *b); /* in one of puavo's layouts */
/* What its folder is called: the id that its layout goes by. */
struct span bundle_folder(const struct bundle *b);
/* The version, else the first 8 of the id. */
struct span bundle_version(const struct bundle *b);
/* Below 0: a is older than b; 0: same or not to be told; above 0: newer. As Debian orders versions, so whole numbers as
 * numbers; one that is unknown, or none of Debian's, is not to be told. */
int bundle_compare_version(struct span a, struct span b);

struct world {
	VEC(struct bundle)
	of; /* by name (bytes), of one name the one whose state changed last first */
};
#define WORLD_INIT ((struct world){0})
void world_drop(struct world *w);

/* Borrow; NULL if there is none. */
const struct bundle *world_get(const struct world *w, struct span name, struct span id);
/* The one in use: installed, or broken. */
const struct bundle *world_current(const struct world *w, struct span name);
/* Of one name one after the other; NULL: no more. */
const struct bundle *world_first(const struct world *w, struct span name);
const struct bundle *world_next(const struct world *w, const struct bundle *b);
/* Of those in puavo's layouts, the one whose state changed last. */
const struct bundle *world_puavo(const struct world *w, struct span name);
/* Of the system image's that could be taken into use, the newest version. */
const struct bundle *world_system(const struct world *w, struct span name);
/* The one that `list` shows: current, else the newest. */
const struct bundle *world_shown(const struct world *w, struct span name);

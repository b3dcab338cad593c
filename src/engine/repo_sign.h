/* repo sign and repo rotate: a repository's head signed anew, and its keys changed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"
#include "engine/engine.h"
#include "engine/repo_keys.h"
#include "engine/repo_publish.h"

struct repo_signed {
	struct buf name;
	int64_t root, revision, expires; /* of the head that was signed */
	struct signing signing; /* of it: it is published when enough have signed */
};
void repo_signed_drop(struct repo_signed *s);

struct repo_sign_options {
	const char *folder;
	struct repo_keys keys;
	int64_t days; /* that the head is to live */
	bool add; /* to the head that waits, or is published: no new one */
};
/* A new revision of the same tree, as of now; only where one of the keys has signed the present one (ERR_CHECKSUM), as nobody looks
 * at the packages here. */
MUST_USE int engine_repo_sign(struct engine *e, const struct repo_sign_options *options,
	struct repo_signed *out, struct err *err);

struct repo_rotate_options {
	const char *folder;
	struct repo_keys
		keys; /* that sign: of the root there is, of the new one, and index keys for the head; where they are not enough it waits for others */
	const struct texts *root_keys,
		*index_keys; /* files or lines; none: they stay as they are */
	int64_t root_threshold,
		index_threshold; /* 0: as it is, or as many as there are keys where they are fewer */
	int64_t days; /* that the root is to live */
	int64_t head_days;
	bool restart; /* revisions count anew from the next one */
	bool add; /* to the root that waits: no new one, and of what is above only folder, keys and head_days count */
	const struct texts *
		signed_by; /* files or lines of others' keys: one of them has signed the root there is, where none of `keys` has */
};
struct repo_rotated {
	struct buf name;
	int64_t version, expires;
	int64_t root_keys, root_threshold, index_keys, index_threshold;
	struct root_signing signing; /* of it: it is published when enough have signed */
	bool is_signed; /* the head was signed anew; it is published, unless signatures of it are wanting: */
	struct signing head_signing;
	int64_t revision; /* of the head that is published */
};
void repo_rotated_drop(struct repo_rotated *r);
/* The next root; then the head signed anew under it, where one of the keys has signed the present one. */
MUST_USE int engine_repo_rotate(struct engine *e, const struct repo_rotate_options *options,
	struct repo_rotated *out, struct err *err);

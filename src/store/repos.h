/* What state.db knows of repositories: what was trusted and seen of each, and which index is in force. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct repo_state {
	struct buf name;
	struct buf anchor; /* the keys, a line each, that the trust in it began with */
	int64_t root; /* the version of the root that is trusted; 0: none yet */
	struct buf
		root_text; /* its file; of a wagon: which documents it had, an empty line, its repository.yaml; of Packets: how far in its index came from (enum address_reach) */
	int64_t revision; /* the highest that was ever seen; 0: none */
	struct buf head_sha256; /* of that revision's head */
	int64_t issued; /* the latest time that a head or root which counted had */
	int64_t expires; /* of the head in force */
	int64_t synced; /* when it was last found up to date, by our clock */
	struct buf etag; /* of the head in force, as the server gave it; may be empty */
	struct buf url; /* it came from there; without its login, as anybody may read state.db */
	struct buf file; /* the index in force, a name below repos/NAME/; empty: none */
	int64_t in_force; /* its revision: less than the highest where the admin has gone back */
};
void repo_state_init(struct repo_state *s);
void repo_state_drop(struct repo_state *s);

/* 1, or 0 where nothing is known of it. */
MUST_USE int repos_get(struct db *db, struct span name, struct repo_state *out, struct err *err);
MUST_USE int repos_put(struct db *db, const struct repo_state *s, struct err *err);
MUST_USE int repos_delete(struct db *db, struct span name, struct err *err);

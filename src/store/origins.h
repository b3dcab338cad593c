/* What state.db knows of where installations came from: what the repository said of each, where that counts more than what the package says itself. Of most it is the repository's name alone. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct origin {
	struct span name, id; /* the installation */
	struct span repository; /* whose it was */
	struct span
		file; /* sha256 of the package's file, in hex; empty: not known, or it does not count */
	struct span offer; /* the line of its index (model/offer); empty: it does not count */
};

/* Writes it; what was noted of that installation before is void. */
MUST_USE int origins_put(struct db *db, const struct origin *o, struct err *err);
/* Appends the line: 1; 0: nothing is noted. */
MUST_USE int origins_offer(
	struct db *db, struct span name, struct span id, struct buf *line, struct err *err);
/* Appends the id of the installation that was made of that file: 1, or 0. And the file of an installation. */
MUST_USE int origins_id(
	struct db *db, struct span name, struct span file, struct buf *id, struct err *err);
MUST_USE int origins_file(
	struct db *db, struct span name, struct span id, struct buf *file, struct err *err);
/* Appends the repository's name: 1, or 0. */
MUST_USE int origins_repository(
	struct db *db, struct span name, struct span id, struct buf *out, struct err *err);
/* Forgets those of which there is neither the installation nor a transaction that could bring it back. */
MUST_USE int origins_sweep(struct db *db, struct err *err);

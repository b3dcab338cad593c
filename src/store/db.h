/* state.db: the only truth on what is installed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ext/sql.h"
#include "model/bundle.h"
#include "model/digest.h"
#include "store/place.h"

#define DB_SCHEMA 6

struct db {
	struct sql *sql; /* NULL: read-only, and there is none yet */
	bool writable;
	int64_t schema; /* as it was found: who only reads does not migrate it */
	bool lazy; /* the commit to come */
	bool pending; /* something was committed lazily, and nothing after it in the ordinary way */
};
#define DB_INIT ((struct db){0})

/* Writing makes and migrates it. A schema newer than ours is refused by its number; a file that
 * others could change, too. */
MUST_USE int db_open(const struct place *place, bool writable, struct db *out, struct err *err);
void db_drop(struct db *db);

/* What is done between these two stands or falls together; db_commit returns when it is on disk. */
MUST_USE int db_begin(struct db *db, struct err *err);
MUST_USE int db_commit(struct db *db, struct err *err);
/* As db_begin; what is committed is on disk with the next ordinary commit, or when the database is closed. What was
 * written earlier is never lost without it. */
MUST_USE int db_begin_lazily(struct db *db, struct err *err);
/* Until db_abandon all is read as of one moment: a lock for all of it, not one for each question. */
MUST_USE int db_begin_reading(struct db *db, struct err *err);
void db_abandon(struct db *db);
/* Another number after each commit of another process. */
MUST_USE int db_moment(struct db *db, int64_t *moment, struct err *err);

/* Both were read from state.db and are to become parts of paths: is each one name? */
MUST_USE int db_check_names(const struct buf *name, const struct buf *id, struct err *err);

/* Whether there is a bundle in that layout: 1, 0, -1. */
MUST_USE int db_has_layout(struct db *db, enum bundle_layout layout, struct err *err);
MUST_USE int db_world(struct db *db, struct world *out, struct err *err);
/* The same without keeping them: fn gets each bundle in the world's order, until the next one; -1 ends it. With
 * `brief` without puavo_id, format, layout, pack and pack_size. */
MUST_USE int db_each(struct db *db, bool brief,
	int (*fn)(void *arg, const struct bundle *b, struct err *err), void *arg, struct err *err);

/* Writes the bundle: a new row (its number goes to b->row), or all of the row it has. */
MUST_USE int db_put_bundle(struct db *db, struct bundle *b, struct err *err);
/* State and since. */
MUST_USE int db_set_state(
	struct db *db, int64_t row, enum bundle_state state, int64_t now, struct err *err);
/* The size alone: it is no change of the package. */
MUST_USE int db_set_size(struct db *db, int64_t row, int64_t size, struct err *err);
/* Makes it the one whose state changed last. */
MUST_USE int db_set_last(struct db *db, int64_t row, struct err *err);
/* The rows of: that content; that folder of puavo's; the one in use. 0: there is none. */
MUST_USE int db_find(
	struct db *db, struct span name, struct span id, int64_t *row, struct err *err);
MUST_USE int db_find_puavo(struct db *db, enum bundle_layout layout, struct span name,
	struct span puavo_id, int64_t *row, struct err *err);
MUST_USE int db_find_in_use(struct db *db, struct span name, int64_t *row, struct err *err);
MUST_USE int db_delete_bundle(struct db *db, int64_t row, struct err *err);

/* The sha256 that was first seen under a weak digest. 1: *sha256 is it; 0: none yet. */
MUST_USE int db_pin(
	struct db *db, const struct digest *weak, struct digest *sha256, struct err *err);
MUST_USE int db_put_pin(
	struct db *db, const struct digest *weak, const struct digest *sha256, struct err *err);

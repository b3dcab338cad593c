/* Which commits to the system there are, and whose footprints are in force: the rows of state.db. What was committed is in
 * store/undo. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/changes.h"
#include "model/config.h"
#include "model/owners.h"
#include "store/db.h"

enum committed_status {
	COMMITTED_BEGUN, /* on disk before the first change: back, if it is found so */
	COMMITTED_APPLIED, /* the system is as it was to become; effects are still to be carried out */
	COMMITTED_DONE,
	COMMITTED_SHORT, /* it cannot be taken back any more: only its footprint is kept */
	COMMITTED_STATUSES
};

struct committed {
	int64_t txn, item; /* txn 0: none */
	struct buf name;
	struct buf old, new_; /* ids of what was in use before, and is after; empty: nothing */
	bool fresh; /* `new_` was made by the same transaction */
	int64_t count; /* of changes, but for those in the package's own folder */
	int64_t at; /* seconds since 1970 */
	enum committed_status status;
	int64_t older_txn, older_item; /* whose footprint was in force before it; 0: none */
	int64_t undoes_txn, undoes_item; /* the commit that it took back; 0: none */
};
#define COMMITTED_INIT ((struct committed){.name = BUF_INIT, .old = BUF_INIT, .new_ = BUF_INIT})
void committed_drop(struct committed *c);

struct commits {
	VEC(struct committed) of;
};
void commits_drop(struct commits *c);

/* All of these inside the caller's db_begin … db_commit. */
MUST_USE int committed_put(struct db *db, const struct committed *c, struct err *err);
MUST_USE int committed_set(
	struct db *db, const struct committed *c, enum committed_status status, struct err *err);
MUST_USE int committed_delete(struct db *db, int64_t txn, int64_t item, struct err *err);

/* Notes the package's rows as gone with the commit, and deletes them; and brings them back, prepared. */
MUST_USE int committed_retire(struct db *db, const struct committed *c, struct err *err);
/* They cannot be brought back. */
MUST_USE int committed_forget_gone(struct db *db, int64_t txn, int64_t item, struct err *err);
/* 1: there are such; 0; -1. */
MUST_USE int committed_has_gone(struct db *db, int64_t txn, int64_t item, struct err *err);
MUST_USE int committed_restore(struct db *db, int64_t txn, int64_t item, struct err *err);
/* The bundle with that id that went with a commit: with *txn and *item, if it did, else with the last that it went with (an undo of an
 * undo takes away what that had brought back), which these are then. 1, as it will be restored; 0; -1. */
MUST_USE int committed_gone(struct db *db, int64_t *txn, int64_t *item, struct span name,
	struct span id, struct bundle *out, struct err *err);

/* 1; 0: there is none; -1. */
MUST_USE int committed_get(
	struct db *db, int64_t txn, int64_t item, struct committed *out, struct err *err);
/* All, the last first; a database that is not there yet has none. */
MUST_USE int committed_all(struct db *db, struct commits *out, struct err *err);

/* The footprint of that commit is what is in force of the package now; its paths are the package's, but for databases that many
 * write to. */
MUST_USE int in_force_set(
	struct db *db, const struct committed *c, const struct changes *footprint, struct err *err);
/* Nothing of the package is in force any more. */
MUST_USE int in_force_forget(struct db *db, struct span name, struct err *err);
/* The commit whose footprint is in force: 1; 0: none; -1. */
MUST_USE int in_force_get(struct db *db, struct span name, struct committed *out, struct err *err);

/* A path of a footprint in force. */
struct owned {
	struct buf path, name;
	enum change_kind kind;
	enum node_type type; /* of what the package made of it; deleted: of what was there */
};
void owned_drop(struct owned *o);
struct owned_list {
	VEC(struct owned) of;
};
void owned_list_drop(struct owned_list *l);
/* The paths are those packages' (again), as others' they may be. */
MUST_USE int owned_give(struct db *db, const struct owned_list *list, struct err *err);
/* They are so no longer, whatever their footprints say. */
MUST_USE int owned_take(struct db *db, const struct owned_list *list, struct err *err);
/* Calls fn for each path of the package ("": of all), in the order of paths; -1 ends it. */
MUST_USE int owned_each(struct db *db, struct span name,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err);
/* Adds the paths of the package; sorted. */
MUST_USE int owned_paths(struct db *db, struct span name, struct texts *out, struct err *err);
/* The same as owned_each for each package that has the path. */
MUST_USE int owned_at(struct db *db, struct span path,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err);
/* Adds the owners of these paths (OWNER_PACKAGE). */
MUST_USE int owned_find(
	struct db *db, const struct texts *paths, struct owners *out, struct err *err);

/* What was committed to the system, kept so that it can be taken back: for the I-th item of transaction T the folder
 * PLACE_UNDO/T.I, which only root enters, with
 *
 *     changes        the commit itself (model/footprint)
 *     footprint      what of the package is in force with it
 *     after/ before/ the commit's kept files (store/apply); `after` goes when the commit stands
 *     packages/      the installations of a package that was removed
 *     base/          the kept files of the footprint: what its paths were before the package first came
 *
 * Of these three those that have something to hold. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/footprint.h"
#include "store/apply.h"
#include "store/place.h"

#define PLACE_UNDO PLACE_STATE "/undo"

struct undo {
	int folder;
	struct apply_kept kept; /* -1: not there */
	int base;
};
#define UNDO_INIT ((struct undo){-1, {-1, -1, false}, -1})
void undo_drop(struct undo *u);

/* A new one for these changes and that footprint, its folders empty. */
MUST_USE int undo_make(const struct place *p, int64_t txn, int64_t item,
	const struct changes *changes, const struct changes *footprint, struct undo *out,
	struct err *err);
/* 1; 0: it is not there (any more); -1. */
MUST_USE int undo_open(
	const struct place *p, int64_t txn, int64_t item, struct undo *out, struct err *err);

enum undo_list { UNDO_CHANGES, UNDO_FOOTPRINT, UNDO_LISTS };
/* Writes a list; nothing is synced. */
MUST_USE int undo_write(
	const struct undo *u, enum undo_list list, const struct footprint *f, struct err *err);
/* ERR_BAD_STATE where it is missing or damaged. `out` is FOOTPRINT_INIT before. */
MUST_USE int undo_read(
	const struct undo *u, enum undo_list list, struct footprint *out, struct err *err);

/* Kept files, and the changes that they belong to. */
struct undo_source {
	int folder; /* as kept.before */
	const struct changes *changes;
};
/* Fills `base`, which is empty, for the footprint: from the sources, the first of which that has just that content counts. They are the base of
 * the footprint before it, what the commit itself found (kept.before), the bases of others who have the same. By hard links: what is kept is never
 * written to. */
MUST_USE int undo_fill_base(int base, const struct changes *footprint,
	const struct undo_source *sources, size_t count, struct err *err);
/* Fills `after`, which is empty, with what the changes make, kept as what was there before `undone`, by its kept.before. By copies: these
 * come to be used, and whoever writes to them is not to change what is kept. */
MUST_USE int undo_fill_after(int after, const struct changes *changes, const struct changes *undone,
	int before, struct err *err);

/* Moves all of packages/NAME to the commit's folder, and back; missing is fine. Durable with place_sync_packages. 1 done, also
 * earlier; 0: it is not there, or cannot be kept (another file system); -1. */
MUST_USE int undo_retire(
	const struct place *p, int64_t txn, int64_t item, struct span name, struct err *err);
MUST_USE int undo_restore(
	const struct place *p, int64_t txn, int64_t item, struct span name, struct err *err);

/* What of it undo_retire moved before it failed goes. */
MUST_USE int undo_discard(const struct place *p, int64_t txn, int64_t item, struct err *err);

/* The commit stands: what it was made from is of no more use. Only a leftover where it fails. */
void undo_settle(const struct undo *u);
/* Nor can it be taken back any more: only footprint and base stay. */
MUST_USE int undo_shorten(const struct place *p, int64_t txn, int64_t item, struct err *err);
MUST_USE int undo_remove(const struct place *p, int64_t txn, int64_t item, struct err *err);
/* Removes of all what is of no more use: whose commit is not known everything, else what it was made from, if it stands. */
enum undo_use { UNDO_UNKNOWN, UNDO_STANDS, UNDO_OPEN };
MUST_USE int undo_sweep(const struct place *p,
	enum undo_use (*use_of)(const void *arg, int64_t txn, int64_t item), const void *arg,
	struct err *err);

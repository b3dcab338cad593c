/* What was played in a stage becomes so:
 *
 *     commit_check       is all as the rules saw it?
 *     commit_keep        what is needed, either way, is kept and durable; nothing is touched
 *     (the caller notes commit_begun in state.db, durably)
 *     commit_apply       the system is as it is to be; or, after an error, as it was
 *     commit_sync        durably
 *     (the caller notes commit_done, with the states that it leads to)
 *     commit_finish      effects are carried out
 *
 * What a crash leaves between is settled by commit_recover. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "engine/staged.h"
#include "store/committed.h"
#include "store/undo.h"

struct commit {
	struct engine *e;
	struct staged *s; /* borrowed */
	struct committed row;
	struct undo undo;
	int root;
	struct touched touched; /* by commit_apply */
	struct stage_rest rest; /* of what it was played in, until commit_finish */
	bool nothing; /* it changes nothing, and what is in force stays */
};
#define COMMIT_INIT ((struct commit){.row = COMMITTED_INIT, .undo = UNDO_INIT, .root = -1})
void commit_drop(struct commit *c);

/* 1: all is as the rules saw it; 0: databases that many write to have changed, so that the rules must be run again; -1:
 * ERR_CONFLICT: something else has. */
MUST_USE int commit_check(const struct staged *s, struct err *err);
/* After an error nothing is left. */
MUST_USE int commit_keep(
	struct commit *out, struct staged *s, int64_t txn, int64_t item, struct err *err);
/* Inside the caller's db_begin … db_commit. */
MUST_USE int commit_begun(struct commit *c, struct err *err);
MUST_USE int commit_done(struct commit *c, struct err *err);
/* -1 with *back: all is as before (durably), and the row of commit_begun is to go with commit_undone; without it, what can be
 * done now is done, and recovery does the rest. */
MUST_USE int commit_apply(struct commit *c, bool *back, struct err *err);
/* What commit_apply changed becomes durable, and with it what was changed meanwhile of the state. */
MUST_USE int commit_sync(const struct commit *c, struct err *err);
MUST_USE int commit_undone(struct commit *c, struct err *err);
/* After that is on disk, or after what was kept has turned out to be of no use: it goes. */
void commit_forget(struct commit *c);
/* After all is on disk. What fails is told; there is nothing to be taken back for it. */
void commit_finish(struct commit *c);

/* Settles the transaction's commits that were interrupted: what was begun is taken back; effects that are still to be carried out
 * are. */
MUST_USE int commit_recover(struct engine *e, int64_t txn, struct err *err);

/* The row's status, not waited for. */
MUST_USE int commit_note(struct engine *e, const struct committed *row,
	enum committed_status status, struct err *err);
/* The row goes, and then what was kept. */
MUST_USE int commit_end(struct engine *e, const struct committed *row, struct err *err);

/* Adds what commit_trim will take: the package, the installation, "undo 12". */
MUST_USE int commit_list_old(struct engine *e, struct items *out, struct err *err);
/* Forgets what is older than undo.days and undo.keep say, and folders that nobody knows. */
MUST_USE int commit_trim(struct engine *e, struct err *err);

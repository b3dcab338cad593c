/* The journal: what a transaction is about to do, written before it is done; kept as the
 * transactions' history. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/plan.h"
#include "store/db.h"

enum step_status {
	STATUS_PLANNED,
	STATUS_BEGUN, /* on disk before the step's first act */
	STATUS_DONE, /* on disk together with the state that it leads to */
	STATUS_FAILED, /* and taken back, where that was due */
	STATUSES,
};

const char *journal_status_name(enum step_status status); /* "planned", "begun", … */

struct journal_step {
	int64_t row;
	int64_t item; /* index in the plan */
	enum plan_action action; /* of the item */
	enum step_kind kind;
	struct buf name, id; /* of the installation that it is about */
	bool old; /* that is the one which was in use before */
	bool fresh; /* it is made by this transaction: when it fails it goes */
	enum step_status status;
};
struct journal {
	int64_t number; /* of the transaction; 0: none */
	struct buf command;
	int64_t user; /* the uid that asked */
	int64_t begun, ended; /* seconds since 1970; ended 0: not yet */
	struct buf result; /* "done", or the error's text; empty until it has ended */
	VEC(struct journal_step) of; /* in the order in which they were planned */
};
#define JOURNAL_INIT ((struct journal){.command = BUF_INIT, .result = BUF_INIT})
void journal_drop(struct journal *j);

/* Writes a transaction with all the plan's steps as planned, as one commit; plan->transaction is
 * set. `user` is the uid that asked. It is on disk with the first commit of a switch: a cut before that leaves nothing
 * but what stage_mark is for; of what has no switch at once. */
MUST_USE int journal_open(struct db *db, struct plan *plan, const char *command, int64_t user,
	int64_t now, struct journal *out, struct err *err);
/* Notes what was done without steps, in one commit, which is the caller's: begun and ended. */
MUST_USE int journal_note(struct db *db, const char *command, int64_t user, int64_t now,
	const char *result, int64_t *number, struct err *err);
/* Adds the purge of one installation, begun: an item of its own, which nobody asked for (ACTION_NOTHING). Inside the
 * caller's commit. */
MUST_USE int journal_add_purge(
	struct db *db, struct journal *j, const struct bundle *b, struct err *err);
/* The step of an item's kind and bundle; NULL if it was not planned. */
struct journal_step *journal_get(struct journal *j, size_t item, enum step_kind kind);
/* Whether each step is done, so that nothing but the end is missing. */
bool journal_is_done(const struct journal *j);
/* Notes the status (inside the caller's db_begin … db_commit). */
MUST_USE int journal_set(
	struct db *db, struct journal_step *step, enum step_status status, struct err *err);
/* Ends the transaction: result is "done" or the error's text (inside the caller's commit). A purge
 * that was begun is done with it. */
MUST_USE int journal_end(
	struct db *db, int64_t number, const char *result, int64_t now, struct err *err);

/* The oldest transaction that was begun and never ended: out->number is 0 if there is none. */
MUST_USE int journal_load_open(struct db *db, struct journal *out, struct err *err);
/* Gives fn each transaction that is kept, the newest first, or only `number` where that is not 0; valid until fn returns, which
 * is -1 to end it. */
MUST_USE int journal_each(struct db *db, int64_t number,
	int (*fn)(void *arg, const struct journal *j, struct err *err), void *arg, struct err *err);
/* The newest transaction's number; 0 if there is none. */
MUST_USE int journal_newest(struct db *db, int64_t *number, struct err *err);
/* Forgets what is older than the `keep` newest ended ones. */
MUST_USE int journal_trim(struct db *db, int64_t keep, struct err *err);

/* Whether a repository's root or head counts: decided from what was trusted and seen before, the bytes that came, and the clock's time alone. The
 * states are in memory: who has them accepted puts them into state.db, in one transaction with what came of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "model/head.h"
#include "model/wagon.h"
#include "store/repos.h"

/* All of these but trust_anchor fail with ERR_CHECKSUM where it does not count, and leave the state as it was. They say what is wrong, what that
 * means, and what to do. */

/* Before a sync: the keys (lines, as they are in files) that the admin trusts now. Where one is gone that the trust began with, it begins anew, from a root that one
 * of these has signed: 1. Where none of them is left, all that was seen by their word is forgotten, too, the revision among it. Else 0. ERR_CONFIG: one is
 * no key, or there is none. */
MUST_USE int trust_anchor(struct repo_state *s, const struct texts *keys, struct err *err);

/* Whether what is in force was signed by whom these keys vouch for: all that the trust began with are among them; without any, none is trusted
 * now. */
bool trust_is_anchored(const struct repo_state *s, const struct texts *keys);

/* Whether one of the keys that the trust began with has signed a text: of repositories without roots. */
MUST_USE int trust_by_anchor(
	const struct repo_state *s, struct span text, struct span signatures, struct err *err);

/* Takes the next root: of one that has none, the first that a key of the anchor signed. Its expiry does not count here, as another may follow.
 * `clock` is our own. */
MUST_USE int trust_root(struct repo_state *s, struct span text, struct span signatures,
	int64_t clock, struct err *err);

struct trust_head {
	struct span text, signatures;
	int64_t clock;
	bool allow_older; /* than one that was seen; all else holds */
	bool open; /* nobody has to have signed it: whose it is was not looked at, all else holds */
};
/* Takes a head, after all roots were: into *out, which was initialised. 1: it is another than the last one of its revision; 0: it is the very one that was seen last. */
MUST_USE int trust_head(
	struct repo_state *s, const struct trust_head *t, struct head *out, struct err *err);

struct trust_wagon {
	const struct wagon *wagon;
	struct span
		text; /* its repository.yaml, which trust_by_anchor passed, or nobody has to sign */
	struct span sum; /* of it, in hex */
	int64_t clock;
	bool allow_older; /* what it says counts from now on, whatever was seen */
};
/* What allow_older let pass. */
struct trust_back {
	bool goes; /* it is older than `seen`, or has other documents under the same revision */
	int64_t seen;
};
/* The same of a wagon of luet's, which has no roots and no expiry: its revision, then last_update, tell which is newer. One from
 * the future is none; and one of a lower revision is newer where its time is a week later: no number that was seen once keeps all others away for ever. 1: its documents are others
 * than those that were seen last; 0: they are just these; and what of it allow_older let pass (*back, not written with -1). */
MUST_USE int trust_wagon(struct repo_state *s, const struct trust_wagon *t, struct trust_back *back,
	struct err *err);

/* The repository.yaml of the one that was taken last; empty: none. Borrows. */
struct span trust_wagon_text(const struct repo_state *s);

/* Whether what is in force may still be used as up to date, nothing new having come: root and head have not expired. */
MUST_USE int trust_fresh(const struct repo_state *s, int64_t clock, struct err *err);

/* The latest time that is known not to be in the future: our clock may have been set back, so not before this fardel was built, nor before what the
 * repository has signed. */
int64_t trust_now(const struct repo_state *s, int64_t clock);

/* One package's switch, played in a stage: its rules, what of its footprint is taken back, and what all of that would make of the
 * system. Nothing of the system is touched. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/session.h"
#include "engine/stage.h"
#include "model/findings.h"
#include "model/footprint.h"
#include "model/plan.h"
#include "store/committed.h"
#include "store/undo.h"

/* Another package, of whose footprint something was to be known. */
struct staged_other {
	struct buf name;
	struct undo kept;
	struct footprint made;
	bool settled; /* what is lent of `made` is so still */
};

struct staged {
	struct engine *e;
	const struct request *request; /* borrowed, as are the bundles */
	const struct bundle *old; /* to be unconfigured; NULL: none */
	const struct bundle *made; /* to be configured; NULL: none */
	bool fresh; /* `made` was made, or brought back, by this transaction */
	int64_t undoes_txn, undoes_item; /* as the item's */
	const struct texts *given; /* as of struct stage; for the caller to set */
	bool network
		[PHASES]; /* in which of them its rules have that of the machine: for the caller to say */
	bool goes; /* the package's folder goes afterwards: what happens in it does not matter */
	struct stage stage; /* open after staged_run, for its content and its layers */
	struct footprint now; /* what the switch changes, and what is to be carried out */
	struct footprint after; /* what is in force afterwards, if `made` */
	struct footprint before; /* what was in force before, as far as it is known */
	struct committed older; /* the commit that `before` is of; txn 0: none */
	struct undo kept; /* that commit's */
	bool has_before;
	bool settled; /* kept.base is in the stage's folder */
	struct undo
		undone; /* of an undo: the commit that is taken back, whose kept files are the new ones; else UNDO_INIT */
	struct {
		VEC(struct staged_other) of;
	} others;
	struct owned_list takes; /* what is those packages' no longer, as it is this one's now */
	struct owned_list gifts; /* what is theirs again, as this one has it no longer */
	struct texts left; /* what had been made and stays, as others have changed it since */
	struct findings findings;
};

/* The steps of the item that are to be played decide what is old and made. */
void staged_init(struct staged *s, struct engine *e, const struct plan_item *item,
	const struct request *request);
void staged_drop(struct staged *s);
const struct bundle *staged_subject(const struct staged *s); /* made, else old */

/* Plays it. ERR_POLICY where no stage is to be had here (*none is set then); what the rules answer otherwise; ERR_SIGNAL. It may
 * be called again, and begins anew then. */
MUST_USE int staged_run(struct staged *s, bool *none, struct err *err);
/* Fills `findings`. */
MUST_USE int staged_inspect(struct staged *s, struct err *err);

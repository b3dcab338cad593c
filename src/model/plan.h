/* What was asked for, and the plan that answers it: a value that can be printed, carried out and
 * resumed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/bundle.h"
#include "model/config.h"
#include "model/findings.h"
#include "model/installer.h"
#include "model/relation.h"
#include "model/step.h"

enum goal {
	GOAL_INSTALL, /* of installers' files */
	GOAL_PREPARE,
	GOAL_DOWNLOAD,
	GOAL_EXTRACT, /* the installer's own files alone: what it says of itself can be asked */
	GOAL_RECONFIGURE, /* of names */
	GOAL_UNCONFIGURE,
	GOAL_REMOVE,
	GOAL_UNDO, /* of a transaction */
	GOAL_REPAIR, /* of names: what is not as they have made it */
	GOALS,
};

/* What the names among the items mean, where repositories are asked. */
enum wish {
	WISH_NAMED, /* they are to be there: the best version, or NAME=VERSION */
	WISH_UPGRADE, /* of what is installed: the best version; no items: of all */
	WISH_AGAIN, /* of what is installed: just that, unpacked anew where a repository still has it */
	WISH_SWITCH, /* of what is installed: NAME=VERSION */
	WISH_CASCADE, /* of a removal: those who need them go, too */
	WISH_AUTOREMOVE, /* of a removal: what came for others' sake, and nobody needs any more; no items */
	WISHES,
};

struct request {
	enum goal goal;
	enum wish wish;
	struct texts items; /* files or names, as typed */
	bool all; /* --all: every name that the goal can be applied to */
	bool force; /* go on where unconfigure fails with 1 */
	bool purge; /* of a remove: what others have changed since goes, too */
	bool direct; /* run rules on the system itself, not in a stage */
	bool yes; /* what policy wants asked is answered with yes */
	bool puavo; /* asked for as puavo-pkg: what is new has that tool's layout */
	bool force_id; /* take another content under a package-id that is known */
	bool keep_going;
	bool offline;
	bool strip; /* of a remove: of installations in puavo's layout the installer's files stay, as that tool leaves them */
	const char *
		id; /* of an install by name: which installation; NULL: the one in use, else the newest */
	int64_t number; /* of GOAL_UNDO: the transaction */
	const char *previewed; /* a file: do exactly what that preview shows, or nothing; NULL */
	struct texts allowed; /* ids of the policy, for this once */
	struct texts licences; /* names of packages whose licences are accepted */
	bool diffs; /* of a preview: what changes in texts */
};
void request_drop(struct request *r);

/* What happens to one package, in the words that people are shown. */
enum plan_action {
	ACTION_NEW, /* first installation */
	ACTION_UPGRADE, /* another id takes the place of `from` */
	ACTION_DOWNGRADE, /* the same, to a version that is older */
	ACTION_AGAIN, /* the id that is installed: configure runs again */
	ACTION_PREPARE,
	ACTION_DOWNLOAD,
	ACTION_EXTRACT,
	ACTION_RECONFIGURE,
	ACTION_UNCONFIGURE,
	ACTION_REMOVE,
	ACTION_UNDO,
	ACTION_REPAIR,
	ACTION_NOTHING, /* already as wanted */
	ACTIONS,
};
const char *plan_action_name(enum plan_action action); /* "upgrade": in JSON too */
const char *plan_action_past(enum plan_action action); /* "upgraded": for the closing line */

enum plan_result { RESULT_OPEN, RESULT_DONE, RESULT_FAILED, RESULT_BACK, RESULT_SKIPPED, RESULTS };
const char *plan_result_name(
	enum plan_result result); /* "open", "done", "failed", "rolled-back", "skipped" */

struct plan_item {
	enum plan_action action;
	struct bundle to; /* the installation aimed at (empty id for remove) */
	struct bundle from; /* the one in use before; empty name: none */
	struct installer installer; /* of files; else empty name */
	struct buf
		file; /* where the installer is: as typed; or what came from a repository; empty for names */
	struct buf repository; /* whose installer that is; may be empty */
	struct buf stage; /* where it has been extracted to already, in the stage; empty: not yet */
	VEC(struct step) steps; /* in order; all acts */
	bool cached; /* its packs are in the cache */
	int64_t undoes_txn, undoes_item; /* of an undo: the commit that it takes back; else 0 */
	int64_t gone_txn,
		gone_item; /* and the one with which the installations went that it brings back; else 0 */
	bool committed; /* from a stage: it can be taken back … */
	bool forgotten; /* … but for this: its installations went for good */
	int64_t changes; /* so many, then */
	enum plan_result result; /* while it is carried out, and after */
	struct buf why; /* the error's text when it failed */
	struct buf more; /* the lines below it */
	struct texts
		left; /* paths that the package had made and that stay, as others have changed them since */
	struct relations
		debian; /* packages of Debian that it needs and that are not there: apt brings them before the switch */
	bool counted; /* whether `left` is known: nothing of it was done outside of a stage */
};

/* What carrying it out needs from elsewhere: each pack once, however many packages have it. */
struct plan_fetch {
	size_t packs, cached; /* so many are to be fetched, and so many are in the cache */
	int64_t bytes; /* of the former; -1: not known of each */
};

struct plan {
	enum goal goal;
	VEC(struct plan_item) of;
	struct plan_fetch fetch;
	int64_t transaction; /* 0 until one was begun */
	struct err failed; /* of the first item that failed already while it was planned */
	struct texts
		debian; /* all that apt would install for its items: "libgl1 1.6.0-1", "libgl1:i386 1.6.0-1" */
	struct findings questions; /* to be answered before it is carried out */
	struct texts notes; /* what of the repositories was not taken, or is kept back, and why */
	double seconds; /* how long carrying it out took */
};

#define PLAN_INIT ((struct plan){0})
void plan_item_init(struct plan_item *item);
void plan_item_drop(struct plan_item *item);
void plan_drop(struct plan *p);
struct plan_item *plan_add(struct plan *p, enum plan_action action);
/* The same, in front of all others. */
struct plan_item *plan_insert(struct plan *p, enum plan_action action);
/* The item cannot come, and the rest goes on: notes why, also as the plan's own failure where it is the first, and clears *err. */
void plan_give_up(struct plan *p, struct plan_item *item, struct err *err);
size_t plan_count(const struct plan *p, enum plan_result result);
/* Whether carrying it out would change anything. */
bool plan_is_empty(const struct plan *p);

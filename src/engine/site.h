/* One item of a plan in act one: where it stands, and what its steps do. */
#pragma once

#include "base/err.h"
#include "engine/fetch.h"
#include "engine/run_rules.h"
#include "engine/session.h"
#include "engine/tree.h"
#include "model/manifest.h"
#include "model/plan.h"

/* One item at work. */
struct site {
	struct engine *e;
	struct plan_item *item;
	size_t at; /* the step that is next, or running */
	struct buf stage; /* its folder's name in PLACE_STAGE */
	int dir; /* that folder, once extracted */
	struct manifest manifest; /* the installer's own files, as extracted */
	struct fetch *fetches; /* one for each pack, in the installer's order */
	size_t pack; /* the one at work, of the running step */
	struct rules_task rules;
	struct tree_task tree; /* of a package of luet's, in the rules' place */
	struct task *task; /* the running step's; NULL: none runs */
	bool ready; /* it was unpacked before, and is unpacked anew because files of it were lost */
	bool published;
	bool ended; /* all steps done, or failed */
	struct err err;
};

/* `stage`: the name of its folder there. */
void site_init(struct site *s, struct engine *e, struct plan_item *item, const char *stage);
void site_drop(struct site *s);
/* There is nothing more to do: of many packages at once not all packs stay open. */
void site_end(struct site *s);

/* begin: 1 when a task runs (s->task), 0 when done, -1; end: the same, after the task has ended. Without `begin` the kind is
 * none of act one. */
struct site_step {
	int (*begin)(struct site *, struct err *);
	int (*end)(struct site *, struct err *);
};
extern const struct site_step site_steps[STEP_KINDS];

/* Rules at work: one phase as a task, its output in the transaction's log. */
#pragma once

#include "base/err.h"
#include "engine/broker.h"
#include "engine/loop.h"
#include "engine/rules_lua.h"
#include "engine/session.h"
#include "rules/phase.h"

struct rules_task {
	struct task task; /* first: the loop's callbacks are given its address */
	int streams[2]; /* what its fd waits for, where stdout and stderr are told apart; -1 */
	struct engine *e;
	bool quiet; /* nobody is told */
	int lua; /* its rules are rules.lua */
	enum phase phase;
	const struct bundle *bundle; /* borrowed */
	const struct phase_script *script; /* borrowed; NULL: its rules, or hook */
	struct broker broker; /* what rules.lua asks */
	struct buf private; /* name of the stage that holds HOME and TMPDIR */
	int64_t printed; /* bytes of output */
	struct buf tail; /* the last of it */
};

struct rules_stage;

/* What a phase works on. Paths are without the root. */
struct rules_order {
	enum phase phase;
	const struct bundle *bundle;
	const char *dir; /* the installation's folder */
	const char *args[2]; /* paths */
	const struct rules_stage *stage; /* that they run in; NULL: none */
	const struct packets_hook *hook; /* to be run in the place of the rules; NULL: none */
	const struct phase_script
		*script; /* the same, of luet's; in a stage only; valid until rules_result */
	const char *bind_from,
		*bind_to; /* shown read-only to the rules, where that is possible; or NULL */
	int bind_file; /* with bind_from, and open: no other file is shown */
};

/* For a task that is nothing yet. */
void rules_task_init(struct rules_task *t, struct engine *e);
MUST_USE int rules_begin(
	struct engine *e, struct rules_task *t, const struct rules_order *order, struct err *err);
/* After the task has ended: 0, or why it failed, with the tail of its output in the details. */
MUST_USE int rules_result(struct rules_task *t, struct err *err);
void rules_task_drop(struct rules_task *t);

/* Begins, waits, and gives the result. */
MUST_USE int rules_run(struct engine *e, const struct rules_order *order, struct err *err);

/* configure or unconfigure of an installation at its place. */
MUST_USE int rules_switch(
	struct engine *e, enum phase phase, const struct bundle *bundle, struct err *err);
/* The same in a stage, and what is shown to them there (struct process_spec). */
struct rules_stage {
	struct overlay *overlay;
	const struct process_bind *binds;
	unsigned bind_count;
	const struct process_bind *writable;
	bool quiet; /* nobody is told */
	bool network; /* they have the machine's */
};
MUST_USE int rules_staged(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, struct err *err);
/* The same of a package of Packets: its hook alone, and nobody is told of a step. */
MUST_USE int rules_hook(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, const struct packets_hook *hook, struct err *err);
/* The same of a package of luet's: one script. */
MUST_USE int rules_script(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, const struct phase_script *script, struct err *err);
/* ERR_BAD_STATE: the installation's folder is gone or, for configure, not whole. */
MUST_USE int rules_check_folder(
	struct engine *e, enum phase phase, const struct bundle *bundle, struct err *err);
/* Whether rules_switch did not come so far as to begin them, for want of something that may come
 * back: nothing has changed, and another try may do. */
bool rules_not_begun(const struct err *err);
/* An unconfigure that failed stops an install or a removal: says that --force goes on without it, if nothing else is to be done. */
void rules_offer_force(const struct request *request, struct err *err);

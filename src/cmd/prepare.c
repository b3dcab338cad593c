/* prepare: all of an installation that can be done before anything in use changes.
 *
 *	$ sudo fardel prepare zoom.tar.gz
 *	  zoom   6.2.11   prepare
 *	zoom 6.2.11 prepared in 4.1 s.
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_FORCE_ID, APPLY_LICENCE};

static int run_prepare(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_PREPARE, err);
}

const struct cmd cmd_prepare = {
	.name = "prepare",
	.args = "FILE...",
	.summary = "Extract, fetch and unpack; change nothing in use",
	.text = "What is prepared is installed later without the network, and in a moment.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_ANY,
	.run = run_prepare,
};

/* reconfigure: runs configure again on what is installed.
 *
 *	$ sudo fardel reconfigure zoom
 *	zoom 6.2.11 reconfigured in 0.1 s.
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_ALL, APPLY_ALLOW, APPLY_DIRECT, APPLY_LICENCE};

static int run_reconfigure(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_RECONFIGURE, err);
}

const struct cmd cmd_reconfigure = {
	.name = "reconfigure",
	.args = "NAME... | --all",
	.summary = "Run configure again on what is installed",
	.text = "Needs no network.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.check = apply_check_names,
	.called = CALLED_HERE,
	.run = run_reconfigure,
};

/* unconfigure: takes a package out of use and keeps it unpacked.
 *
 *	$ sudo fardel unconfigure zoom
 *	zoom: unconfigured
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_ALLOW, APPLY_DIRECT};

static int run_unconfigure(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_UNCONFIGURE, err);
}

const struct cmd cmd_unconfigure = {
	.name = "unconfigure",
	.args = "NAME...",
	.summary = "Take packages out of use; keep them unpacked",
	.text = "Take them into use again with: fardel install NAME",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_HERE,
	.run = run_unconfigure,
};

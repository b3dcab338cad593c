/* switch: another version of what is installed; one that is kept needs no download.
 *
 *	$ sudo fardel switch zoom 6.2.10
 *	  zoom   6.2.10   downgrade from 6.2.11
 *	zoom 6.2.10 downgraded: 3 changes in 0.4 s.  Take it back with: fardel undo 43
 */
#include "cmd/apply.h"

static const struct opt opts[] = {
	APPLY_FORCE, APPLY_ALLOW, APPLY_PREVIEWED, APPLY_DIRECT, APPLY_LICENCE};

static int run_switch(struct run *run, struct err *err)
{
	AUTO(buf) item = BUF_INIT;

	buf_addf(&item, "%s=%s", run->args.v[0], run->args.v[1]);
	run->args.v[0] = item.s;
	run->args.n = 1;
	((struct apply_options *)run->own)->wish = WISH_SWITCH;
	return apply_run(run, GOAL_INSTALL, err);
}

const struct cmd cmd_switch = {
	.name = "switch",
	.args = "NAME VERSION",
	.summary = "Take another version of an installed package into use",
	.text = "A version that is still here (fardel list --all) comes back without a download; else a "
		"repository must have it.",
	.group = GROUP_PACKAGES,
	.least = 2,
	.most = 2,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_HERE,
	.run = run_switch,
};

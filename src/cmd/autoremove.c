/* autoremove: packages that came for the sake of others, and that nobody needs any more.
 *
 *	$ sudo fardel autoremove
 *	runtime: removed, 0 left behind.  Take it back with: fardel undo 44
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_FORCE, APPLY_ALLOW, APPLY_DIRECT};

static int run_autoremove(struct run *run, struct err *err)
{
	((struct apply_options *)run->own)->wish = WISH_AUTOREMOVE;
	return apply_run(run, GOAL_REMOVE, err);
}

const struct cmd cmd_autoremove = {
	.name = "autoremove",
	.args = "",
	.summary = "Remove what came for the sake of others, and nobody needs any more",
	.text = "What was once named by somebody stays: fardel install NAME names what is there already.",
	.group = GROUP_PACKAGES,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.run = run_autoremove,
};

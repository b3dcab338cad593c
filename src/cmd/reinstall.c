/* reinstall: what is installed, unpacked anew.
 *
 *	$ sudo fardel reinstall zoom
 *	zoom 6.2.11 configured again in 1.2 s.
 */
#include "cmd/apply.h"

static const struct opt opts[] = {
	APPLY_FORCE, APPLY_ALLOW, APPLY_PREVIEWED, APPLY_DIRECT, APPLY_LICENCE};

static int run_reinstall(struct run *run, struct err *err)
{
	((struct apply_options *)run->own)->wish = WISH_AGAIN;
	return apply_run(run, GOAL_INSTALL, err);
}

const struct cmd cmd_reinstall = {
	.name = "reinstall",
	.args = "NAME...",
	.summary = "Unpack and configure what is installed anew",
	.text = "In the very version that is installed: its installer and packs are fetched again where they are not in the cache, and verified. What no repository has "
		"any more is configured again, and that is said.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_HERE,
	.run = run_reinstall,
};

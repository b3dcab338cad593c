/* upgrade: what is installed, in the best version that the repositories have.
 *
 *	$ sudo fardel upgrade
 *	  zoom   6.2.11   upgrade from 6.2.10
 *	To fetch: 184 MB in 1 pack.
 *	zoom 6.2.11 upgraded: 24 changes in 5.2 s.  Take it back with: fardel undo 42
 */
#include "cmd/apply.h"

static const struct opt opts[] = {
	APPLY_FORCE, APPLY_ALLOW, APPLY_PREVIEWED, APPLY_DIRECT, APPLY_LICENCE};

static int run_upgrade(struct run *run, struct err *err)
{
	((struct apply_options *)run->own)->wish = WISH_UPGRADE;
	return apply_run(run, GOAL_INSTALL, err);
}

const struct cmd cmd_upgrade = {
	.name = "upgrade",
	.args = "[NAME...]",
	.summary = "Upgrade packages to what the repositories have",
	.text = "Of all that is installed, or of what is named: the best version, with what that needs. Nothing is "
		"removed for it; what is held stays, and so does what cannot be upgraded, which is said. The "
		"repositories are taken as they were last synced (fardel repo update).",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_HERE,
	.run = run_upgrade,
};

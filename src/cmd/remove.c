/* remove: takes a package out of use and deletes its installations.
 *
 *	$ sudo fardel remove google-chrome
 *	google-chrome: removed
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_ALL, APPLY_FORCE,
	{"purge", .kind = OPT_FLAG, .at = offsetof(struct apply_options, purge),
		.help = "take also what was changed since by others"},
	{"cascade", .kind = OPT_FLAG, .at = offsetof(struct apply_options, cascade),
		.help = "remove also the packages that need them"},
	APPLY_ALLOW, APPLY_PREVIEWED, APPLY_DIRECT};

static int run_remove(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_REMOVE, err);
}

const struct cmd cmd_remove = {
	.name = "remove",
	.aliases = {"uninstall"},
	.args = "NAME... | --all",
	.summary = "Take packages out of use and delete them",
	.text = "Only what is named is removed: where other packages need it, that is refused, unless --cascade takes them, too. The packs stay in the cache until fardel cache gc.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.check = apply_check_names,
	.called = CALLED_HERE,
	.run = run_remove,
};

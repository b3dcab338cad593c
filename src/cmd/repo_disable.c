/* repo disable: disable repositories.
 *
 *	$ sudo fardel repo disable vendors
 *	vendors: disabled
 */
#include "cmd/repo_print.h"

static int run_repo_disable(struct run *run, struct err *err)
{
	return repo_run_enable(run, false, err);
}

const struct cmd cmd_repo_disable = {
	.name = "repo disable",
	.args = "REPO...",
	.summary = "Disable repositories",
	.text = "Only the value of enable: in its file is changed; comments and all other keys stay as they are. What is installed stays installed, and what is known of the repository is kept.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = ARGS_MANY,
	.need = need_nothing,
	.run = run_repo_disable,
};

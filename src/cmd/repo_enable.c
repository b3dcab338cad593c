/* repo enable: enable repositories.
 *
 *	$ sudo fardel repo enable vendors
 *	vendors: enabled
 */
#include "cmd/repo_print.h"

static int run_repo_enable(struct run *run, struct err *err)
{
	return repo_run_enable(run, true, err);
}

const struct cmd cmd_repo_enable = {
	.name = "repo enable",
	.args = "REPO...",
	.summary = "Enable repositories",
	.text = "Only the value of enable: in its file is changed, or a line added; comments and all other keys stay as they are. A repository that came with the system gets a changed copy in /etc/fardel/repos.d. Afterwards: fardel repo update NAME",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = ARGS_MANY,
	.need = need_nothing,
	.run = run_repo_enable,
};

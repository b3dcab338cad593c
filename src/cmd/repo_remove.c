/* repo remove: deletes repositories' files, and what is known of them.
 *
 *	$ sudo fardel repo remove vendors
 *	vendors: removed
 */
#include "cmd/repo_print.h"

/* What is known of one is a sync's to write. */
static enum need need_remove(const struct run *run)
{
	return run->globals.dry_run ? NEED_READ : NEED_SYNC;
}

static int run_repo_remove(struct run *run, struct err *err)
{
	const struct repo_names names = repo_names(run, run->args.n);
	AUTO(repo_changes) changes = {0};
	int status = engine_repo_remove(run->engine, &names, &changes, err);

	if (status == 0)
		repo_print(run, &changes, "removed");
	return status;
}

const struct cmd cmd_repo_remove = {
	.name = "repo remove",
	.args = "REPO...",
	.summary = "Remove repositories",
	.text = "Their files, indexes, and what was trusted and seen of them go: who adds one again begins anew "
		"with its key, and takes any revision. What was installed from them stays installed.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = ARGS_MANY,
	.need = need_remove,
	.run = run_repo_remove,
};

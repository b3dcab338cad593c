/* undo: takes a transaction back, exactly.
 *
 *	$ sudo fardel undo 42
 *	zoom: taken back
 */
#include "cmd/apply.h"

static int run_undo(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_UNDO, err);
}

const struct cmd cmd_undo = {
	.name = "undo",
	.args = "TRANSACTION",
	.summary = "Take a transaction back",
	.text = "What install, reconfigure, unconfigure, remove or undo have changed is made as it was before, from "
		"the bytes that were kept then; the package's rules do not run. It is refused where a later "
		"transaction has changed the same, or somebody else has. fardel history tells the numbers; "
		"undo.keep and undo.days say how long it is possible.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.check = apply_check_number,
	.run = run_undo,
};

/* unhold: packages may change again.
 *
 *	$ sudo fardel unhold zoom
 *	zoom: not held any more
 */
#include "cmd/cmd.h"
#include "cmd/hold_print.h"

static int run_unhold(struct run *run, struct err *err)
{
	struct hold_order order = {.held = false};

	return hold_change(run, &order, err);
}

const struct cmd cmd_unhold = {
	.name = "unhold",
	.args = "NAME...",
	.summary = "Let held packages change again",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.need = need_change,
	.called = CALLED_HERE,
	.run = run_unhold,
};

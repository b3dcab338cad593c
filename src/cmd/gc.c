/* gc: deletes old installations and leftovers.
 *
 *	$ sudo fardel gc
 *	NAME    ID         WHAT   SINCE                SIZE
 *	slack   77e1c002   old    2026-10-20 15:02   305 MB
 *	1 installation deleted: 305 MB.
 */
#include "cmd/items.h"

static const struct opt opts[] = {
	KEEP_OPT("old installations of each package to keep, in place of gc.keep"),
};

static int run_gc(struct run *run, struct err *err)
{
	const struct keep_options *own = run->own;
	struct items items = {0};
	int status = engine_gc(run->engine, own->keep, run->globals.dry_run, &items, err);

	if (status == 0) {
		items_print(run, &items, ITEMS_INSTALLATIONS, true);
		items_say_taken(run, &items, "installation", "installations");
	}
	items_drop(&items);
	return status;
}

const struct cmd cmd_gc = {
	.name = "gc",
	.args = "",
	.summary = "Delete old installations",
	.text = "What is installed or was prepared last is never deleted. See what would be with "
		"--dry-run.",
	.group = GROUP_SYSTEM,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct keep_options),
	.need = need_change,
	.run = run_gc,
};

/* gc: deletes old installations and leftovers.
 *
 *	$ sudo fardel gc
 *	NAME    ID         WHAT   SINCE                SIZE
 *	slack   77e1c002   old    2026-10-20 15:02   305 MB
 *	1 installation deleted: 305 MB.
 */
#include "cmd/items.h"

struct gc_options {
	struct keep_options keep; /* first: KEEP_OPT is its */
	int64_t undo;
};

static const struct opt opts[] = {
	KEEP_OPT("old installations of each package to keep, in place of gc.keep"),
	{"undo", .kind = OPT_NUMBER, .at = offsetof(struct gc_options, undo), .arg = "N", .min = 0,
		.max = 1000000, .preset = -1,
		.help = "transactions that can still be taken back, in place of undo.keep and undo.days"},
};

static int run_gc(struct run *run, struct err *err)
{
	const struct gc_options *own = run->own;
	struct items items = {0};
	int status = engine_gc(
		run->engine, own->keep.keep, own->undo, run->globals.dry_run, &items, err);

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
	.summary = "Delete old installations, and what undo has no more use for",
	.text = "What is installed or was prepared last is never deleted. What a removal took away is kept, "
		"for undo: --undo 0 deletes all of that. See what would be deleted with --dry-run.",
	.group = GROUP_SYSTEM,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct gc_options),
	.need = need_change,
	.run = run_gc,
};

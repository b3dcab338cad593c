/* cache gc: deletes packs that no installation refers to, and what came of downloads that broke off.
 *
 *	$ sudo fardel cache gc --dry-run
 *	USED BY   PACK       WHAT     SINCE               SIZE
 *	          03ffe1a9   unused   2026-10-02 08:11   78 MB
 *	1 pack would be deleted: 78 MB.
 */
#include "cmd/items.h"

static const struct opt opts[] = {
	KEEP_OPT("unused packs to keep, the newest ones (default: none)"),
};

static int run_cache_gc(struct run *run, struct err *err)
{
	const struct keep_options *own = run->own;
	int64_t keep = own->keep < 0 ? 0 : own->keep;
	struct items items = {0};
	int status = engine_cache_gc(run->engine, keep, run->globals.dry_run, &items, err);

	if (status == 0) {
		items_print(run, &items, ITEMS_PACKS, true);
		items_say_taken(run, &items, "pack", "packs");
	}
	items_drop(&items);
	return status;
}

const struct cmd cmd_cache_gc = {
	.name = "cache gc",
	.args = "",
	.summary = "Delete packs that no package needs, and downloads that broke off",
	.group = GROUP_CACHE,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct keep_options),
	.need = need_change,
	.run = run_cache_gc,
};

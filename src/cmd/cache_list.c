/* cache list: the vendors' packs that are kept, and parts of those whose download broke off.
 *
 *	$ fardel cache list
 *	USED BY   PACK       WHAT     SINCE                SIZE
 *	zoom      91ab03c2   used     2026-11-20 15:02   184 MB
 *	          03ffe1a9   unused   2026-10-02 08:11    78 MB
 */
#include "cmd/items.h"

static int run_cache_list(struct run *run, struct err *err)
{
	struct items items = {0};
	int status = engine_cache_list(run->engine, &items, err);

	if (status == 0) {
		items_print(run, &items, ITEMS_PACKS, false);
		if (!items.of.n && run_form(run) == FORM_TABLE)
			progress_say(&run->progress, SAY_INFO, "The cache is empty.");
	}
	items_drop(&items);
	return status;
}

const struct cmd cmd_cache_list = {
	.name = "cache list",
	.args = "",
	.summary = "List the packs in the cache",
	.group = GROUP_CACHE,
	.need = need_read,
	.run = run_cache_list,
};

/* cache verify: reads every pack and names the damaged ones.
 *
 *	$ fardel cache verify
 *	USED BY   PACK       WHAT      SINCE                SIZE
 *	zoom      91ab03c2   damaged   2026-11-20 15:02   184 MB
 *	1 pack is damaged. Mend it with: fardel cache verify --repair
 *	$ echo $?
 *	1
 */
#include "cmd/items.h"

#include "cmd/print.h"

struct verify_options {
	bool repair;
};

static const struct opt opts[] = {
	{"repair", .kind = OPT_FLAG, .at = offsetof(struct verify_options, repair),
		.help = "drop damaged packs, and fetch again those in use"},
};

static bool repairs(const struct run *run)
{
	const struct verify_options *own = run->own;

	return own->repair && !run->globals.dry_run;
}

static enum need need_verify(const struct run *run)
{
	return repairs(run) ? NEED_LOCK : NEED_READ;
}

/* ERR_FINDINGS where damage is left. */
static int judge(struct run *run, const struct items *items, struct err *err)
{
	AUTO(buf) count = BUF_INIT;
	size_t left = 0, strays = 0;

	VEC_FOR (const struct item, i, &items->of) {
		left += !i->done;
		strays += !i->id.n; /* no pack has none */
	}
	if (!items->of.n)
		progress_say(
			&run->progress, SAY_INFO, "No pack is damaged, nothing else is there.");
	else if (items->of.n > left)
		progress_say(&run->progress, SAY_INFO, "%zu damaged, %zu mended.", items->of.n,
			items->of.n - left);
	if (!left)
		return 0;
	print_count(&count, left, strays ? "entry is" : "pack is",
		strays ? "entries are" : "packs are");
	buf_adds(&count, strays ? " damaged or no pack" : " damaged");
	if (repairs(run))
		return err_set(err, ERR_FINDINGS, "%s and could not be mended.", count.s);
	return err_set(err, ERR_FINDINGS, "%s. Mend with: fardel cache verify --repair", count.s);
}

static int run_cache_verify(struct run *run, struct err *err)
{
	struct items items = {0};
	int status = engine_cache_verify(run->engine, repairs(run), &items, err);

	if (status == 0) {
		items_print(run, &items, ITEMS_PACKS, true);
		status = judge(run, &items, err);
	}
	items_drop(&items);
	return status;
}

const struct cmd cmd_cache_verify = {
	.name = "cache verify",
	.args = "",
	.summary = "Read every pack in the cache and name the damaged ones",
	.text = "Ends with exit status 1 where damage is left.",
	.group = GROUP_CACHE,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct verify_options),
	.need = need_verify,
	.run = run_cache_verify,
};

/* download: only the vendor's pack, into the cache.
 *
 *	$ sudo fardel download zoom.tar.gz
 *	  zoom   6.2.11   download
 *	To fetch: 1 pack.
 *	zoom 6.2.11 downloaded in 3.8 s.
 */
#include "cmd/apply.h"

static const struct opt opts[] = {APPLY_LICENCE};

static int run_download(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_DOWNLOAD, err);
}

const struct cmd cmd_download = {
	.name = "download",
	.args = "FILE...",
	.summary = "Fetch the vendors' packs into the cache",
	.text = "A pack whose installer states no checksum is never cached, and cannot be downloaded "
		"alone.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_ANY,
	.run = run_download,
};

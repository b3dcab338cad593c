/* install: the vendors' software, new or in place of another version.
 *
 *	$ sudo fardel install zoom.tar.gz slack.tar.gz
 *	  zoom    6.2.11     new
 *	  slack   4.41.105   upgrade from 4.40.128
 *	To fetch: 2 packs (1 of 3 is in the cache).
 *	zoom 6.2.11 installed, slack 4.41.105 upgraded in 5.2 s.
 */
#include "cmd/apply.h"

static const struct opt opts[] = {
	APPLY_FORCE, APPLY_FORCE_ID, APPLY_ALLOW, APPLY_PREVIEWED, APPLY_DIRECT, APPLY_LICENCE};

static int run_install(struct run *run, struct err *err)
{
	return apply_run(run, GOAL_INSTALL, err);
}

const struct cmd cmd_install = {
	.name = "install",
	.args = "FILE|NAME[=VERSION]...",
	.summary = "Install or upgrade packages from their installers",
	.text = "A FILE is an installer (NAME.tar.gz, NAME.tar.zst) or a package of Packets (NAME.pkt.tar.zst). A NAME is "
		"looked up in the repositories, as last synced: the best version, or NAME=VERSION, with what it needs; "
		"a name that none has takes what is prepared into use. The vendors' "
		"packs are fetched, verified and unpacked first, while nothing in use changes; then each "
		"package is switched over. Where that fails, the version that was in use is configured "
		"again. Installing what is installed already runs its configure again.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct apply_options),
	.need = need_change,
	.called = CALLED_ANY,
	.run = run_install,
};

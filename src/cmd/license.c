/* license: where the licence's text can be read.
 *
 *	$ fardel license zoom
 *	file:///var/lib/fardel/packages/zoom/4e7250518e.../license
 */
#include "cmd/cmd.h"

#include <stdio.h>

#include "base/text.h"

static bool is_file(const struct run *run)
{
	return engine_is_file(run->args.v[0]);
}

static enum need need_license(const struct run *run)
{
	return is_file(run) ? NEED_LOCK : NEED_READ;
}

static int check_license(const struct run *run, struct err *err)
{
	if (run->globals.dry_run && is_file(run))
		return err_set(
			err, ERR_USAGE, "the licence of a file is copied: there is no --dry-run");
	return 0;
}

static int run_license(struct run *run, struct err *err)
{
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) safe = BUF_INIT;

	if (engine_licence(run->engine, run->args.v[0], &url, err) < 0)
		return -1;
	text_escape(&safe, buf_span(&url));
	if (run->json)
		json_put_text(run->json, "url", buf_span(&url));
	else
		printf("%s\n", safe.s);
	return 0;
}

const struct cmd cmd_license = {
	.name = "license",
	.aliases = {"licence"},
	.args = "NAME|FILE",
	.summary = "Print where the licence can be read, as a file:// URL",
	.text = "The licence of an installer's file is copied below the cache first, which needs root.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.need = need_license,
	.check = check_license,
	.called = CALLED_SHOWN,
	.run = run_license,
};

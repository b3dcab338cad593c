/* lua: an admin's own script.
 *
 *	$ fardel lua census.lua /opt
 *	/opt/zoom: 212 files
 */
#include "engine/lua.h"
#include "cmd/cmd.h"

static int run_lua(struct run *run, struct err *err)
{
	return engine_lua(run->engine, run->args.v[0], run->args.v + 1, run->args.n - 1, err);
}

static int check_lua(const struct run *run, struct err *err)
{
	if (run->globals.dry_run)
		return err_set(err, ERR_USAGE,
			"what a script would do is known when it has done it: without --dry-run");
	if (run->globals.json || run->globals.root)
		return err_set(err, ERR_USAGE,
			"a script says what it says, and works on this system: without --%s",
			run->globals.json ? "json" : "root");
	return 0;
}

const struct cmd cmd_lua = {
	.name = "lua",
	.args = "FILE [ARG...]",
	.summary = "Run a Lua script of your own",
	.text = "The script is trusted: it has all of Lua's standard library and the modules of rules.lua, "
		"with your rights, and no bounds. Its arguments are in the table arg, as with lua; whatever "
		"stands behind FILE is for it. There is no --dry-run of it. The exit status is the script's: that of os.exit, or 1 after an error.",
	.group = GROUP_SYSTEM,
	.least = 1,
	.most = ARGS_MANY,
	.rest = true,
	.need = need_read,
	.check = check_lua,
	.run = run_lua,
};

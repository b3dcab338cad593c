/* log: what goes into the log of the transaction. */
#include <unistd.h>

#include "rules/args.h"
#include "rules/lua_modules.h"
#include "rules/lua_run.h"

static int say(struct script_call *c, int fd, const char *before, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	buf_adds(&line, before);
	buf_add_span(&line, text);
	lua_run_say(c->context, fd, buf_span(&line));
	return 0;
}

static int log_info(struct script_call *c, struct err *err)
{
	return say(c, STDOUT_FILENO, "", err);
}

static int log_warn(struct script_call *c, struct err *err)
{
	return say(c, STDERR_FILENO, "warning: ", err);
}

const struct script_function lua_log[] = {{"info", log_info}, {"warn", log_warn}, {0}};

/* toml: a document as a table. */
#include "ext/toml.h"
#include "rules/args.h"
#include "rules/lua_modules.h"

#define TEXT_MAX (1 << 20)

static int decode(struct script_call *c, struct err *err)
{
	struct value out = VALUE_INIT;
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	if (text.n > TEXT_MAX)
		return err_set(err, ERR_FAILED, "text: more than %d bytes", TEXT_MAX);
	if (toml_value(text, &out, err) < 0) {
		err->code = ERR_FAILED;
		return -1;
	}
	args_give(c, out);
	return 0;
}

const struct script_function lua_toml[] = {{"decode", decode}, {0}};

/* sys: facts of the system and the package. */
#include "rules/args.h"
#include "rules/lua_modules.h"
#include "rules/lua_run.h"

#define API 1

static int sys_in_use(struct script_call *c, struct err *err)
{
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	return err_set(err, ERR_IN_USE, "%.*s", SPAN_ARG(span_cut(text, 0, 400)));
}

void lua_sys_facts(struct lua_run *run)
{
	const struct order *o = &run->order;
	const struct {
		const char *name;
		const struct buf *value;
	} facts[] = {{"architecture", &o->architecture}, {"distribution", &o->distribution},
		{"release", &o->release}, {"codename", &o->codename}, {"locale", &o->locale},
		{"phase", &o->phase}},
	  package[] = {{"name", &o->package}, {"version", &o->version}, {"id", &o->id}};
	struct value table = value_table();

	for (size_t i = 0; i < COUNT(facts); i++)
		script_set(run->script, "sys", facts[i].name, value_text(buf_span(facts[i].value)));
	for (size_t i = 0; i < COUNT(package); i++)
		value_put(&table, package[i].name, value_text(buf_span(package[i].value)));
	script_set(run->script, "sys", "package", table);
	script_set(run->script, "sys", "api", value_integer(API));
}

const struct script_function lua_sys[] = {{"in_use", sys_in_use}, {0}};

/* alternatives: by update-alternatives. */
#include "rules/args.h"
#include "rules/lua_modules.h"
#include "rules/programs.h"
#include "rules/words.h"

#define PROGRAM "update-alternatives"

static const struct field install_fields[] = {{"link", FIELD_PATH, true},
	{"name", FIELD_WORD, true}, {"path", FIELD_PATH, true}, {"priority", FIELD_INTEGER, true},
	{0}};
static const struct field fields[] = {{"name", FIELD_WORD, true}, {"path", FIELD_PATH, true}, {0}};

static int run_it(struct script_call *c, const struct value_table *t, const char *const *argv,
	struct err *err)
{
	return program_must(c->context, argv, err) < 0 ? err_at(err, "%s", field_word(t, "name"))
						       : 0;
}

static int read(struct script_call *c, const struct field *known, const struct value_table **t,
	struct err *err)
{
	if (args_table(c, 0, "the alternative", t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(*t, known, false, err) < 0 ||
		words_file_name(field_word(*t, "name"), "name", err) < 0)
		return -1;
	if (field_word(*t, "path")[0] != '/' ||
		(known == install_fields && field_word(*t, "link")[0] != '/'))
		return err_set(
			err, ERR_FAILED, "%s: path and link are absolute", field_word(*t, "name"));
	return 0;
}

static int alternatives_install(struct script_call *c, struct err *err)
{
	const struct value_table *t;
	AUTO(buf) priority = BUF_INIT;

	if (read(c, install_fields, &t, err) < 0)
		return -1;
	buf_addf(&priority, "%lld", (long long)field_integer(t, "priority"));
	return run_it(c, t,
		(const char *const[]){PROGRAM, "--install", field_word(t, "link"),
			field_word(t, "name"), field_word(t, "path"), priority.s, NULL},
		err);
}

static int act(struct script_call *c, const char *option, struct err *err)
{
	const struct value_table *t;

	if (read(c, fields, &t, err) < 0)
		return -1;
	return run_it(c, t,
		(const char *const[]){
			PROGRAM, option, field_word(t, "name"), field_word(t, "path"), NULL},
		err);
}

static int alternatives_remove(struct script_call *c, struct err *err)
{
	return act(c, "--remove", err);
}

static int alternatives_set(struct script_call *c, struct err *err)
{
	return act(c, "--set", err);
}

const struct script_function lua_alternatives[] = {{"install", alternatives_install},
	{"remove", alternatives_remove}, {"set", alternatives_set}, {0}};

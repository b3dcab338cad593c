/* unit: units of systemd. systemctl is the one of the system; in a stage, what stands in for it. */
#include <string.h>

#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "rules/programs.h"
#include "rules/words.h"

#define UNITS "usr/lib/systemd/system"

static const struct field fields[] = {{"enable", FIELD_BOOL, false}, {"file", FIELD_PATH, false},
	{"name", FIELD_WORD, true}, {"start", FIELD_BOOL, false}, {"text", FIELD_TEXT, false}, {0}};

static int check_name(const char *name, struct err *err)
{
	static const char *const kinds[] = {".service", ".socket", ".timer", ".path", ".mount",
		".target", ".slice", ".automount", ".swap"};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (words_are(name, "._@:+\\-") && span_ends(span_of(name), kinds[i]) &&
			strlen(name) > strlen(kinds[i]) && strlen(name) < 256 && *name != '.')
			return 0;
	return err_set(err, ERR_FAILED, "%s: no name of a unit, as hello.service", name);
}

static int ask(struct lua_run *run, const char *verb, const char *name, struct err *err)
{
	const char *const argv[] = {"systemctl", verb, name, NULL};

	return program_must(run, argv, err) < 0 ? err_at(err, "systemctl %s %s", verb, name) : 0;
}

static int install(struct lua_run *run, const struct value_table *t, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	const char *name = field_word(t, "name");

	if (field_given(t, "file") == field_given(t, "text"))
		return err_set(err, ERR_FAILED, "either file or text is needed");
	if (lua_run_system(run, UNITS, name, "", &path, err) < 0)
		return -1;
	if (field_given(t, "file"))
		return deed_copy(run, field_word(t, "file"), path.s, 0644, true, err);
	return deed_write(run, path.s, DEED_MODE_KEEP, field_text(t, "text"), err);
}

static int unit_install(struct script_call *c, struct err *err)
{
	const struct value_table *t;

	if (args_table(c, 0, "the unit", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, fields, false, err) < 0 ||
		check_name(field_word(t, "name"), err) < 0)
		return -1;
	if (install(c->context, t, err) < 0)
		return err->code == ERR_POLICY ? -1 : err_at(err, "%s", field_word(t, "name"));
	if (field_bool(t, "enable") && ask(c->context, "enable", field_word(t, "name"), err) < 0)
		return -1;
	return field_bool(t, "start") ? ask(c->context, "start", field_word(t, "name"), err) : 0;
}

static int verb(struct script_call *c, const char *verb, struct err *err)
{
	const char *name;

	if (args_path(c, 0, "name", &name, err) < 0 || args_at_most(c, 1, err) < 0 ||
		check_name(name, err) < 0)
		return -1;
	return ask(c->context, verb, name, err);
}

static int unit_enable(struct script_call *c, struct err *err)
{
	return verb(c, "enable", err);
}

static int unit_disable(struct script_call *c, struct err *err)
{
	return verb(c, "disable", err);
}

static int unit_start(struct script_call *c, struct err *err)
{
	return verb(c, "start", err);
}

static int unit_stop(struct script_call *c, struct err *err)
{
	return verb(c, "stop", err);
}

static int unit_restart(struct script_call *c, struct err *err)
{
	return verb(c, "restart", err);
}

const struct script_function lua_unit[] = {{"disable", unit_disable}, {"enable", unit_enable},
	{"install", unit_install}, {"restart", unit_restart}, {"start", unit_start},
	{"stop", unit_stop}, {0}};

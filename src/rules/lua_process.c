/* run: a program that the manifest names. */
#include <string.h>

#include "rules/args.h"
#include "rules/lua_modules.h"
#include "rules/programs.h"

static const struct field fields[] = {
	{"capture", FIELD_BOOL, false}, {"check", FIELD_BOOL, false}, {0}};

static bool is_allowed(const struct lua_run *run, const char *name)
{
	if (run->order.profile == ORDER_ADMIN)
		return true;
	VEC_FOR (const struct buf, one, &run->order.programs)
		if (!strcmp(one->s, name))
			return true;
	return false;
}

static int check_words(const struct lua_run *run, const struct value_table *t, struct words *words,
	struct err *err)
{
	VEC_FOR (const struct value, word, &t->list) {
		if (word->kind != VALUE_TEXT || strlen(word->text.s) != word->text.n)
			return err_set(err, ERR_FAILED,
				"its words are texts without NUL characters, one is %s",
				value_name(word));
		*vec_push(&words->of) = word->text.s;
	}
	if (!words->of.n)
		return err_set(err, ERR_FAILED, "a program is needed");
	if (!words->of.v[0][0] || strchr(words->of.v[0], '/'))
		return err_set(err, ERR_FAILED, "%s: a program is given by its name alone",
			words->of.v[0]);
	if (!is_allowed(run, words->of.v[0]))
		return err_set(err, ERR_FAILED,
			"%s: the manifest does not name it among its needs.programs",
			words->of.v[0]);
	*vec_push(&words->of) = NULL;
	return 0;
}

static int run_program(struct script_call *c, struct err *err)
{
	AUTO(program_end) end = PROGRAM_END_INIT;
	AUTO(words) words = {0};
	struct program p = {.fd = -1, .in = -1, .dir = -1};
	const struct value_table *t;

	if (args_table(c, 0, "the program", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, fields, true, err) < 0 ||
		check_words(c->context, t, &words, err) < 0)
		return -1;
	p.argv = words.of.v;
	p.keeps_out = field_bool(t, "capture");
	if (program_run(c->context, &p, &end, err) < 0)
		return -1;
	if (end.status && (!field_given(t, "check") || field_bool(t, "check")))
		return err_set(
			err, ERR_FAILED, "%s failed (exit status %d)", p.argv[0], end.status);
	args_give(c, value_integer(end.status));
	if (p.keeps_out)
		args_give(c, value_take(&end.out));
	return 0;
}

const struct script_function lua_process[] = {{"run", run_program}, {0}};

/* user: users that programs run as. */
#include <string.h>

#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "rules/programs.h"
#include "rules/words.h"

static const struct field fields[] = {{"comment", FIELD_WORD, false},
	{"groups", FIELD_WORDS, false}, {"home", FIELD_PATH, false}, {"name", FIELD_WORD, true},
	{"shell", FIELD_PATH, false}, {0}};

static int check_name(const char *name, struct err *err)
{
	if (!words_are(name, "_-") || strlen(name) > 32 || (*name >= '0' && *name <= '9'))
		return err_set(err, ERR_FAILED, "%s: no name of a user", name);
	return 0;
}

/* 1: passwd names it. */
static int exists(struct lua_run *run, const char *name, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	struct span rest, line, first;

	if (lua_run_system(run, "etc", "passwd", "", &path, err) < 0 ||
		deed_read(run, path.s, &text, err) < 0)
		return -1;
	rest = buf_span(&text);
	while (span_split(&rest, '\n', &line))
		if (span_split(&line, ':', &first) && span_is_text(first, name))
			return 1;
	return 0;
}

/* Colons and lines are what passwd is made of. */
static int check_fields(const struct value_table *t, struct err *err)
{
	static const char *const names[] = {"comment", "home", "shell"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *word = field_word(t, names[i]);

		if (word && strpbrk(word, ":\n"))
			return err_set(err, ERR_FAILED, "%s: %s: a colon is in it",
				field_word(t, "name"), names[i]);
		if (word && i && *word != '/')
			return err_set(err, ERR_FAILED, "%s: %s: an absolute path is needed",
				field_word(t, "name"), names[i]);
	}
	return check_name(field_word(t, "name"), err);
}

static int join_groups(const struct value_table *t, struct buf *out, struct err *err)
{
	AUTO(words) groups = {0};

	field_words(t, "groups", &groups);
	for (size_t i = 0; i < groups.of.n; i++) {
		if (check_name(groups.of.v[i], err) < 0)
			return err_at(err, "%s: groups", field_word(t, "name"));
		buf_addf(out, "%s%s", i ? "," : "", groups.of.v[i]);
	}
	return 0;
}

static int add(struct lua_run *run, const struct value_table *t, struct err *err)
{
	AUTO(buf) groups = BUF_INIT;
	const char *home = field_word(t, "home"), *shell = field_word(t, "shell"),
		   *comment = field_word(t, "comment");
	const char *argv[16] = {"useradd", "--system", "--user-group", "--no-create-home",
		"--home-dir", home ? home : "/nonexistent", "--shell",
		shell ? shell : "/usr/sbin/nologin"};
	size_t n = 8;

	if (join_groups(t, &groups, err) < 0)
		return -1;
	if (comment) {
		argv[n++] = "--comment";
		argv[n++] = comment;
	}
	if (groups.n) {
		argv[n++] = "--groups";
		argv[n++] = groups.s;
	}
	argv[n] = field_word(t, "name");
	return program_must(run, argv, err) < 0 ? err_at(err, "%s", argv[n]) : 0;
}

static int user_add(struct script_call *c, struct err *err)
{
	const struct value_table *t;
	int there;

	if (args_table(c, 0, "the user", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, fields, false, err) < 0 || check_fields(t, err) < 0)
		return -1;
	there = exists(c->context, field_word(t, "name"), err);
	if (there < 0)
		return -1;
	args_give(c, value_bool(!there));
	return there ? 0 : add(c->context, t, err);
}

static int named(struct script_call *c, const char **name, struct err *err)
{
	return args_path(c, 0, "name", name, err) < 0 || args_at_most(c, 1, err) < 0
		       ? -1
		       : check_name(*name, err);
}

/* Gives the script whether there is a user of that name: 1, 0, -1. */
static int look_up(struct script_call *c, const char **name, struct err *err)
{
	int there = named(c, name, err) < 0 ? -1 : exists(c->context, *name, err);

	if (there >= 0)
		args_give(c, value_bool(there));
	return there;
}

static int user_exists(struct script_call *c, struct err *err)
{
	const char *name;

	return look_up(c, &name, err) < 0 ? -1 : 0;
}

static int user_remove(struct script_call *c, struct err *err)
{
	const char *name;
	int there = look_up(c, &name, err);

	if (there <= 0)
		return there;
	if (program_must(c->context, (const char *const[]){"userdel", name, NULL}, err) < 0)
		return err_at(err, "%s", name);
	return 0;
}

const struct script_function lua_user[] = {
	{"add", user_add}, {"exists", user_exists}, {"remove", user_remove}, {0}};

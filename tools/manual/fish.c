/* Fish: functions for completions/fardel.fish, that print what stands under a command's name; what every command takes stands
 * under the name fardel. */
#include "manual.h"

#include <string.h>

static void add_quoted(struct buf *out, const char *x)
{
	buf_addc(out, '\'');
	for (; *x; x++) {
		if (strchr("'\\", *x))
			buf_addc(out, '\\');
		buf_addc(out, *x);
	}
	buf_addc(out, '\'');
}

static void add_option(struct buf *out, const char *name, const char *help)
{
	if (!*name)
		return;
	buf_addf(out, " %s%s ", name[1] ? "--" : "-", name);
	add_quoted(out, help);
}

static void add_options(struct buf *out, const char *key, const struct opt *rows, size_t count)
{
	if (!count)
		return;
	buf_addf(out, "        case '%s'\n            printf '%%s\\t%%s\\n'", key);
	for (size_t i = 0; i < count; i++) {
		char letter[2] = {rows[i].letter, 0};

		add_option(out, rows[i].name, rows[i].help);
		add_option(out, rows[i].alias ? rows[i].alias : "", rows[i].help);
		add_option(out, letter, rows[i].help);
	}
	buf_addc(out, '\n');
}

static void add_values(struct buf *out, const char *key, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct opt *o = &rows[i];
		AUTO(buf) kinds = BUF_INIT;

		if (!o->arg)
			continue;
		words_of_option(o, &kinds);
		buf_addf(out, "        case '%s --%s'", key, o->name);
		if (o->alias)
			buf_addf(out, " '%s --%s'", key, o->alias);
		if (o->letter)
			buf_addf(out, " '%s -%c'", key, o->letter);
		buf_addf(out, "\n            echo '%s'\n", kinds.s);
	}
}

static void add_commands(struct buf *out)
{
	buf_adds(out, "function __fardel_commands\n    printf '%s\\t%s\\n'");
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		buf_addf(out, " \\\n        '%s' ", cmd->name);
		add_quoted(out, cmd->summary);
		if (!cmd->alias)
			continue;
		buf_addf(out, " \\\n        '%s' ", cmd->alias);
		add_quoted(out, cmd->summary);
	}
	buf_adds(out, "\nend\n");
}

static void add_arguments(struct buf *out)
{
	buf_adds(out, "function __fardel_arguments\n    switch \"$argv\"\n");
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		buf_addf(out, "        case '%s'", cmd->name);
		if (cmd->alias)
			buf_addf(out, " '%s'", cmd->alias);
		buf_addf(out, "\n            echo '%u", cmd->most);
		words_of_arguments(cmd, out);
		buf_adds(out, "'\n");
	}
	buf_adds(out, "    end\nend\n");
}

void fish_tables(struct buf *out)
{
	add_commands(out);
	buf_adds(out, "function __fardel_options\n    switch \"$argv\"\n");
	add_options(out, "fardel", globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_options(out, cmd_table[i]->name, cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, "    end\nend\nfunction __fardel_values\n    switch \"$argv\"\n");
	add_values(out, "fardel", globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_values(out, cmd_table[i]->name, cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, "    end\nend\n");
	add_arguments(out);
	buf_adds(out, "set -g __fardel_keys ");
	words_of_keys(out);
	buf_adds(out, "\nset -g __fardel_ids ");
	words_of_ids(out);
	buf_addc(out, '\n');
}

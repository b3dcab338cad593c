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

/* "case 'remove' 'uninstall'", with an option behind each: the command's own name and the others. */
static void add_case(struct buf *out, const struct cmd *cmd, const char *option)
{
	buf_addf(out, "        case '%s%s'", cmd ? cmd->name : "fardel", option);
	for (size_t i = 0; cmd && cmd->aliases[i]; i++)
		buf_addf(out, " '%s%s'", cmd->aliases[i], option);
	buf_adds(out, "\n");
}

static void add_options(
	struct buf *out, const struct cmd *cmd, const struct opt *rows, size_t count)
{
	if (!count)
		return;
	add_case(out, cmd, "");
	buf_adds(out, "            printf '%s\\t%s\\n'");
	for (size_t i = 0; i < count; i++) {
		char letter[2] = {rows[i].letter, 0};

		add_option(out, rows[i].name, rows[i].help);
		add_option(out, rows[i].alias ? rows[i].alias : "", rows[i].help);
		add_option(out, letter, rows[i].help);
	}
	buf_addc(out, '\n');
}

static void add_value(struct buf *out, const struct cmd *cmd, const char *name, const struct opt *o)
{
	AUTO(buf) option = BUF_INIT;

	if (!*name)
		return;
	buf_addf(&option, " %s%s", name[1] ? "--" : "-", name);
	add_case(out, cmd, option.s);
	buf_adds(out, "            echo '");
	words_of_option(o, out);
	buf_adds(out, "'\n");
}

static void add_values(struct buf *out, const struct cmd *cmd, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char letter[2] = {rows[i].letter, 0};

		if (!rows[i].arg)
			continue;
		add_value(out, cmd, rows[i].name, &rows[i]);
		add_value(out, cmd, rows[i].alias ? rows[i].alias : "", &rows[i]);
		add_value(out, cmd, letter, &rows[i]);
	}
}

static void add_commands(struct buf *out)
{
	buf_adds(out, "function __fardel_commands\n    printf '%s\\t%s\\n'");
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		buf_addf(out, " \\\n        '%s' ", cmd->name);
		add_quoted(out, cmd->summary);
		for (size_t k = 0; cmd->aliases[k]; k++) {
			buf_addf(out, " \\\n        '%s' ", cmd->aliases[k]);
			add_quoted(out, cmd->summary);
		}
	}
	buf_adds(out, "\nend\n");
}

static void add_arguments(struct buf *out)
{
	buf_adds(out, "function __fardel_arguments\n    switch \"$argv\"\n");
	for (size_t i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		add_case(out, cmd, "");
		buf_addf(out, "            echo '%u", cmd->most);
		words_of_arguments(cmd, out);
		buf_adds(out, "'\n");
	}
	buf_adds(out, "    end\nend\n");
}

void fish_tables(struct buf *out)
{
	add_commands(out);
	buf_adds(out, "function __fardel_options\n    switch \"$argv\"\n");
	add_options(out, NULL, globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_options(out, cmd_table[i], cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, "    end\nend\nfunction __fardel_values\n    switch \"$argv\"\n");
	add_values(out, NULL, globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_values(out, cmd_table[i], cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, "    end\nend\n");
	add_arguments(out);
	buf_adds(out, "set -g __fardel_keys ");
	words_of_keys(out);
	buf_adds(out, "\nset -g __fardel_ids ");
	words_of_ids(out);
	buf_adds(out, "\nset -g __fardel_lint_ids ");
	words_of_lint_ids(out);
	buf_addc(out, '\n');
}

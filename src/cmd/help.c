/* help: how to use fardel, printed from the rows of commands and options.
 *
 *	$ fardel help log
 *	Usage: fardel log [OPTION]... [N]
 *
 *	Print the log of transaction N, or of the last one.
 *
 *	Options of every command: fardel help
 */
#include "cmd/help.h"

#include <string.h>

#include "cmd/print.h"

#define COLUMNS 80
#define OPTION_COLUMNS 28 /* before an option's help */

static void add_option(struct buf *out, const struct opt *o)
{
	AUTO(buf) left = BUF_INIT;

	if (o->letter)
		buf_addf(&left, "  -%c, --%s", o->letter, o->name);
	else
		buf_addf(&left, "      --%s", o->name);
	if (o->alias && o->alias[0] != o->name[0])
		buf_addf(&left, ", --%s", o->alias);
	if (o->arg)
		buf_addf(&left, " %s", o->arg);
	print_pad(out, buf_span(&left), OPTION_COLUMNS);
	buf_addf(out, "%s%s\n", left.n >= OPTION_COLUMNS ? " " : "", o->help);
}

static void add_options(struct buf *out, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_option(out, &rows[i]);
}

static void add_command(struct buf *out, const struct cmd *cmd)
{
	buf_adds(out, "  ");
	print_pad(out, span_of(cmd->name), 14);
	buf_addf(out, "%s\n", cmd->summary);
}

void help_all(struct buf *out, bool full)
{
	buf_adds(out,
		"Usage: fardel [OPTION]... COMMAND [ARGUMENT]...\n\n"
		"Installs vendors' software from small installers, and keeps it upgradable and\n"
		"removable.\n");
	for (int group = 0; group < GROUPS; group++) {
		buf_addf(out, "\n%s\n", cmd_group_titles[group]);
		for (size_t i = 0; cmd_table[i]; i++)
			if (cmd_table[i]->group == (enum cmd_group)group)
				add_command(out, cmd_table[i]);
	}
	if (full) {
		buf_adds(out, "\nOptions of every command\n");
		add_options(out, globals_rows, globals_count);
		buf_adds(out, "\nMore: fardel help COMMAND, fardel help exit-codes\n");
	} else {
		buf_adds(out, "\nMore: fardel help, fardel help COMMAND\n");
	}
}

void help_command(struct buf *out, const struct cmd *cmd)
{
	buf_addf(out, "Usage: fardel %s [OPTION]...%s%s\n\n%s.\n", cmd->name, *cmd->args ? " " : "",
		cmd->args, cmd->summary);
	for (size_t i = 0; cmd->aliases[i]; i++)
		buf_addf(out, "%s fardel %s", i ? "," : "Also called:", cmd->aliases[i]);
	if (cmd->aliases[0])
		buf_addc(out, '\n');
	if (cmd->text) {
		buf_addc(out, '\n');
		print_wrap(out, cmd->text, 0, COLUMNS);
	}
	if (cmd->opt_count) {
		buf_adds(out, "\nOptions\n");
		add_options(out, cmd->opts, cmd->opt_count);
	}
	buf_adds(out, "\nOptions of every command: fardel help\n");
}

void help_group(struct buf *out, const char *group)
{
	size_t n = strlen(group);

	buf_addf(out, "Usage: fardel %s COMMAND [OPTION]...\n\n", group);
	for (size_t i = 0; cmd_table[i]; i++)
		if (strncmp(cmd_table[i]->name, group, n) == 0 && cmd_table[i]->name[n] == ' ')
			add_command(out, cmd_table[i]);
	buf_addf(out, "\nMore: fardel help %s COMMAND\n", group);
}

static void add_exit_codes(struct buf *out)
{
	buf_adds(out, "Exit status\n");
	for (unsigned i = 0; i < exit_count; i++)
		buf_addf(out, "  %3d   %s\n", exit_table[i].status, exit_table[i].text);
}

void help_print(struct run *run, const struct buf *text)
{
	if (run->json)
		json_put_text(run->json, "text", buf_span(text));
	else
		print_out(text);
}

void help_run(struct run *run)
{
	AUTO(buf) text = BUF_INIT;

	if (run->cmd && (run->cmd != &cmd_help || !run->args.n))
		help_command(&text, run->cmd);
	else if (run->group.n)
		help_group(&text, run->group.s);
	else
		help_all(&text, run->globals.help);
	help_print(run, &text);
}

static int run_help(struct run *run, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	const char *word = run->args.n ? run->args.v[0] : "";
	const struct cmd *cmd;

	if (run->args.n == 2) {
		buf_setf(&text, "%s %s", word, run->args.v[1]);
		cmd = cmd_find(buf_span(&text));
		buf_clear(&text);
	} else {
		cmd = cmd_find(span_of(word));
	}
	if (!*word)
		help_all(&text, true);
	else if (cmd)
		help_command(&text, cmd);
	else if (run->args.n == 2)
		return cmd_unknown(cmd_is_group(span_of(word)) ? word : "",
			cmd_is_group(span_of(word)) ? run->args.v[1] : word, err);
	else if (cmd_is_group(span_of(word)))
		help_group(&text, word);
	else if (strcmp(word, "exit-codes") == 0)
		add_exit_codes(&text);
	else
		return cmd_unknown("", word, err);
	help_print(run, &text);
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND | exit-codes]",
	.summary = "Print help, of all or of one command",
	.group = GROUP_SYSTEM,
	.most = 2,
	.run = run_help,
};

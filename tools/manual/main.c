/* manual: prints what the program's own tables say, for manual pages and completions; only the build runs it.
 *
 *	manual commands                  the commands, a line each
 *	manual page COMMAND <PROSE       its page, of the prose and the rows, as scdoc
 *	manual print PIECE               commands, options, exit-codes, keys or puavo, as scdoc
 *	manual bash|zsh|fish <SCRIPT     that script, in the place of its line @TABLES@ the tables
 *	manual rows                      all rows, a line each: what tests hold the pages against
 */
#include "manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/puavo.h"
#include "model/config.h"
#include "model/lint.h"
#include "model/policy.h"

static void read_all(struct buf *in)
{
	char bytes[4096];
	size_t n;

	while ((n = fread(bytes, 1, sizeof(bytes), stdin)) > 0)
		buf_add(in, bytes, n);
}

static void print_commands(struct buf *out)
{
	for (size_t i = 0; cmd_table[i]; i++)
		buf_addf(out, "%s\n", cmd_table[i]->name);
}

/* "option", "install", "--force", "go on …" */
static void add_row(
	struct buf *out, const char *kind, const char *of, const char *name, const char *help)
{
	buf_addf(out, "%s\t%s\t%s\t%s\n", kind, of, name, help ? help : "");
}

static void add_option_rows(struct buf *out, const char *name, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO(buf) option = BUF_INIT;

		buf_setf(&option, "--%s", rows[i].name);
		add_row(out, "option", name, option.s, rows[i].help);
		if (rows[i].alias) {
			buf_setf(&option, "--%s", rows[i].alias);
			add_row(out, "option", name, option.s, rows[i].help);
		}
		if (rows[i].letter) {
			buf_setf(&option, "-%c", rows[i].letter);
			add_row(out, "option", name, option.s, rows[i].help);
		}
	}
}

static void add_key_rows(struct buf *out)
{
	size_t count;
	const struct config_row *keys = config_rows(&count);

	for (size_t i = 0; i < count; i++) {
		AUTO(buf) takes = BUF_INIT;

		config_takes(i, &takes);
		add_row(out, "key", keys[i].key, keys[i].default_text, keys[i].help);
		add_row(out, "takes", keys[i].key, keys[i].default_text, takes.s);
	}
}

static void add_lint_rows(struct buf *out)
{
	size_t count;
	const struct lint_id *ids = lint_ids(&count);

	for (size_t i = 0; i < count; i++) {
		add_row(out, "lint", ids[i].id, lint_severity_name(ids[i].severity), ids[i].line);
		add_row(out, "explains", ids[i].id, "", ids[i].text);
	}
}

static void print_rows(struct buf *out)
{
	size_t count;
	const struct policy_id *ids = policy_ids(&count);
	struct puavo_row puavo;

	for (size_t i = 0; i < count; i++)
		add_row(out, "id", ids[i].id, policy_action_name(ids[i].action), ids[i].text);
	add_lint_rows(out);
	add_option_rows(out, "fardel", globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++) {
		add_row(out, "command", cmd_table[i]->name, cmd_table[i]->args,
			cmd_table[i]->summary);
		add_option_rows(
			out, cmd_table[i]->name, cmd_table[i]->opts, cmd_table[i]->opt_count);
	}
	for (unsigned i = 0; i < exit_count; i++) {
		AUTO(buf) status = BUF_INIT;

		buf_setf(&status, "%d", exit_table[i].status);
		add_row(out, "exit", status.s, "", exit_table[i].text);
	}
	add_key_rows(out);
	for (size_t i = 0; puavo_row(i, &puavo); i++)
		add_row(out, "puavo", puavo.name, puavo.args, puavo.help);
}

struct mode {
	const char *name;
	void (*print)(struct buf *out);
};

static const struct mode pieces[] = {
	{"commands", page_commands},
	{"options", page_options},
	{"exit-codes", page_exit_codes},
	{"keys", page_keys},
	{"puavo", page_puavo},
};

static const struct mode scripts[] = {
	{"bash", bash_tables},
	{"zsh", zsh_tables},
	{"fish", fish_tables},
};

static const struct mode lists[] = {
	{"commands", print_commands},
	{"rows", print_rows},
};

static const struct mode *find(const struct mode *modes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

static int print_page(const char *name, struct buf *out)
{
	const struct cmd *cmd = cmd_find(span_of(name));
	AUTO(buf) prose = BUF_INIT;

	if (!cmd)
		return -1;
	read_all(&prose);
	page_command(cmd, buf_span(&prose), out);
	return 0;
}

static int print_piece(const char *name, struct buf *out)
{
	const struct mode *piece = find(pieces, COUNT(pieces), name);

	if (!piece)
		return -1;
	piece->print(out);
	return 0;
}

static void print_script(const struct mode *script, struct buf *out)
{
	AUTO(buf) in = BUF_INIT;
	struct span rest, line;

	read_all(&in);
	rest = buf_span(&in);
	while (span_split(&rest, '\n', &line)) {
		if (span_is_text(line, "@TABLES@")) {
			script->print(out);
		} else {
			buf_add_span(out, line);
			buf_addc(out, '\n');
		}
	}
}

static int print(char **argv, struct buf *out)
{
	const struct mode *mode;

	if (strcmp(argv[0], "page") == 0 && argv[1])
		return print_page(argv[1], out);
	if (strcmp(argv[0], "print") == 0 && argv[1])
		return print_piece(argv[1], out);
	if ((mode = find(scripts, COUNT(scripts), argv[0])))
		print_script(mode, out);
	else if ((mode = find(lists, COUNT(lists), argv[0])))
		mode->print(out);
	else
		return -1;
	return 0;
}

/* A row without words would be a page with holes. */
static int check(void)
{
	AUTO(buf) rows = BUF_INIT;
	struct span rest, line;
	int status = 0;

	print_rows(&rows);
	rest = buf_span(&rows);
	while (span_split(&rest, '\n', &line)) {
		if (!span_ends(line, "\t"))
			continue;
		fprintf(stderr, "manual: without help: %.*s\n", SPAN_ARG(line));
		status = -1;
	}
	return status;
}

int main(int argc, char **argv)
{
	AUTO(buf) out = BUF_INIT;

	if (check() < 0)
		return 1;
	if (argc < 2 || print(argv + 1, &out) < 0) {
		fputs("Usage: manual commands | rows | page COMMAND | print PIECE | bash | zsh | fish\n",
			stderr);
		return 64;
	}
	return fwrite(out.s, 1, out.n, stdout) == out.n && fflush(stdout) == 0 ? 0 : 1;
}

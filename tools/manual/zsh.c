/* Zsh: what _arguments and _describe take, for completions/_fardel. */
#include "manual.h"

#include <string.h>

/* For a text in single quotes; in the brackets of an option's spec, and before a colon, marks of zsh's own are escaped. */
static void add_quoted(struct buf *out, const char *x, const char *marks)
{
	for (; *x; x++) {
		if (*x == '\'')
			buf_adds(out, "'\\'");
		else if (strchr(marks, *x))
			buf_addc(out, '\\');
		buf_addc(out, *x);
	}
}

/* "(-f --force)--force[help]", and with a value "--allow=[help]:ID: _fardel_kinds policy" */
static void add_spec(struct buf *out, const struct opt *o, const char *names, const char *name)
{
	bool is_long = name[0] && name[1];

	if (!*name)
		return;
	buf_adds(out, "    '");
	if (o->kind == OPT_COUNT || o->kind == OPT_LIST)
		buf_addc(out, '*');
	else
		buf_addf(out, "(%s)", names);
	buf_addf(out, "%s%s%s[", is_long ? "--" : "-", name, !o->arg ? "" : is_long ? "=" : "+");
	add_quoted(out, o->help, "[]\\");
	buf_addc(out, ']');
	if (o->arg) {
		buf_addf(out, ":%s: _fardel_kinds", o->arg);
		words_of_option(o, out);
	}
	buf_adds(out, "'\n");
}

static void add_specs(struct buf *out, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct opt *o = &rows[i];
		char letter[2] = {o->letter, 0};
		AUTO(buf) names = BUF_INIT;

		buf_addf(&names, "--%s", o->name);
		if (o->alias)
			buf_addf(&names, " --%s", o->alias);
		if (o->letter)
			buf_addf(&names, " -%c", o->letter);
		add_spec(out, o, names.s, o->name);
		add_spec(out, o, names.s, o->alias ? o->alias : "");
		add_spec(out, o, names.s, letter);
	}
}

/* A spec for each place; what may come more often than there are places is of the last one's kind. */
static void add_arguments(struct buf *out, const struct cmd *cmd)
{
	AUTO(buf) kinds = BUF_INIT;
	struct span rest, place = SPAN("");
	unsigned i = 0;

	words_of_arguments(cmd, &kinds);
	rest = buf_span(&kinds);
	for (; i < cmd->most && (i < 2 || rest.n); i++) {
		struct span next;

		if (span_split(&rest, '/', &next))
			place = next;
		if (!rest.n && cmd->most == ARGS_MANY)
			break;
		buf_addf(out, "    '%u:argument: _fardel_kinds%.*s'\n", i + 1, SPAN_ARG(place));
	}
	if (i < cmd->most)
		buf_addf(out, "    '*:argument: _fardel_kinds%.*s'\n", SPAN_ARG(place));
}

static void add_case(struct buf *out, const struct cmd *cmd)
{
	buf_addf(out, "  '%s'", cmd->name);
	for (size_t i = 0; cmd->aliases[i]; i++)
		buf_addf(out, "|'%s'", cmd->aliases[i]);
	buf_adds(out, ") specs=(\n");
	add_specs(out, cmd->opts, cmd->opt_count);
	add_arguments(out, cmd);
	buf_adds(out, "  ) ;;\n");
}

static void add_command(struct buf *out, const char *name, const char *summary)
{
	buf_addf(out, "  '%s:", name);
	add_quoted(out, summary, "");
	buf_adds(out, "'\n");
}

void zsh_tables(struct buf *out)
{
	buf_adds(out, "typeset -ga _fardel_commands=(\n");
	for (size_t i = 0; cmd_table[i]; i++) {
		add_command(out, cmd_table[i]->name, cmd_table[i]->summary);
		for (size_t k = 0; cmd_table[i]->aliases[k]; k++)
			add_command(out, cmd_table[i]->aliases[k], cmd_table[i]->summary);
	}
	buf_adds(out, ")\ntypeset -ga _fardel_globals=(\n");
	add_specs(out, globals_rows, globals_count);
	buf_adds(out, ")\n\n_fardel_specs() {\n  case $1 in\n");
	for (size_t i = 0; cmd_table[i]; i++)
		add_case(out, cmd_table[i]);
	buf_adds(out, "  esac\n}\n\ntypeset -ga _fardel_keys=(");
	words_of_keys(out);
	buf_adds(out, ")\ntypeset -ga _fardel_ids=(");
	words_of_ids(out);
	buf_adds(out, ")\ntypeset -ga _fardel_lint_ids=(");
	words_of_lint_ids(out);
	buf_adds(out, ")\n");
}

/* Bash: arrays for completions/fardel.bash, whose keys are commands, or a command and one of its options. What every command
 * takes stands under the name fardel. */
#include "manual.h"

static void add_names(struct buf *out, const char *key, const struct opt *rows, size_t count)
{
	buf_addf(out, "  ['%s']='", key);
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, "%s--%s", i ? " " : "", rows[i].name);
		if (rows[i].alias)
			buf_addf(out, " --%s", rows[i].alias);
		if (rows[i].letter)
			buf_addf(out, " -%c", rows[i].letter);
	}
	buf_adds(out, "'\n");
}

static void add_value(struct buf *out, const char *key, struct span name, const struct opt *o)
{
	AUTO(buf) kinds = BUF_INIT;

	if (!name.n)
		return;
	words_of_option(o, &kinds);
	buf_addf(out, "  ['%s %s%.*s']='%s'\n", key, name.n > 1 ? "--" : "-", SPAN_ARG(name),
		kinds.s);
}

static void add_values(struct buf *out, const char *key, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].arg)
			continue;
		add_value(out, key, span_of(rows[i].name), &rows[i]);
		add_value(out, key, span_of(rows[i].alias), &rows[i]);
		add_value(out, key, (struct span){&rows[i].letter, rows[i].letter != 0}, &rows[i]);
	}
}

/* Of each command how many it takes at most, and what. */
static void add_arguments(struct buf *out)
{
	buf_adds(out, "declare -gA _fardel_arguments=(\n");
	for (size_t i = 0; cmd_table[i]; i++) {
		buf_addf(out, "  ['%s']='%u", cmd_table[i]->name, cmd_table[i]->most);
		words_of_arguments(cmd_table[i], out);
		buf_adds(out, "'\n");
	}
	buf_adds(out, ")\ndeclare -gA _fardel_aliases=(\n");
	for (size_t i = 0; cmd_table[i]; i++)
		for (size_t k = 0; cmd_table[i]->aliases[k]; k++)
			buf_addf(out, "  ['%s']='%s'\n", cmd_table[i]->aliases[k],
				cmd_table[i]->name);
	buf_adds(out, ")\n");
}

void bash_tables(struct buf *out)
{
	buf_adds(out, "declare -gA _fardel_options=(\n");
	add_names(out, "fardel", globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_names(out, cmd_table[i]->name, cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, ")\ndeclare -gA _fardel_values=(\n");
	add_values(out, "fardel", globals_rows, globals_count);
	for (size_t i = 0; cmd_table[i]; i++)
		add_values(out, cmd_table[i]->name, cmd_table[i]->opts, cmd_table[i]->opt_count);
	buf_adds(out, ")\n");
	add_arguments(out);
	buf_adds(out, "_fardel_keys='");
	words_of_keys(out);
	buf_adds(out, "'\n_fardel_ids='");
	words_of_ids(out);
	buf_adds(out, "'\n_fardel_lint_ids='");
	words_of_lint_ids(out);
	buf_adds(out, "'\n");
}

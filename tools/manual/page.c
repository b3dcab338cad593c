/* Pages and pieces of pages, as scdoc. */
#include "manual.h"

#include <ctype.h>
#include <string.h>

#include "cmd/print.h"
#include "cmd/puavo.h"
#include "model/config.h"

#define BLOCK_COLUMNS 72 /* of a text that scdoc does not fill */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

static void add_raw(struct buf *out, char c)
{
	if (strchr("\\*_#", c))
		buf_addc(out, '\\');
	buf_addc(out, c);
}

/* A text of the rows: what scdoc would take for a mark is escaped, options stand out. */
static void add_text(struct buf *out, const char *x)
{
	for (size_t i = 0; x[i]; i++) {
		size_t n = 0;

		if (strncmp(x + i, "--", 2) == 0 && (!i || !is_word(x[i - 1])))
			while (is_word(x[i + n]))
				n++;
		if (n > 2) {
			buf_addf(out, "*%.*s*", (int)n, x + i);
			i += n - 1;
		} else {
			add_raw(out, x[i]);
		}
	}
}

/* A help's line as a sentence. */
static void add_sentence(struct buf *out, const char *x)
{
	AUTO(buf) text = buf_of(x);

	if (text.n && islower((unsigned char)text.s[0]))
		text.s[0] = (char)toupper((unsigned char)text.s[0]);
	if (!span_ends(buf_span(&text), "."))
		buf_addc(&text, '.');
	add_text(out, text.s);
}

/* A summary behind a name: with a small letter, but for names as "JSON". */
static void add_phrase(struct buf *out, const char *x)
{
	AUTO(buf) text = buf_of(x);

	if (text.n > 1 && !isupper((unsigned char)text.s[1]))
		text.s[0] = (char)tolower((unsigned char)text.s[0]);
	add_text(out, text.s);
}

/* "cache list" is on the page fardel-cache-list. */
static void add_page_name(struct buf *out, const struct cmd *cmd)
{
	buf_adds(out, "fardel-");
	for (const char *c = cmd->name; *c; c++)
		buf_addc(out, *c == ' ' ? '-' : *c);
}

/* "FILE|NAME...": words in capitals stand for something, others for themselves. */
static void add_arguments(struct buf *out, const char *args)
{
	for (size_t i = 0; args[i];) {
		size_t n = 0;
		char mark = isupper((unsigned char)args[i]) ? '_' : '*';

		while (is_word(args[i + n]))
			n++;
		if (n)
			buf_addf(out, "%c%.*s%c", mark, (int)n, args + i, mark);
		else
			add_raw(out, args[i]);
		i += n ? n : 1;
	}
}

static void add_option(struct buf *out, const struct opt *o)
{
	if (o->letter)
		buf_addf(out, "*-%c*, ", o->letter);
	buf_addf(out, "*--%s*", o->name);
	if (o->alias)
		buf_addf(out, ", *--%s*", o->alias);
	if (o->arg)
		buf_addf(out, " _%s_", o->arg);
	buf_adds(out, "\n\t");
	add_sentence(out, o->help);
	buf_adds(out, "\n\n");
}

static void add_options(struct buf *out, const struct opt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_option(out, &rows[i]);
}

void page_options(struct buf *out)
{
	add_options(out, globals_rows, globals_count);
}

void page_exit_codes(struct buf *out)
{
	buf_adds(out, "```\n");
	for (unsigned i = 0; i < exit_count; i++) {
		AUTO(buf) lines = BUF_INIT;
		AUTO(buf) number = BUF_INIT;

		print_wrap(&lines, exit_table[i].text, 5, BLOCK_COLUMNS);
		buf_addf(&number, "%3d", exit_table[i].status);
		memcpy(lines.s, number.s, number.n);
		buf_add_span(out, buf_span(&lines));
	}
	buf_adds(out, "```\n\n");
}

void page_commands(struct buf *out)
{
	for (int group = 0; group < GROUPS; group++) {
		buf_addf(out, "## %s\n\n", cmd_group_titles[group]);
		for (size_t i = 0; cmd_table[i]; i++) {
			if (cmd_table[i]->group != (enum cmd_group)group)
				continue;
			buf_addc(out, '*');
			add_page_name(out, cmd_table[i]);
			buf_adds(out, "*(8)\n\t");
			add_sentence(out, cmd_table[i]->summary);
			buf_adds(out, "\n\n");
		}
	}
}

void page_puavo(struct buf *out)
{
	struct puavo_row row;

	for (size_t i = 0; puavo_row(i, &row); i++) {
		buf_addf(out, "*%s* ", row.name);
		add_arguments(out, row.args);
		buf_adds(out, "\n\t");
		add_sentence(out, row.help);
		buf_adds(out, "\n\n");
	}
}

void page_keys(struct buf *out)
{
	size_t count;
	const struct config_row *rows = config_rows(&count);

	for (size_t i = 0; i < count; i++) {
		buf_addc(out, '*');
		for (const char *c = rows[i].key; *c; c++)
			add_raw(out, *c);
		buf_adds(out, "* = ");
		add_text(out, rows[i].default_text);
		buf_adds(out, "\n\t");
		add_sentence(out, rows[i].help);
		buf_adds(out, " Takes ");
		config_takes(i, out);
		buf_adds(out, ".\n\n");
	}
}

static void add_head(struct buf *out, const struct cmd *cmd)
{
	add_page_name(out, cmd);
	buf_addf(out, "(8) \"fardel %s\" \"fardel's manual\"\n\n# NAME\n\n", FARDEL_VERSION);
	add_page_name(out, cmd);
	buf_adds(out, " - ");
	add_phrase(out, cmd->summary);
	buf_addf(out, "\n\n# SYNOPSIS\n\n*fardel %s* [_OPTION_]... ", cmd->name);
	add_arguments(out, cmd->args);
	buf_adds(out, "\n\n# DESCRIPTION\n\n");
	add_sentence(out, cmd->summary);
	buf_adds(out, "\n\n");
	if (cmd->text) {
		add_text(out, cmd->text);
		buf_adds(out, "\n\n");
	}
	for (size_t i = 0; cmd->aliases[i]; i++)
		buf_addf(out, "%s*fardel %s*", i ? " or " : "It may also be called ",
			cmd->aliases[i]);
	if (cmd->aliases[0])
		buf_adds(out, ".\n\n");
}

/* Where the rows say all that there is to say: the call, without what may be left out. */
static void add_example(struct buf *out, const struct cmd *cmd)
{
	size_t n = strcspn(cmd->args, "[.|");

	while (n && cmd->args[n - 1] == ' ')
		n--;
	buf_addf(out, "# EXAMPLES\n\n```\nfardel %s%s%.*s\n```\n\n", cmd->name, n ? " " : "",
		(int)n, cmd->args);
}

static bool has_section(struct span prose, const char *heading)
{
	struct span line;

	while (span_split(&prose, '\n', &line))
		if (span_is_text(line, heading))
			return true;
	return false;
}

/* How much of it stands before the first heading. */
static size_t before_headings(struct span prose)
{
	for (size_t i = 0; i + 1 < prose.n; i++)
		if (strncmp(prose.s + i, "# ", 2) == 0 && (!i || prose.s[i - 1] == '\n'))
			return i;
	return prose.n;
}

void page_command(const struct cmd *cmd, struct span prose, struct buf *out)
{
	size_t n = before_headings(prose);

	add_head(out, cmd);
	buf_add(out, prose.s, n);
	buf_adds(out, "\n# OPTIONS\n\n");
	add_options(out, cmd->opts, cmd->opt_count);
	buf_addf(out, "%s options of every command: *fardel*(8).\n\n# EXIT STATUS\n\n",
		cmd->opt_count ? "And the" : "None of its own; the");
	page_exit_codes(out);
	buf_add_span(out, span_cut(prose, n, prose.n));
	buf_addc(out, '\n');
	if (!has_section(prose, "# EXAMPLES"))
		add_example(out, cmd);
	if (!has_section(prose, "# SEE ALSO"))
		buf_adds(out, "# SEE ALSO\n\n*fardel*(8)\n");
}

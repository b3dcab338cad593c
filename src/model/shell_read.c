/* Reading a shell script's characters. */
#include "model/shell_read.h"

#include <string.h>

static int peek(const struct shell_reader *r, size_t ahead)
{
	return r->at + ahead < r->text.n ? (unsigned char)r->text.s[r->at + ahead] : -1;
}

static bool is_at(const struct shell_reader *r, const char *text)
{
	return span_starts(span_cut(r->text, r->at, strlen(text)), text);
}

/* A newline, behind which lines of here-documents may stand. */
static void take_newline(struct shell_reader *r)
{
	bool skips = r->skip_to && r->at == r->skip_from;

	r->at++;
	r->line++;
	if (!skips)
		return;
	r->at = r->skip_to;
	r->line += r->skip_lines;
	r->skip_from = r->skip_to = 0;
	r->skip_lines = 0;
}

/* One byte of what is quoted or computed. */
static char take(struct shell_reader *r)
{
	char c = r->text.s[r->at];

	if (c == '\n')
		take_newline(r);
	else
		r->at++;
	return c;
}

void shell_extra(struct shell_reader *r, const char *what)
{
	struct shell_extra *extra = vec_push(&r->out->extras);

	*extra = (struct shell_extra){what, r->line};
}

static bool is_name(int c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static void take_quoted(struct shell_reader *r, struct shell_word *w)
{
	w->quoted = true;
	r->at++;
	while (peek(r, 0) >= 0 && peek(r, 0) != '\'')
		buf_addc(&w->text, take(r));
	r->at += peek(r, 0) == '\'';
}

/* What ends one more than what begins: of ( and ) in an arithmetic expression, or where it is too deep to be read. */
static void take_balanced(struct shell_reader *r, char open, char close)
{
	unsigned depth = 1;

	while (depth && peek(r, 0) >= 0) {
		char c = take(r);

		depth += c == open;
		depth -= c == close;
	}
}

static void take_commands(struct shell_reader *r)
{
	if (r->depth >= SHELL_DEPTH) {
		take_balanced(r, '(', ')');
		return;
	}
	r->depth++;
	r->commands(r);
	r->depth--;
}

/* Between backquotes: a text of its own. */
static void take_backquoted(struct shell_reader *r)
{
	struct shell_reader inner = *r;
	size_t from = ++r->at;

	while (peek(r, 0) >= 0 && peek(r, 0) != '`') {
		if (peek(r, 0) == '\\' && peek(r, 1) >= 0)
			take(r);
		take(r);
	}
	inner.text = span_cut(r->text, 0, r->at);
	inner.at = from;
	inner.skip_from = inner.skip_to = 0;
	r->at += peek(r, 0) == '`';
	if (inner.depth >= SHELL_DEPTH)
		return;
	inner.depth++;
	while (inner.at < inner.text.n)
		inner.commands(&inner);
}

/* What behind the name in ${ } is not POSIX's. */
static void look_at_operator(struct shell_reader *r)
{
	int c = peek(r, 0), next = peek(r, 1);

	if (c == '/')
		shell_extra(r, "${name/pattern/text}");
	else if (c == '^' || c == ',')
		shell_extra(r, "${name^}");
	else if (c == '[')
		shell_extra(r, "an array");
	else if (c == ':' && next >= 0 && !strchr("-=+?", next))
		shell_extra(r, "${name:from:length}");
}

static void take_dollar(struct shell_reader *r, struct shell_word *w, bool in_quotes);

/* ${…}: as $name where nothing else is in it. */
static void take_braced(struct shell_reader *r, struct shell_word *w)
{
	size_t from = r->at, name;
	unsigned depth = 1;

	r->at += 2;
	if (peek(r, 0) == '!' && is_name(peek(r, 1)))
		shell_extra(r, "${!name}");
	r->at += peek(r, 0) == '#' && is_name(peek(r, 1));
	name = r->at;
	while (is_name(peek(r, 0)))
		r->at++;
	if (peek(r, 0) == '}') {
		buf_addc(&w->text, '$');
		buf_add_span(&w->text, span_cut(r->text, name, r->at - name));
		r->at++;
		return;
	}
	if (r->at > name)
		look_at_operator(r);
	while (depth && peek(r, 0) >= 0) {
		char c = take(r);

		if (c == '\\' && peek(r, 0) >= 0)
			take(r);
		depth += c == '{';
		depth -= c == '}';
	}
	buf_add_span(&w->text, span_cut(r->text, from, r->at - from));
}

static void take_dollar(struct shell_reader *r, struct shell_word *w, bool in_quotes)
{
	int next = peek(r, 1);
	size_t from = r->at;

	if (next == '{') {
		w->literal = false;
		take_braced(r, w);
		return;
	}
	if (next == '(') {
		bool arithmetic = peek(r, 2) == '(';

		w->literal = false;
		r->at += 2;
		if (arithmetic)
			take_balanced(r, '(', ')');
		else
			take_commands(r);
	} else if (next == '\'' && !in_quotes) {
		shell_extra(r, "$'text'");
		r->at++;
		take_quoted(r, w);
		return;
	} else {
		r->at++;
		if (is_name(next) && !(next >= '0' && next <= '9')) {
			while (is_name(peek(r, 0)))
				r->at++;
		} else if (next >= 0 && strchr("@*#?-$!0123456789", next)) {
			r->at++;
		}
		w->literal = w->literal && r->at == from + 1;
	}
	buf_add_span(&w->text, span_cut(r->text, from, r->at - from));
}

static void take_escaped(struct shell_reader *r, struct shell_word *w, bool in_quotes)
{
	int next = peek(r, 1);

	r->at++;
	if (next < 0)
		return;
	if (next == '\n') {
		take(r);
		return;
	}
	if (in_quotes && !strchr("$`\"\\", next))
		buf_addc(&w->text, '\\');
	buf_addc(&w->text, take(r));
}

static void take_backquotes(struct shell_reader *r, struct shell_word *w)
{
	size_t from = r->at;

	w->literal = false;
	take_backquoted(r);
	buf_add_span(&w->text, span_cut(r->text, from, r->at - from));
}

static void take_double_quoted(struct shell_reader *r, struct shell_word *w)
{
	w->quoted = true;
	r->at++;
	for (;;) {
		int c = peek(r, 0);

		if (c < 0)
			return;
		if (c == '"')
			break;
		if (c == '\\')
			take_escaped(r, w, true);
		else if (c == '$')
			take_dollar(r, w, true);
		else if (c == '`')
			take_backquotes(r, w);
		else
			buf_addc(&w->text, take(r));
	}
	r->at++;
}

/* What ends a word, outside of quotes. */
static bool is_delimiter(int c)
{
	return c < 0 || strchr(" \t\r\n;&|<>()", c);
}

static void take_word(struct shell_reader *r, struct shell_word *w)
{
	for (;;) {
		int c = peek(r, 0);

		/* A NUL is none to strchr. */
		if (c && is_delimiter(c))
			return;
		if (c == '\\')
			take_escaped(r, w, false);
		else if (c == '\'')
			take_quoted(r, w);
		else if (c == '"')
			take_double_quoted(r, w);
		else if (c == '$')
			take_dollar(r, w, false);
		else if (c == '`')
			take_backquotes(r, w);
		else
			buf_addc(&w->text, take(r));
	}
}

static struct span take_operator(struct shell_reader *r)
{
	static const char *const operators[] = {"<<<", "<<-", ";;&", "&>>", "&&", "||", ";;", ";&",
		"<<", ">>", "<&", ">&", "<>", ">|", "&>", "|&", NULL};
	size_t from = r->at, n = 1;

	for (size_t i = 0; operators[i]; i++)
		if (is_at(r, operators[i])) {
			n = strlen(operators[i]);
			break;
		}
	r->at += n;
	return span_cut(r->text, from, n);
}

static void pass_blanks(struct shell_reader *r)
{
	for (;;) {
		int c = peek(r, 0);

		if (c == ' ' || c == '\t' || c == '\r') {
			r->at++;
		} else if (c == '\\' && peek(r, 1) == '\n') {
			r->at++;
			take(r);
		} else if (c == '#') {
			while (peek(r, 0) >= 0 && peek(r, 0) != '\n')
				r->at++;
		} else {
			return;
		}
	}
}

enum shell_token shell_next(
	struct shell_reader *r, struct span *op, struct shell_word *word, struct span *raw)
{
	size_t from;
	int c;

	pass_blanks(r);
	c = peek(r, 0);
	if (c < 0)
		return SHELL_END;
	if (c == '\n') {
		take_newline(r);
		return SHELL_NEWLINE;
	}
	if (c && is_delimiter(c)) {
		*op = take_operator(r);
		return SHELL_OPERATOR;
	}
	*word = (struct shell_word){.text = BUF_INIT, .literal = true, .line = r->line};
	from = r->at;
	take_word(r, word);
	*raw = span_cut(r->text, from, r->at - from);
	return SHELL_WORD;
}

struct span shell_heredoc(struct shell_reader *r, struct span end, bool tabs)
{
	const char *newline = memchr(r->text.s + r->at, '\n', r->text.n - r->at);
	struct span rest, line;
	size_t from;

	if (!newline)
		return SPAN("");
	if (!r->skip_to) {
		r->skip_from = (size_t)(newline - r->text.s);
		r->skip_to = r->skip_from + 1;
	}
	from = r->skip_to;
	rest = span_cut(r->text, from, r->text.n);
	while (span_split(&rest, '\n', &line)) {
		size_t begin = (size_t)(line.s - r->text.s);

		r->skip_to = begin + line.n + (begin + line.n < r->text.n);
		r->skip_lines++;
		while (tabs && line.n && line.s[0] == '\t')
			line = span_cut(line, 1, line.n);
		if (span_is(line, end))
			return span_cut(r->text, from, begin - from);
	}
	r->skip_to = r->text.n;
	return span_cut(r->text, from, r->text.n);
}

/* text: what the string library has no short words for. */
#include <string.h>

#include "base/text.h"
#include "rules/args.h"
#include "rules/lua_modules.h"

static int text_trim(struct script_call *c, struct err *err)
{
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	args_give_text(c, span_trim(text));
	return 0;
}

static int text_split(struct script_call *c, struct err *err)
{
	struct value list;
	struct span text, by;
	const char *at;

	if (args_text(c, 0, "text", &text, err) < 0 || args_text(c, 1, "by", &by, err) < 0 ||
		args_at_most(c, 2, err) < 0)
		return -1;
	if (!by.n)
		return err_set(err, ERR_FAILED, "by: it is empty");
	list = value_list();
	while ((at = memmem(text.s, text.n, by.s, by.n))) {
		size_t n = (size_t)(at - text.s);

		value_append(&list, value_text(span_cut(text, 0, n)));
		text = span_cut(text, n + by.n, text.n);
	}
	value_append(&list, value_text(text));
	args_give(c, list);
	return 0;
}

static int text_lines(struct script_call *c, struct err *err)
{
	struct value list;
	struct span text, line;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	list = value_list();
	while (span_split(&text, '\n', &line)) {
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		value_append(&list, value_text(line));
	}
	args_give(c, list);
	return 0;
}

static int two(struct script_call *c, struct span *text, struct span *part, struct err *err)
{
	return args_text(c, 0, "text", text, err) < 0 || args_text(c, 1, "part", part, err) < 0
		       ? -1
		       : args_at_most(c, 2, err);
}

static int text_starts(struct script_call *c, struct err *err)
{
	struct span text, part;

	if (two(c, &text, &part, err) < 0)
		return -1;
	args_give(c, value_bool(span_is(span_cut(text, 0, part.n), part)));
	return 0;
}

static int text_ends(struct script_call *c, struct err *err)
{
	struct span text, part;

	if (two(c, &text, &part, err) < 0)
		return -1;
	args_give(c, value_bool(text.n >= part.n &&
				span_is(span_cut(text, text.n - part.n, part.n), part)));
	return 0;
}

static int text_contains(struct script_call *c, struct err *err)
{
	struct span text, part;

	if (two(c, &text, &part, err) < 0)
		return -1;
	args_give(c, value_bool(!part.n || memmem(text.s, text.n, part.s, part.n)));
	return 0;
}

/* On one line, and harmless to a terminal. */
static int text_escaped(struct script_call *c, struct err *err)
{
	AUTO(buf) safe = BUF_INIT;
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	text_escape(&safe, text);
	args_give(c, value_take(&safe));
	return 0;
}

/* As one word of a POSIX shell. */
static int text_quote(struct script_call *c, struct err *err)
{
	AUTO(buf) word = BUF_INIT;
	struct span text;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	if (memchr(text.s, 0, text.n))
		return err_set(err, ERR_FAILED, "text: a NUL character is in it");
	buf_addc(&word, '\'');
	for (size_t i = 0; i < text.n; i++)
		if (text.s[i] == '\'')
			buf_adds(&word, "'\\''");
		else
			buf_addc(&word, text.s[i]);
	buf_addc(&word, '\'');
	args_give(c, value_take(&word));
	return 0;
}

const struct script_function lua_text[] = {{"contains", text_contains}, {"ends", text_ends},
	{"escape", text_escaped}, {"lines", text_lines}, {"quote", text_quote},
	{"split", text_split}, {"starts", text_starts}, {"trim", text_trim}, {0}};

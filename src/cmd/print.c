/* Text on its way to a person. */
#include "cmd/print.h"

#include <string.h>
#include <wchar.h>

#include "base/text.h"

/* Columns and bytes of the character at x's start. */
static size_t character_width(struct span x, size_t *bytes)
{
	uint32_t point;
	int columns;

	*bytes = text_character(x, &point);
	if (!*bytes) {
		*bytes = 1;
		return 1;
	}
	columns = wcwidth((wchar_t)point);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t print_width(struct span x)
{
	size_t columns = 0, bytes;

	for (; x.n; x = span_cut(x, bytes, x.n))
		columns += character_width(x, &bytes);
	return columns;
}

void print_pad(struct buf *out, struct span x, size_t columns)
{
	size_t have = print_width(x);

	buf_add_span(out, x);
	for (; have < columns; have++)
		buf_addc(out, ' ');
}

void print_cut(struct buf *out, struct span x, size_t columns, bool utf8)
{
	const char *mark = utf8 ? "…" : "~";
	size_t used = 0, bytes;

	if (print_width(x) <= columns) {
		buf_add_span(out, x);
		return;
	}
	while (x.n) {
		size_t width = character_width(x, &bytes);

		if (used + width + 1 > columns)
			break;
		buf_add(out, x.s, bytes);
		used += width;
		x = span_cut(x, bytes, x.n);
	}
	if (columns)
		buf_adds(out, mark);
}

void print_wrap(struct buf *out, const char *text, size_t indent, size_t width)
{
	struct span rest = span_of(text), word;
	size_t column = 0;

	while (span_split(&rest, ' ', &word)) {
		size_t n = print_width(word);

		if (!word.n)
			continue;
		if (column && column + 1 + n > width) {
			buf_addc(out, '\n');
			column = 0;
		}
		if (column) {
			buf_addc(out, ' ');
			column++;
		}
		for (; column < indent; column++)
			buf_addc(out, ' ');
		buf_add_span(out, word);
		column += n;
	}
	if (column)
		buf_addc(out, '\n');
}

void print_size(struct buf *out, enum form form, int64_t bytes)
{
	if (form == FORM_TABLE || bytes < 0)
		text_size(out, bytes);
	else
		text_number(out, bytes);
}

void print_time(struct buf *out, enum form form, int64_t seconds)
{
	if (seconds <= 0)
		buf_adds(out, "unknown");
	else if (form == FORM_TABLE)
		text_time_local(out, seconds);
	else
		text_time_iso(out, seconds);
}

/* A tab does no harm, and stays. */
static void escape_but_tabs(struct buf *out, struct span line)
{
	const char *tab;

	while ((tab = memchr(line.s, '\t', line.n))) {
		size_t n = (size_t)(tab - line.s);

		text_escape(out, span_cut(line, 0, n));
		buf_addc(out, '\t');
		line = span_cut(line, n + 1, line.n);
	}
	text_escape(out, line);
}

void print_lines(struct buf *out, struct span x, const char *indent, const char *empty)
{
	struct span line;

	while (span_split(&x, '\n', &line)) {
		buf_adds(out, indent);
		if (line.n)
			escape_but_tabs(out, line);
		else
			buf_adds(out, empty);
		buf_addc(out, '\n');
	}
}

void print_count(struct buf *out, size_t n, const char *one, const char *many)
{
	buf_addf(out, "%zu %s", n, n == 1 ? one : many);
}

const char *print_color(bool on, enum print_color color)
{
	static const char *const codes[] = {
		[COLOR_NONE] = "\033[0m",
		[COLOR_BOLD] = "\033[1m",
		[COLOR_RED] = "\033[1;31m",
		[COLOR_GREEN] = "\033[32m",
		[COLOR_YELLOW] = "\033[33m",
		[COLOR_FAINT] = "\033[2m",
	};

	return on ? codes[color] : "";
}

void print_out(const struct buf *text)
{
	fwrite(text->s, 1, text->n, stdout);
}

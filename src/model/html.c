/* Text for web pages. */
#include "model/html.h"

#include "base/text.h"

static void add_byte(struct buf *out, char c)
{
	switch (c) {
	case '&': buf_adds(out, "&amp;"); break;
	case '<': buf_adds(out, "&lt;"); break;
	case '>': buf_adds(out, "&gt;"); break;
	case '"': buf_adds(out, "&quot;"); break;
	case '\'': buf_adds(out, "&#39;"); break;
	default: buf_addc(out, c);
	}
}

/* A backslash is no danger here, and stays one. */
static void add_character(struct buf *out, struct span character)
{
	AUTO(buf) safe = BUF_INIT;

	if (character.s[0] == '\\' || character.s[0] == '\n') {
		buf_add_span(out, character);
		return;
	}
	text_escape(&safe, character);
	for (size_t i = 0; i < safe.n; i++)
		add_byte(out, safe.s[i]);
}

void html_add(struct buf *out, struct span x)
{
	uint32_t point;

	while (x.n) {
		size_t n = text_character(x, &point);

		add_character(out, span_cut(x, 0, n ? n : 1));
		x = span_cut(x, n ? n : 1, x.n);
	}
}

/* A netrc file: users and passwords by host. */
#include "model/netrc.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 4096

struct reader {
	struct span rest;
	unsigned line;
	bool line_start; /* only blanks on this line so far */
	struct buf word; /* the last one, without its quotes */
};

static void reader_drop(struct reader *r)
{
	buf_drop(&r->word);
}

void login_drop(struct login *l)
{
	buf_drop(&l->user);
	buf_drop(&l->password);
}

static int malformed(const struct reader *r, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFIG, "line %u: %s", r->line, what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char next(struct reader *r)
{
	char c = r->rest.s[0];

	r->rest = span_cut(r->rest, 1, r->rest.n);
	r->line += c == '\n';
	r->line_start |= c == '\n';
	return c;
}

static void skip_line(struct reader *r)
{
	while (r->rest.n && next(r) != '\n')
		;
}

static void skip_blanks(struct reader *r)
{
	while (r->rest.n && (is_blank(r->rest.s[0]) || (r->line_start && r->rest.s[0] == '#'))) {
		if (r->rest.s[0] == '#')
			skip_line(r);
		else
			next(r);
	}
	r->line_start = false;
}

static int read_quoted(struct reader *r, struct err *err)
{
	static const char from[] = "nrt", to[] = "\n\r\t";

	next(r);
	while (r->rest.n && r->rest.s[0] != '"') {
		char c = next(r);
		const char *known;

		if (c == '\n')
			break;
		if (c == '\\' && r->rest.n) {
			c = next(r);
			known = strchr(from, c);
			if (known && c)
				c = to[known - from];
		}
		buf_addc(&r->word, c);
		if (r->word.n > WORD_MAX)
			return malformed(r, "a word is too long", err);
	}
	if (!r->rest.n || r->rest.s[0] != '"')
		return malformed(r, "a quote is not closed", err);
	next(r);
	return 1;
}

/* 1: r->word is the next one; 0: there is none. */
static int read_word(struct reader *r, struct err *err)
{
	buf_clear(&r->word);
	skip_blanks(r);
	if (!r->rest.n)
		return 0;
	if (r->rest.s[0] == '"')
		return read_quoted(r, err);
	while (r->rest.n && !is_blank(r->rest.s[0])) {
		buf_addc(&r->word, next(r));
		if (r->word.n > WORD_MAX)
			return malformed(r, "a word is too long", err);
	}
	return 1;
}

/* The word behind a key. */
static int read_value(struct reader *r, const char *what, struct err *err)
{
	int got = read_word(r, err);

	if (got == 0)
		return malformed(r, what, err);
	return got < 0 ? -1 : 0;
}

/* A macro goes up to an empty line. */
static void skip_macro(struct reader *r)
{
	skip_line(r);
	while (r->rest.n && r->rest.s[0] != '\n' && !span_starts(r->rest, "\r\n"))
		skip_line(r);
}

/* Where the words that are read belong. */
struct search {
	struct span host;
	struct login *out;
	bool in_entry; /* a machine or default has begun */
	bool here; /* and it is the one that is looked for */
	bool found, last; /* `default` was read: nothing may come behind it */
};

static void begin_entry(struct search *s, bool matches)
{
	s->in_entry = true;
	s->here = matches && !s->found;
	s->found |= s->here;
}

static int take_machine(struct search *s, struct reader *r, struct err *err)
{
	if (s->last)
		return malformed(r, "a machine behind default, which is for all hosts", err);
	if (read_value(r, "machine without a name", err) < 0)
		return -1;
	begin_entry(s, r->word.n == s->host.n && strncasecmp(r->word.s, s->host.s, s->host.n) == 0);
	return 0;
}

static int take_value(struct search *s, struct reader *r, struct buf *to, struct err *err)
{
	if (!s->in_entry)
		return malformed(r, "stands before any machine", err);
	if (read_value(r, "the last word has no value", err) < 0)
		return -1;
	if (memchr(r->word.s, 0, r->word.n))
		return malformed(r, "has a NUL in it", err);
	if (s->here && to)
		buf_set(to, buf_span(&r->word));
	return 0;
}

static int take_word(struct search *s, struct reader *r, struct err *err)
{
	struct {
		const char *key;
		struct buf *to;
	} values[] = {{"login", &s->out->user}, {"password", &s->out->password}, {"account", NULL}};
	struct span word = buf_span(&r->word);

	if (span_is_text(word, "machine"))
		return take_machine(s, r, err);
	for (size_t i = 0; i < COUNT(values); i++)
		if (span_is_text(word, values[i].key))
			return take_value(s, r, values[i].to, err);
	if (span_is_text(word, "default")) {
		begin_entry(s, true);
		s->last = true;
		return 0;
	}
	if (span_is_text(word, "macdef")) {
		skip_macro(r);
		return 0;
	}
	return malformed(r, "neither machine, default, login, password, account nor macdef", err);
}

int netrc_find(struct span text, struct span host, struct login *out, struct err *err)
{
	AUTO(reader) r = {.rest = text, .line = 1, .line_start = true, .word = BUF_INIT};
	struct search s = {.host = host, .out = out};
	int got;

	while ((got = read_word(&r, err)) == 1)
		if (take_word(&s, &r, err) < 0)
			return -1;
	return got < 0 ? -1 : s.found;
}

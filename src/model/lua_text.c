/* The words of a Lua script. */
#include "model/lua_text.h"

#include <string.h>

static bool is_name(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

static void pass(struct lua_text *r, size_t n)
{
	for (size_t i = 0; i < n && i < r->rest.n; i++)
		r->next_line += r->rest.s[i] == '\n';
	r->rest = span_cut(r->rest, n, r->rest.n);
}

/* The level of a long bracket that begins there: [[ is 0, [==[ is 2; -1: none does. */
static int long_level(struct span x)
{
	size_t n = 1;

	if (!x.n || x.s[0] != '[')
		return -1;
	while (n < x.n && x.s[n] == '=')
		n++;
	return n < x.n && x.s[n] == '[' && n < 1000 ? (int)n - 1 : -1;
}

/* Passes over a long bracket; gives what is in it. */
static struct span take_long(struct lua_text *r, int level)
{
	size_t open = (size_t)level + 2, n = open;
	struct span x = r->rest;

	for (; n < x.n; n++) {
		size_t k = n + 1;

		if (x.s[n] != ']')
			continue;
		while (k < x.n && x.s[k] == '=' && k - n <= (size_t)level)
			k++;
		if (k - n - 1 == (size_t)level && k < x.n && x.s[k] == ']')
			break;
	}
	pass(r, n < x.n ? n + open : x.n);
	return span_cut(x, open, n - open);
}

static void take_quoted(struct lua_text *r)
{
	char quote = r->rest.s[0];
	size_t n = 1;

	while (n < r->rest.n && r->rest.s[n] != quote && r->rest.s[n] != '\n')
		n += r->rest.s[n] == '\\' && n + 1 < r->rest.n ? 2 : 1;
	r->kind = LUA_TEXT_STRING;
	r->text = span_cut(r->rest, 1, n < r->rest.n ? n - 1 : r->rest.n);
	pass(r, n + 1);
}

static void pass_comment(struct lua_text *r)
{
	int level;
	const char *end;

	pass(r, 2);
	level = long_level(r->rest);
	if (level >= 0) {
		take_long(r, level);
		return;
	}
	end = memchr(r->rest.s, '\n', r->rest.n);
	pass(r, end ? (size_t)(end - r->rest.s) : r->rest.n);
}

static void pass_blanks(struct lua_text *r)
{
	while (r->rest.n) {
		if (memchr(" \t\r\n\v\f", r->rest.s[0], 6))
			pass(r, 1);
		else if (span_starts(r->rest, "--"))
			pass_comment(r);
		else
			return;
	}
}

bool lua_text_next(struct lua_text *r)
{
	size_t n = 1;
	int level;

	pass_blanks(r);
	r->line = r->next_line;
	if (!r->rest.n)
		return false;
	level = long_level(r->rest);
	if (level >= 0) {
		r->kind = LUA_TEXT_STRING;
		r->text = take_long(r, level);
		return true;
	}
	if (r->rest.s[0] == '"' || r->rest.s[0] == '\'') {
		take_quoted(r);
		return true;
	}
	r->kind = is_name(r->rest.s[0], true) ? LUA_TEXT_NAME : LUA_TEXT_OTHER;
	while (r->kind == LUA_TEXT_NAME && n < r->rest.n && is_name(r->rest.s[n], false))
		n++;
	r->text = span_cut(r->rest, 0, n);
	pass(r, n);
	return true;
}

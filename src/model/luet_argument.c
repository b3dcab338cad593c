/* A package of luet's as people type it. */
#include "model/luet_argument.h"

#include <string.h>

#include "model/luet_selector.h"
#include "model/luet_version.h"
#include "model/name.h"

static size_t sign_at(struct span x)
{
	size_t n = 0;

	while (n < x.n && x.s[n] && strchr("<>=!~", x.s[n]))
		n++;
	return n;
}

static size_t find(struct span x, char c)
{
	const char *at = x.n ? memchr(x.s, c, x.n) : NULL;

	return at ? (size_t)(at - x.s) : x.n;
}

/* Where the version begins in "name-1.2-r1": behind the last minus before a digit; x.n: there is none. */
static size_t version_at(struct span x)
{
	for (size_t i = x.n; i > 1; i--)
		if (x.s[i - 2] == '-' && luet_version_is_valid(span_cut(x, i - 1, 1)))
			return i - 1;
	return x.n;
}

static bool put(struct span name, struct span sign, struct span version, struct buf *out)
{
	AUTO(buf) selector = BUF_INIT;

	buf_add_span(&selector, sign);
	buf_add_span(&selector, version);
	if (!luet_selector_is_valid(buf_span(&selector)) || !selector.n)
		return false;
	buf_add_span(out, name);
	buf_addc(out, '=');
	luet_selector_format(buf_span(&selector), out);
	return true;
}

/* A name without its category may be one of ours, too. */
static bool is_name(struct span x)
{
	return name_is_luet(x) ? name_is_luet_valid(x) : name_is_valid(x);
}

bool luet_argument_split(struct span x, struct span *name, struct span *version)
{
	size_t at = version_at(x);

	*name = span_cut(x, 0, at ? at - 1 : 0);
	*version = span_cut(x, at, x.n);
	return luet_version_is_valid(*version) && name_is_luet_valid(*name);
}

bool luet_argument_read(struct span x, struct buf *out)
{
	struct span sign = span_cut(x, 0, sign_at(x)), rest = span_cut(x, sign.n, x.n);
	size_t at = find(rest, '@'), is = find(rest, '=');
	struct span name;

	if (at == rest.n && is < rest.n && !sign.n && name_is_luet(x))
		at = is;
	name = span_cut(rest, 0, at);
	if (at < rest.n)
		return is_name(name) && put(name, sign, span_cut(rest, at + 1, rest.n), out);
	if (!sign.n) {
		if (name_is_luet_valid(rest))
			buf_add_span(out, rest);
		return name_is_luet_valid(rest);
	}
	at = version_at(rest);
	name = span_cut(rest, 0, at ? at - 1 : 0);
	return at < rest.n && is_name(name) && put(name, sign, span_cut(rest, at, rest.n), out);
}

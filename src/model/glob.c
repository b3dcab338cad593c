/* Globs for paths. */
#include "model/glob.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"

/* Where to go on when what follows a star does not match: the star takes one more. */
struct retry {
	const char *glob; /* behind the star; NULL: no star yet */
	size_t at;
	bool whole; /* folders only */
};

/* A class "[…]" at g: whether c is in it; *end is behind it. One that is not closed is a plain
 * '['. */
static bool is_in_class(const char *g, char c, const char **end)
{
	const char *at = g + 1;
	bool negated = *at == '!' || *at == '^';
	bool found = false;

	at += negated;
	for (const char *first = at; *at && (*at != ']' || at == first); at++) {
		unsigned char from = (unsigned char)at[0], to = from;

		if (at[1] == '-' && at[2] && at[2] != ']') {
			to = (unsigned char)at[2];
			at += 2;
		}
		found |= from <= (unsigned char)c && (unsigned char)c <= to;
	}
	if (!*at) {
		*end = g + 1;
		return c == '[';
	}
	*end = at + 1;
	return found != negated;
}

/* One character; *g moves behind what stands for it. */
static bool take_one(const char **g, char c)
{
	const char *at = *g;

	switch (*at) {
	case 0: return false;
	case '?': *g = at + 1; return c != '/';
	case '[': return is_in_class(at, c, g) && c != '/';
	case '\\':
		if (at[1])
			at++;
		break;
	default: break;
	}
	*g = at + 1;
	return *at == c;
}

/* Takes a star off, and notes where it stands. */
static const char *take_star(
	const char *g, struct span path, size_t at, struct retry *star, struct retry *far)
{
	if (g[1] != '*') {
		*star = (struct retry){.glob = g + 1, .at = at};
		return g + 1;
	}
	while (*g == '*')
		g++;
	*far = (struct retry){.glob = g, .at = at};
	if (*g == '/' && (!at || path.s[at - 1] == '/')) {
		*far = (struct retry){.glob = g + 1, .at = at, .whole = true};
		g++;
	}
	star->glob = NULL; /* what the far one takes, it need not */
	return g;
}

/* Lets a star take one more: whether it can. */
static bool give_more(struct retry *r, struct span path, bool across)
{
	if (!r->glob || r->at >= path.n)
		return false;
	if (!across && path.s[r->at] == '/')
		return false;
	do
		r->at++;
	while (r->whole && r->at < path.n && path.s[r->at - 1] != '/');
	return !r->whole || path.s[r->at - 1] == '/';
}

bool glob_matches(const char *glob, struct span path)
{
	struct retry star = {0}, far = {0};
	size_t at = 0;

	for (;;) {
		if (*glob == '*') {
			glob = take_star(glob, path, at, &star, &far);
			continue;
		}
		if (at == path.n && !*glob)
			return true;
		if (at < path.n && take_one(&glob, path.s[at])) {
			at++;
		} else if (give_more(&star, path, false)) {
			glob = star.glob;
			at = star.at;
		} else if (give_more(&far, path, true)) {
			star.glob = NULL;
			glob = far.glob;
			at = far.at;
		} else {
			return false;
		}
	}
}

bool glob_is_whole(const char *glob)
{
	while (*glob) {
		const char *end = glob + (*glob == '\\' && glob[1] ? 2 : 1);

		if (*glob == '[') {
			is_in_class(glob, 0, &end);
			if (end == glob + 1)
				return false;
		}
		glob = end;
	}
	return true;
}

bool glob_covers(const char *glob, struct span path)
{
	AUTO(buf) beneath = BUF_INIT;
	size_t backslashes = 0;

	if (glob_matches(glob, path))
		return true;
	buf_adds(&beneath, glob);
	while (backslashes < beneath.n && beneath.s[beneath.n - 1 - backslashes] == '\\')
		backslashes++;
	/* One that nothing follows stands for itself, and must not take the slash. */
	buf_adds(&beneath, backslashes % 2 ? "\\/**" : "/**");
	return glob_matches(beneath.s, path);
}

/* Whether the glob's first parts, as many as the path has, match them, and there are more. */
static bool leads_below(const char *glob, struct span path)
{
	struct span of_glob = span_of(glob), want, have;
	AUTO(buf) part = BUF_INIT;

	while (span_split(&path, '/', &have)) {
		if (!span_split(&of_glob, '/', &want))
			return false;
		buf_set(&part, want);
		if (strstr(part.s, "**"))
			return true;
		if (!glob_matches(part.s, have))
			return false;
	}
	return of_glob.n > 0;
}

static bool is_wild(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* Most differ before the first wildcard, where one look at each byte tells. */
enum glob_relation glob_relate(const char *glob, struct span path)
{
	size_t i = 0;

	if (span_is_text(path, "/"))
		path.n = 0;
	while (i < path.n && glob[i] == path.s[i] && !is_wild(glob[i]))
		i++;
	if (!glob[i] && (i == path.n || path.s[i] == '/'))
		return GLOB_COVERS;
	if (glob[i] == '/' && i == path.n)
		return GLOB_ABOVE;
	if (!is_wild(glob[i]))
		return GLOB_APART;
	if (glob_covers(glob, path))
		return GLOB_COVERS;
	return leads_below(glob, path) ? GLOB_ABOVE : GLOB_APART;
}

/* Where a pack may come from. */
#include "net/source.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct source_row rows[] = {
	{"http", SOURCE_WORKER},
	{"https", SOURCE_WORKER},
	{"file", SOURCE_FILE},
};

/* What stands behind "SCHEME://", or false. */
static bool cut_scheme(struct span url, const char *scheme, struct span *rest)
{
	size_t n = strlen(scheme);

	*rest = span_cut(url, n + 3, url.n);
	return url.n >= n + 3 && strncasecmp(url.s, scheme, n) == 0 &&
	       memcmp(url.s + n, "://", 3) == 0;
}

const struct source_row *source_of(struct span url)
{
	struct span rest;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (cut_scheme(url, rows[i].scheme, &rest))
			return &rows[i];
	return NULL;
}

bool source_path(struct span url, struct buf *path)
{
	AUTO(buf) plain = BUF_INIT;
	struct span rest;

	if (!cut_scheme(url, "file", &rest))
		return false;
	if (span_starts(rest, "localhost/"))
		rest = span_cut(rest, sizeof("localhost") - 1, rest.n);
	if (!span_starts(rest, "/"))
		return false;
	for (size_t i = 0; i < rest.n; i++) {
		unsigned char c = (unsigned char)rest.s[i];

		if (c == '%') {
			if (!text_unhex(span_cut(rest, i + 1, 2), &c, 1))
				return false;
			i += 2;
		}
		if (!c)
			return false;
		buf_addc(&plain, (char)c);
	}
	buf_add_span(path, buf_span(&plain));
	return true;
}

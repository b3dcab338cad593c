/* What a system says of itself. */
#include "model/release.h"

#include "base/vec.h"

#define VALUE_MAX 64

void release_drop(struct release *r)
{
	buf_drop(&r->distribution);
	buf_drop(&r->number);
	buf_drop(&r->codename);
}

/* Of "text" and 'text' what is between. */
static struct span unquote(struct span x)
{
	if (x.n >= 2 && (x.s[0] == '"' || x.s[0] == '\'') && x.s[x.n - 1] == x.s[0])
		return span_cut(x, 1, x.n - 2);
	return x;
}

static bool is_word(struct span x)
{
	for (size_t i = 0; i < x.n; i++) {
		char c = x.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '.' || c == '_' || c == '-' || c == '+' || c == '~'))
			return false;
	}
	return x.n && x.n <= VALUE_MAX;
}

void release_read(struct span text, struct release *out)
{
	const struct {
		const char *key;
		struct buf *to;
	} rows[] = {{"ID", &out->distribution}, {"VERSION_ID", &out->number},
		{"VERSION_CODENAME", &out->codename}};
	struct span line;

	while (span_split(&text, '\n', &line)) {
		struct span value = line, key;

		if (!span_split(&value, '=', &key))
			continue;
		for (size_t i = 0; i < COUNT(rows); i++)
			if (span_is_text(key, rows[i].key) && is_word(unquote(value)))
				buf_set(rows[i].to, unquote(value));
	}
}

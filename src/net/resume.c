/* Going on with a body that broke off. */
#include "net/resume.h"

#include <string.h>
#include <strings.h>

#define ETAG_MAX 200

bool resume_is_strong(struct span etag)
{
	if (etag.n < 2 || etag.n > ETAG_MAX || etag.s[0] != '"' || etag.s[etag.n - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < etag.n; i++) {
		unsigned char c = (unsigned char)etag.s[i];

		if (c <= ' ' || c == '"' || c >= 0x7f)
			return false;
	}
	return true;
}

bool resume_is_tag(struct span etag)
{
	bool weak = etag.n > 2 && memcmp(etag.s, "W/", 2) == 0;

	return resume_is_strong(weak ? (struct span){etag.s + 2, etag.n - 2} : etag);
}

static bool get_number(struct span x, int64_t *out)
{
	unsigned long long number;

	if (!span_number(x, INT64_MAX, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

bool resume_parse_range(struct span text, struct resume_range *out)
{
	static const char unit[] = "bytes ";
	size_t n = sizeof(unit) - 1;
	const char *minus, *slash;
	struct span rest;

	if (text.n < n || strncasecmp(text.s, unit, n) != 0)
		return false;
	rest = span_cut(text, n, text.n);
	minus = memchr(rest.s, '-', rest.n);
	slash = memchr(rest.s, '/', rest.n);
	if (!minus || !slash || slash < minus)
		return false;
	if (!get_number((struct span){rest.s, (size_t)(minus - rest.s)}, &out->first) ||
		!get_number((struct span){minus + 1, (size_t)(slash - minus - 1)}, &out->last) ||
		!get_number((struct span){slash + 1, (size_t)(rest.s + rest.n - slash - 1)},
			&out->total))
		return false;
	return out->first <= out->last && out->last < out->total;
}

bool resume_fits(struct span range, struct span etag, int64_t length, int64_t from,
	struct span wanted_etag, int64_t wanted_total)
{
	struct resume_range r;

	if (!resume_parse_range(range, &r) || !span_is(etag, wanted_etag))
		return false;
	return r.first == from && r.total == wanted_total && r.last == r.total - 1 &&
	       (length < 0 || length == r.total - r.first);
}

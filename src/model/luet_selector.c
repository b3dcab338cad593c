/* Which versions of a package a wagon's package asks for. */
#include "model/luet_selector.h"

#include <string.h>

#include "model/luet_version.h"

enum op {
	OP_EXACTLY,
	OP_NOT,
	OP_OLDER,
	OP_AT_MOST,
	OP_NEWER,
	OP_AT_LEAST,
	OP_UPSTREAM, /* any revision and build */
};

/* The longer before those that they begin with. */
static const struct {
	const char *text;
	enum op op;
} ops[] = {
	{">=", OP_AT_LEAST},
	{"<=", OP_AT_MOST},
	{"!=", OP_NOT},
	{"==", OP_EXACTLY},
	{"!<", OP_AT_LEAST},
	{"!>", OP_AT_MOST},
	{">", OP_NEWER},
	{"<", OP_OLDER},
	{"=", OP_EXACTLY},
	{"!", OP_NOT},
	{"~", OP_UPSTREAM},
	{"", OP_EXACTLY},
};

/* One part: what a version is held against. */
struct term {
	enum op op;
	struct span
		version; /* of a star: what stands before it, without a dot; may be empty then */
	bool star;
};

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The next one's text, sign and version; false: no more. Blanks may stand between the two. */
static bool cut_term(struct span *rest, struct span *sign, struct span *version)
{
	size_t n = 0, from;

	while (n < rest->n && is_between(rest->s[n]))
		n++;
	if (n == rest->n)
		return false;
	from = n;
	while (n < rest->n && is_one_of(rest->s[n], "<>=!~"))
		n++;
	*sign = span_cut(*rest, from, n - from);
	while (sign->n && n < rest->n && (rest->s[n] == ' ' || rest->s[n] == '\t'))
		n++;
	from = n;
	while (n < rest->n && !is_between(rest->s[n]) && !is_one_of(rest->s[n], "<>=!"))
		n++;
	*version = span_cut(*rest, from, n - from);
	*rest = span_cut(*rest, n, rest->n);
	return true;
}

/* "1.2*", "1.2.*", "*": whole numbers with dots between, and the star. */
static bool cut_star(struct term *t)
{
	struct span rest = span_cut(t->version, 0, t->version.n - 1), part;

	if (span_ends(rest, "."))
		rest.n--;
	t->version = rest;
	t->star = true;
	while (span_split(&rest, '.', &part)) {
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (part.s[i] < '0' || part.s[i] > '9')
				return false;
	}
	return !span_ends(t->version, ".") && (t->op == OP_EXACTLY || t->op == OP_NOT);
}

static bool read_term(struct span sign, struct span version, struct term *out)
{
	for (size_t i = 0; i < COUNT(ops); i++)
		if (span_is_text(sign, ops[i].text)) {
			*out = (struct term){ops[i].op, version, false};
			if (span_ends(version, "*"))
				return cut_star(out);
			/* What has no place in the order can be asked for, or not, by its text. */
			return luet_version_is_valid(version) ||
			       ((out->op == OP_EXACTLY || out->op == OP_NOT) &&
				       luet_version_is_text(version));
		}
	return false;
}

bool luet_selector_is_valid(struct span x)
{
	struct span sign, version;
	struct term term;

	if (x.n > LUET_SELECTOR_SIZE)
		return false;
	while (cut_term(&x, &sign, &version))
		if (!read_term(sign, version, &term))
			return false;
	return true;
}

static bool is_any(const struct term *t)
{
	return (t->op == OP_AT_LEAST && span_is_text(t->version, "0")) ||
	       (t->op == OP_EXACTLY && t->star && !t->version.n);
}

bool luet_selector_is_any(struct span x)
{
	struct span sign, version;
	struct term term;

	while (cut_term(&x, &sign, &version))
		if (!read_term(sign, version, &term) || !is_any(&term))
			return false;
	return true;
}

static bool is_it(const struct term *t, struct span version)
{
	bool known =
		luet_version_is_valid(version) && (t->star || luet_version_is_valid(t->version));

	if (t->star)
		return known && luet_version_begins(version, t->version);
	if (!known || t->op == OP_EXACTLY)
		return span_is(version, t->version);
	return luet_version_has_build(t->version)
		       ? luet_version_compare(version, t->version) == 0
		       : luet_version_compare_unbuilt(version, t->version) == 0;
}

static bool holds(const struct term *t, struct span version)
{
	int order;

	if (is_any(t))
		return true;
	if (t->op == OP_EXACTLY || t->op == OP_NOT)
		return is_it(t, version) == (t->op == OP_EXACTLY);
	if (!luet_version_is_valid(version))
		return false;
	order = luet_version_compare_unbuilt(version, t->version);
	switch (t->op) {
	case OP_OLDER: return order < 0;
	case OP_AT_MOST: return order <= 0;
	case OP_NEWER: return order > 0;
	case OP_AT_LEAST: return order >= 0;
	case OP_UPSTREAM: return luet_version_compare_upstream(version, t->version) == 0;
	case OP_EXACTLY:
	case OP_NOT: break;
	}
	return false;
}

bool luet_selector_holds(struct span x, struct span version)
{
	struct span sign, text;
	struct term term;

	while (cut_term(&x, &sign, &text))
		if (!read_term(sign, text, &term) || !holds(&term, version))
			return false;
	return true;
}

void luet_selector_format(struct span x, struct buf *out)
{
	struct span sign, version;
	bool more = false;

	while (cut_term(&x, &sign, &version)) {
		if (more)
			buf_addc(out, ' ');
		more = true;
		buf_add_span(out, sign);
		buf_add_span(out, version);
	}
}

/* Relations between packages, as Debian writes them. */
#include "model/relation.h"

#include <string.h>

#include "model/luet_selector.h"
#include "model/luet_version.h"
#include "model/name.h"
#include "model/version.h"

static const char *const ops[RELATION_OPS] = {
	[RELATION_ANY] = "",
	[RELATION_OLDER] = "<<",
	[RELATION_AT_MOST] = "<=",
	[RELATION_EXACTLY] = "=",
	[RELATION_AT_LEAST] = ">=",
	[RELATION_NEWER] = ">>",
	[RELATION_SELECTOR] = "",
};

static void relation_drop(struct relation *r)
{
	buf_drop(&r->name);
	buf_drop(&r->version);
}

void relations_drop(struct relations *r)
{
	vec_drop_each(&r->of, relation_drop);
}

struct relation *relations_add(struct relations *r, struct span name)
{
	struct relation *added = vec_push(&r->of);

	*added = (struct relation){.name = BUF_INIT, .version = BUF_INIT};
	buf_set(&added->name, name);
	return added;
}

void relations_add_all(const struct relations *from, struct relations *to)
{
	VEC_FOR (const struct relation, r, &from->of) {
		struct relation *copy = relations_add(to, buf_span(&r->name));

		copy->op = r->op;
		buf_set(&copy->version, buf_span(&r->version));
	}
}

static size_t before_any(struct span x, const char *ends)
{
	size_t n = 0;

	while (n < x.n && (!x.s[n] || !strchr(ends, x.s[n])))
		n++;
	return n;
}

/* What a selector that is none may look like, so that it can be shown: of one line, without brackets. */
static bool is_selector(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] < ' ' || x.s[i] > '~' || x.s[i] == '(' || x.s[i] == ')')
			return false;
	return x.n && x.n <= LUET_SELECTOR_SIZE;
}

bool relation_is_valid(struct span name, enum relation_op op, struct span version)
{
	if (op == RELATION_ANY)
		return !version.n;
	if (!name_is_luet(name))
		return op < RELATION_SELECTOR && version_is_valid(version);
	return op == RELATION_EXACTLY ? luet_version_is_text(version)
				      : op == RELATION_SELECTOR && is_selector(version);
}

void relations_add_selector(struct relations *r, struct span name, struct span selector)
{
	struct relation *added = relations_add(r, name);
	struct span exact = span_trim(selector);

	if (luet_selector_is_any(selector))
		return;
	if (span_starts(exact, "="))
		exact = span_trim(span_cut(exact, span_starts(exact, "==") ? 2 : 1, exact.n));
	added->op = luet_version_is_text(exact) ? RELATION_EXACTLY : RELATION_SELECTOR;
	if (added->op == RELATION_EXACTLY)
		buf_set(&added->version, exact);
	else if (luet_selector_is_valid(selector))
		luet_selector_format(selector, &added->version);
	else
		buf_set(&added->version, span_trim(selector));
	if (!is_selector(buf_span(&added->version)))
		buf_sets(&added->version, "?");
}

/* What stands in the brackets: an operator and a version. */
static bool add_bound(struct relations *r, struct span name, struct span x)
{
	size_t n = 0;

	if (name_is_luet(name)) {
		if (is_selector(x))
			relations_add_selector(r, name, x);
		return is_selector(x);
	}
	while (n < x.n && x.s[n] && strchr("<=>", x.s[n]))
		n++;
	for (unsigned i = RELATION_OLDER; i < RELATION_SELECTOR; i++)
		if (span_is_text(span_cut(x, 0, n), ops[i])) {
			struct span version = span_trim(span_cut(x, n, x.n));
			struct relation *added;

			if (!version_is_valid(version))
				return false;
			added = relations_add(r, name);
			added->op = (enum relation_op)i;
			buf_set(&added->version, version);
			return true;
		}
	return false;
}

bool relations_add_text(struct relations *r, struct span text)
{
	struct span name = span_cut(text, 0, before_any(text, " ("));
	struct span rest = span_trim(span_cut(text, name.n, text.n));

	if (!name.n || (rest.n && !(span_starts(rest, "(") && span_ends(rest, ")"))))
		return false;
	if (rest.n)
		return rest.n >= 2 && add_bound(r, name, span_trim(span_cut(rest, 1, rest.n - 2)));
	relations_add(r, name);
	return true;
}

static bool holds_luet(const struct relation *r, struct span version)
{
	if (r->op == RELATION_EXACTLY)
		return span_is(version, buf_span(&r->version));
	return version.n && luet_selector_holds(buf_span(&r->version), version);
}

bool relation_holds(const struct relation *r, struct span version)
{
	int order;

	if (r->op == RELATION_ANY)
		return true;
	if (name_is_luet(buf_span(&r->name)))
		return holds_luet(r, version);
	if (!version_is_valid(version))
		return false;
	order = version_compare(version, buf_span(&r->version));
	switch (r->op) {
	case RELATION_OLDER: return order < 0;
	case RELATION_AT_MOST: return order <= 0;
	case RELATION_EXACTLY: return order == 0;
	case RELATION_AT_LEAST: return order >= 0;
	case RELATION_NEWER: return order > 0;
	case RELATION_ANY:
	case RELATION_SELECTOR:
	case RELATION_OPS: break;
	}
	return false;
}

void relation_format(const struct relation *r, struct buf *out)
{
	buf_add_span(out, buf_span(&r->name));
	if (r->op == RELATION_SELECTOR)
		buf_addf(out, " (%s)", r->version.s);
	else if (r->op != RELATION_ANY)
		buf_addf(out, " (%s %s)", ops[r->op], r->version.s);
}

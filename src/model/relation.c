/* Relations between packages, as Debian writes them. */
#include "model/relation.h"

#include <string.h>

#include "model/name.h"
#include "model/version.h"

static const char *const ops[RELATION_OPS] = {
	[RELATION_ANY] = "",
	[RELATION_OLDER] = "<<",
	[RELATION_AT_MOST] = "<=",
	[RELATION_EXACTLY] = "=",
	[RELATION_AT_LEAST] = ">=",
	[RELATION_NEWER] = ">>",
	[RELATION_NOT] = "!=",
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

static size_t before_any(struct span x, const char *ends)
{
	size_t n = 0;

	while (n < x.n && (!x.s[n] || !strchr(ends, x.s[n])))
		n++;
	return n;
}

bool relation_is_valid(struct span name, enum relation_op op, struct span version)
{
	if (op == RELATION_ANY)
		return !version.n;
	if (name_is_luet(name))
		return name_is_luet_version(version);
	return op != RELATION_NOT && version_is_valid(version);
}

/* What stands in the brackets: an operator and a version. */
static bool read_bound(struct span name, struct span x, enum relation_op *op, struct span *version)
{
	size_t n = 0;

	while (n < x.n && x.s[n] && strchr("<=>!", x.s[n]))
		n++;
	*version = span_trim(span_cut(x, n, x.n));
	for (unsigned i = RELATION_OLDER; i < RELATION_OPS; i++)
		if (span_is_text(span_cut(x, 0, n), ops[i])) {
			*op = (enum relation_op)i;
			return relation_is_valid(name, *op, *version);
		}
	return false;
}

bool relations_add_text(struct relations *r, struct span text)
{
	struct span name = span_cut(text, 0, before_any(text, " (")), version = SPAN("");
	struct span rest = span_trim(span_cut(text, name.n, text.n));
	enum relation_op op = RELATION_ANY;
	struct relation *added;

	if (!name.n || (rest.n && !(span_starts(rest, "(") && span_ends(rest, ")"))))
		return false;
	if (rest.n && (rest.n < 2 || !read_bound(name, span_trim(span_cut(rest, 1, rest.n - 2)),
					     &op, &version)))
		return false;
	added = relations_add(r, name);
	added->op = op;
	buf_set(&added->version, version);
	return true;
}

bool relation_holds(const struct relation *r, struct span version)
{
	int order;

	if (r->op == RELATION_ANY)
		return true;
	if (!version_is_valid(version))
		return false;
	order = version_compare(version, buf_span(&r->version));
	switch (r->op) {
	case RELATION_OLDER: return order < 0;
	case RELATION_AT_MOST: return order <= 0;
	case RELATION_EXACTLY: return order == 0;
	case RELATION_AT_LEAST: return order >= 0;
	case RELATION_NEWER: return order > 0;
	case RELATION_NOT: return order != 0;
	case RELATION_ANY:
	case RELATION_OPS: break;
	}
	return false;
}

void relation_format(const struct relation *r, struct buf *out)
{
	buf_add_span(out, buf_span(&r->name));
	if (r->op != RELATION_ANY)
		buf_addf(out, " (%s %s)", ops[r->op], r->version.s);
}

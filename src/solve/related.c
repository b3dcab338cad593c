/* What packages state of one another. */
#include "solve/related.h"

void related_list_drop(struct related_list *l)
{
	vec_drop(&l->of);
}

bool related_is(const struct related *p, const struct relation *r)
{
	if (span_is(p->name, buf_span(&r->name)) && relation_holds(r, p->version))
		return true;
	VEC_FOR (const struct relation, other, &p->provides->of)
		if (span_is(buf_span(&other->name), buf_span(&r->name)) &&
			relation_holds(r, buf_span(&other->version)))
			return true;
	return false;
}

bool related_needs(const struct related *a, const struct related *b)
{
	VEC_FOR (const struct relation, r, &a->depends->of)
		if (related_is(b, r))
			return true;
	return false;
}

static const struct related *find(const struct related_list *all, const struct relation *r)
{
	VEC_FOR (const struct related, p, &all->of)
		if (related_is(p, r))
			return p;
	return NULL;
}

static const struct related *by_name(const struct related_list *all, struct span name)
{
	VEC_FOR (const struct related, p, &all->of)
		if (span_is(p->name, name))
			return p;
	return NULL;
}

static int refuse_missing(
	const struct related_list *after, const struct relation *r, struct err *err)
{
	const struct related *other = by_name(after, buf_span(&r->name));
	AUTO(buf) text = BUF_INIT;

	relation_format(r, &text);
	if (!other)
		err_set(err, ERR_CONFLICT, "it depends on %s, which is not installed", text.s);
	else
		err_set(err, ERR_CONFLICT, "it depends on %s, and %s is %.*s", text.s, r->name.s,
			other->version.n ? (int)other->version.n : 18,
			other->version.n ? other->version.s : "of unknown version");
	return err_next(err, "install that first, or in the same command");
}

/* What of a's conflicts is about b; NULL: nothing. */
static const struct relation *conflict(const struct related *a, const struct related *b)
{
	VEC_FOR (const struct relation, r, &a->conflicts->of)
		if (related_is(b, r))
			return r;
	return NULL;
}

static int refuse_conflict(
	const struct related *a, const struct related *b, bool ours, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	relation_format(conflict(a, b), &text);
	if (ours)
		err_set(err, ERR_CONFLICT, "it conflicts with %s: %.*s is installed", text.s,
			SPAN_ARG(b->name));
	else
		err_set(err, ERR_CONFLICT, "%.*s, which is installed, conflicts with %s",
			SPAN_ARG(a->name), text.s);
	return err_next(err, "fardel remove %.*s", SPAN_ARG(ours ? b->name : a->name));
}

int related_check(const struct related_list *after, size_t i, struct err *err)
{
	const struct related *p = &after->of.v[i];

	VEC_FOR (const struct relation, r, &p->depends->of)
		if (!find(after, r))
			return refuse_missing(after, r, err);
	VEC_FOR (const struct related, other, &after->of) {
		if (other == p)
			continue;
		if (conflict(p, other))
			return refuse_conflict(p, other, true, err);
		if (conflict(other, p))
			return refuse_conflict(other, p, false, err);
	}
	return 0;
}

int related_check_rest(
	const struct related_list *before, const struct related_list *after, struct err *err)
{
	VEC_FOR (const struct related, p, &after->of) {
		if (p->comes)
			continue;
		VEC_FOR (const struct relation, r, &p->depends->of) {
			const struct related *was = find(before, r);
			AUTO(buf) text = BUF_INIT;

			if (!was || find(after, r))
				continue;
			relation_format(r, &text);
			err_set(err, ERR_CONFLICT, "%.*s: %.*s depends on %s", SPAN_ARG(was->name),
				SPAN_ARG(p->name), text.s);
			return err_next(err,
				"name %.*s as well (of a removal, --cascade does), or give --force",
				SPAN_ARG(p->name));
		}
	}
	return 0;
}

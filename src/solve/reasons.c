/* Why there is no such set of packages, in words. */
#include "solve/reasons.h"

#include <stdlib.h>
#include <string.h>

#include "model/ordering.h"
#include "solve/words.h"

#define STATEMENTS_MAX 200 /* more is nobody's to read */
#define NAMES_MAX 3 /* that are told, of several */
#define FAR 1000

/* What one package (or several versions of it) says of a name. */
struct statement {
	enum sat_kind kind;
	struct span about; /* the name that it is about: those of one name are one line */
	VEC(uint32_t) packages; /* versions of one name who say so */
	uint32_t need;
	const struct relation *relation; /* of the need; NULL */
	struct asked asked;
	unsigned depth; /* how many steps it is away from what was asked for */
};

struct reasons {
	struct question *q;
	VEC(struct statement) of;
	VEC(unsigned) depths; /* of each package */
};

static void statement_drop(struct statement *s)
{
	vec_drop(&s->packages);
}

static void reasons_drop(struct reasons *r)
{
	vec_drop_each(&r->of, statement_drop);
	vec_drop(&r->depths);
}

static struct span name_of(const struct reasons *r, uint32_t package)
{
	return r->q->reach.of.v[package].item.name;
}

static struct span about(const struct reasons *r, const struct sat_rule *rule)
{
	const struct asked *asked;

	switch (rule->kind) {
	case SAT_RULE_DEPENDS: return buf_span(&r->q->reach.needs.v[rule->need].relation->name);
	case SAT_RULE_CONFLICTS: return name_of(r, rule->other);
	case SAT_RULE_ASKED:
		asked = &r->q->asked.v[rule->asked];
		if (asked->kind == ASKED_WISH)
			return r->q->request->of.v[asked->wish].name;
		return asked->kind == ASKED_HOLD ? name_of(r, asked->package) : SPAN("");
	case SAT_RULE_INSTALLED:
	case SAT_RULE_NAME: break;
	}
	return name_of(r, rule->package);
}

/* Of conflicts `about` is whom it is with. */
static bool is_same(const struct reasons *r, const struct statement *s, const struct statement *new)
{
	if (s->kind != new->kind || !span_is(s->about, new->about) || s->need != new->need ||
		s->asked.kind != new->asked.kind || s->asked.wish != new->asked.wish)
		return false;
	return !s->packages.n ||
	       span_is(name_of(r, s->packages.v[0]), name_of(r, new->packages.v[0]));
}

static void add_package(struct statement *s, uint32_t package)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (s->packages.v[i] == package)
			return;
	*vec_push(&s->packages) = package;
}

static void add(void *arg, const struct sat_rule *rule)
{
	struct reasons *r = arg;
	struct statement new = {.kind = rule->kind, .need = rule->need};

	if (rule->kind == SAT_RULE_NAME || r->of.n >= STATEMENTS_MAX)
		return;
	if (rule->kind == SAT_RULE_ASKED)
		new.asked = r->q->asked.v[rule->asked];
	if (rule->kind == SAT_RULE_ASKED && new.asked.kind == ASKED_MORE)
		return;
	new.about = about(r, rule);
	if (rule->kind == SAT_RULE_DEPENDS || rule->kind == SAT_RULE_CONFLICTS)
		new.relation = r->q->reach.needs.v[rule->need].relation;
	if (rule->kind != SAT_RULE_ASKED)
		add_package(&new, rule->package);
	else if (new.asked.kind == ASKED_HOLD)
		add_package(&new, new.asked.package);
	VEC_FOR (struct statement, s, &r->of)
		if (is_same(r, s, &new)) {
			if (new.packages.n)
				add_package(s, new.packages.v[0]);
			statement_drop(&new);
			return;
		}
	*vec_push(&r->of) = new;
}

static bool is_weak(const struct statement *s)
{
	return s->kind == SAT_RULE_INSTALLED || s->kind == SAT_RULE_ASKED;
}

/* The nearest of the packages who say so. */
static unsigned depth_of(const struct reasons *r, const struct statement *s)
{
	unsigned depth = s->kind == SAT_RULE_ASKED ? 0 : FAR;

	for (size_t k = 0; k < s->packages.n; k++)
		if (r->depths.v[s->packages.v[k]] < depth)
			depth = r->depths.v[s->packages.v[k]];
	return depth;
}

static void begin_depths(struct reasons *r)
{
	for (size_t i = 0; i < r->q->reach.of.n; i++)
		*vec_push(&r->depths) = FAR;
	VEC_FOR (const struct resolve_wish, wish, &r->q->request->of) {
		uint32_t first;
		size_t count = reach_named(&r->q->reach, wish->name, &first);

		for (uint32_t i = first; i < first + count; i++)
			r->depths.v[i] = 0;
	}
}

/* Whom it leads to is one step further; whether any came nearer by it. */
static bool lead(struct reasons *r, const struct statement *s)
{
	unsigned from = depth_of(r, s);
	bool nearer = false;

	if (s->kind != SAT_RULE_DEPENDS)
		return false;
	VEC_FOR (const uint32_t, package, &r->q->reach.needs.v[s->need].met_by) {
		if (r->depths.v[*package] <= from + 1)
			continue;
		r->depths.v[*package] = from + 1;
		nearer = true;
	}
	return nearer;
}

/* From what was asked for on, dependency by dependency. */
static void measure(struct reasons *r)
{
	bool changed = true;

	begin_depths(r);
	while (changed) {
		changed = false;
		VEC_FOR (const struct statement, s, &r->of)
			changed |= lead(r, s);
	}
	VEC_FOR (struct statement, s, &r->of)
		s->depth = depth_of(r, s);
}

static int compare_newest(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x < y) - (x > y);
}

/* The installed one stands for those that are offered of the same version. */
static void leave_doubles_out(const struct reasons *r, struct statement *s)
{
	const struct reach_package *of = r->q->reach.of.v;
	size_t kept = 0;

	for (size_t i = 0; i < s->packages.n; i++) {
		bool other = false;

		for (size_t k = 0; k < s->packages.n; k++)
			other |= k != i && of[s->packages.v[k]].rank == of[s->packages.v[i]].rank &&
				 (reach_is_installed(&r->q->reach, s->packages.v[k]) || k < kept);
		if (!other || reach_is_installed(&r->q->reach, s->packages.v[i]))
			s->packages.v[kept++] = s->packages.v[i];
	}
	s->packages.n = kept;
}

/* "editor 2.1, 2.0 and 3 more", the newest first, as they are numbered. */
static void add_who(const struct reasons *r, struct statement *s, struct buf *out)
{
	leave_doubles_out(r, s);
	qsort(s->packages.v, s->packages.n, sizeof(uint32_t), compare_newest);
	words_package(r->q, s->packages.v[0], true, out);
	for (size_t i = 1; i < s->packages.n && i < NAMES_MAX; i++) {
		struct span version = r->q->reach.of.v[s->packages.v[i]].item.version;

		buf_addf(out, ", %.*s", SPAN_ARG(version));
		if (reach_is_installed(&r->q->reach, s->packages.v[i]))
			buf_adds(out, " (installed)");
	}
	if (s->packages.n > NAMES_MAX)
		buf_addf(out, " and %zu more", s->packages.n - NAMES_MAX);
}

/* There is one, in another repository than what is installed is of. */
static bool add_away(const struct reasons *r, const struct relation *relation, struct buf *out)
{
	VEC_FOR (const size_t, number, &r->q->reach.away) {
		struct supply_item item;

		supply_get(r->q->reach.supply, *number, &item);
		if (!span_is(item.name, buf_span(&relation->name)) ||
			!relation_holds(relation, item.version))
			continue;
		buf_adds(out, ", and ");
		words_away(r->q, *number, out);
		return true;
	}
	return false;
}

/* Nobody meets it: which versions there are of whom it names. */
static void add_missing(const struct reasons *r, const struct relation *relation, struct buf *out)
{
	const struct supply *supply = r->q->reach.supply;
	struct span best = SPAN("");
	size_t count = 0;

	for (size_t i = supply_first(supply, buf_span(&relation->name)); i != SUPPLY_NONE;
		i = supply_older(supply, i)) {
		struct supply_item item;

		supply_get(supply, i, &item);
		count++;
		if (ordering_has(item.name, item.version) &&
			(!best.n || ordering_compare(item.name, item.version, best) > 0))
			best = item.version;
	}
	if (r->q->request->goal == RESOLVE_REMOVE || add_away(r, relation, out))
		return;
	if (!count)
		buf_adds(out, ", which nobody offers");
	else if (!best.n)
		buf_adds(out, ", and there is one without a version");
	else
		buf_addf(out, ", and %s %.*s", count > 1 ? "the newest is" : "there is only",
			SPAN_ARG(best));
}

/* They meet it under another name. */
static void add_providers(const struct reasons *r, const struct reach_need *need, struct buf *out)
{
	struct span last = SPAN("");
	size_t count = 0;

	VEC_FOR (const uint32_t, package, &need->met_by)
		if (span_is(name_of(r, *package), buf_span(&need->relation->name)))
			return;
	VEC_FOR (const uint32_t, package, &need->met_by) {
		struct span name = name_of(r, *package);

		if (span_is(name, last))
			continue;
		last = name;
		if (count < NAMES_MAX)
			buf_addf(out, "%s%.*s", count ? " or " : " (", SPAN_ARG(name));
		count++;
	}
	buf_adds(out, count > NAMES_MAX ? " or others)" : ")");
}

static void add_asked(const struct reasons *r, const struct statement *s, struct buf *out)
{
	const struct resolve_wish *wish;

	if (s->asked.kind == ASKED_HOLD) {
		words_package(r->q, s->asked.package, false, out);
		buf_adds(out, " is held");
		return;
	}
	wish = &r->q->request->of.v[s->asked.wish];
	buf_add_span(out, wish->name);
	if (wish->version.n)
		buf_addf(out, " %.*s", SPAN_ARG(wish->version));
	buf_adds(
		out, r->q->request->goal == RESOLVE_REMOVE ? " is to be removed" : " is asked for");
}

static void add_statement(const struct reasons *r, struct statement *s, struct buf *out)
{
	bool has_need = s->kind == SAT_RULE_DEPENDS || s->kind == SAT_RULE_CONFLICTS;
	const struct reach_need *need = has_need ? &r->q->reach.needs.v[s->need] : NULL;

	switch (s->kind) {
	case SAT_RULE_DEPENDS:
		add_who(r, s, out);
		buf_adds(out, s->packages.n > 1 ? " need " : " needs ");
		words_relation(need->relation, out);
		if (need->met_by.n)
			add_providers(r, need, out);
		else
			add_missing(r, need->relation, out);
		break;
	case SAT_RULE_CONFLICTS:
		add_who(r, s, out);
		buf_adds(out, s->packages.n > 1 ? " conflict with " : " conflicts with ");
		words_relation(need->relation, out);
		if (!span_is(buf_span(&need->relation->name), s->about))
			buf_addf(out, ", which %.*s is", SPAN_ARG(s->about));
		break;
	case SAT_RULE_INSTALLED:
		words_package(r->q, s->packages.v[0], false, out);
		buf_adds(out, r->q->reach.of.v[s->packages.v[0]].item.held ? " is held"
									   : " is installed");
		break;
	case SAT_RULE_ASKED: add_asked(r, s, out); break;
	case SAT_RULE_NAME: break;
	}
}

/* A held one is installed, too. */
static bool says_more(const struct reasons *r, const struct statement *s)
{
	VEC_FOR (const struct statement, other, &r->of)
		if (s->kind == SAT_RULE_INSTALLED && other->kind == SAT_RULE_ASKED &&
			span_is(other->about, s->about))
			return true;
	return false;
}

/* What is said about that name: what is a reason by itself; or what is one only beside others. */
static void add_statements(
	const struct reasons *r, struct span name, bool weak, size_t *count, struct buf *out)
{
	VEC_FOR (struct statement, s, &r->of) {
		if (!span_is(s->about, name) || is_weak(s) != weak || says_more(r, s))
			continue;
		if ((*count)++)
			buf_adds(out, ", and ");
		add_statement(r, s, out);
	}
}

/* All in one line. */
static bool add_line(const struct reasons *r, struct span name, bool weak, struct buf *out)
{
	size_t count = 0;

	add_statements(r, name, false, &count, out);
	if (count || weak)
		add_statements(r, name, true, &count, out);
	return count > 0;
}

static int compare_statements(const void *a, const void *b)
{
	const struct statement *x = a, *y = b;

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (is_weak(x) != is_weak(y))
		return is_weak(x) ? 1 : -1;
	if (span_compare(x->about, y->about) != 0)
		return span_compare(x->about, y->about);
	if (x->packages.n && y->packages.n && x->packages.v[0] != y->packages.v[0])
		return x->packages.v[0] < y->packages.v[0] ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->relation && y->relation && x->need != y->need)
		return words_compare(x->relation, y->relation);
	return (x->asked.wish > y->asked.wish) - (x->asked.wish < y->asked.wish);
}

static bool is_first(const struct reasons *r, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (span_is(r->of.v[i].about, r->of.v[at].about))
			return false;
	return true;
}

static size_t add_lines(const struct reasons *r, bool weak, size_t most, struct texts *out)
{
	size_t count = 0;

	for (size_t i = 0; i < r->of.n; i++) {
		AUTO(buf) line = BUF_INIT;

		if (is_first(r, i) && add_line(r, r->of.v[i].about, weak, &line) && count++ < most)
			texts_add(out, buf_span(&line));
	}
	return count;
}

void reasons_find(struct question *q, size_t most, struct texts *out)
{
	AUTO(reasons) r = {.q = q};
	AUTO(buf) rest = BUF_INIT;
	size_t count;

	sat_rules(q->reach.sat, add, &r);
	measure(&r);
	if (r.of.n)
		qsort(r.of.v, r.of.n, sizeof(*r.of.v), compare_statements);
	count = add_lines(&r, false, most, out);
	if (!count)
		count = add_lines(&r, true, most, out);
	buf_addf(&rest, "and %zu more", count > most ? count - most : 0);
	if (count > most)
		texts_add(out, buf_span(&rest));
}

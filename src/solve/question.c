/* A request, put to libsolv. */
#include "solve/question.h"

#include <stdlib.h>

#include "model/luet_selector.h"
#include "model/name.h"
#include "model/ordering.h"

#define PROVIDERS_MAX 5 /* that are told */

void question_drop(struct question *q)
{
	reach_drop(&q->reach);
	vec_drop(&q->asked);
}

static bool is_of_installed(enum resolve_goal goal)
{
	return goal == RESOLVE_UPGRADE || goal == RESOLVE_REMOVE || goal == RESOLVE_SWITCH;
}

/* "2.1, 2.0, 1.9 and 4 more", the newest first. */
static void add_versions(const struct question *q, uint32_t first, size_t count, struct buf *out)
{
	const struct reach_package *of = q->reach.of.v;
	size_t shown = 0, left = 0;

	for (size_t i = first + count; i-- > first;) {
		if (i + 1 < first + count && of[i].rank == of[i + 1].rank)
			continue;
		if (!of[i].item.version.n || shown == 5) {
			left++;
			continue;
		}
		buf_addf(out, "%s%.*s", shown++ ? ", " : "", SPAN_ARG(of[i].item.version));
	}
	if (left && shown)
		buf_addf(out, " and %zu more", left);
}

static int compare_names(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* "exim, postfix and others": who provides it; how many there are. */
static size_t add_providers(const struct supply *s, struct span name, struct buf *out)
{
	VEC(struct span) names = {0};
	size_t walk = 0, i, count = 0;

	while ((i = supply_provider(s, name, &walk)) != SUPPLY_NONE) {
		struct supply_item item;

		supply_get(s, i, &item);
		*vec_push(&names) = item.name;
	}
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), compare_names);
	for (i = 0; i < names.n; i++) {
		if (i && span_is(names.v[i], names.v[i - 1]))
			continue;
		if (count++ < PROVIDERS_MAX)
			buf_addf(out, "%s%.*s", count > 1 ? ", " : "", SPAN_ARG(names.v[i]));
	}
	if (count > PROVIDERS_MAX)
		buf_adds(out, " and others");
	vec_drop(&names);
	return count;
}

static int refuse_unknown(
	const struct question *q, const struct resolve_wish *wish, struct err *err)
{
	AUTO(buf) who = BUF_INIT;

	err_set(err, ERR_NO_PACKAGE, "%.*s: no such package", SPAN_ARG(wish->name));
	if (!add_providers(q->reach.supply, wish->name, &who))
		return err_next(err, "see: fardel search %.*s", SPAN_ARG(wish->name));
	err_detail(err, "it is provided by %s", who.s);
	return err_next(err, "name the one that you want");
}

static int check_wish(const struct question *q, const struct resolve_wish *wish, struct err *err)
{
	AUTO(buf) versions = BUF_INIT;
	uint32_t first;
	size_t count = reach_named(&q->reach, wish->name, &first);

	if (is_of_installed(q->request->goal) &&
		reach_installed(&q->reach, wish->name) == REACH_NONE) {
		err_set(err, ERR_NO_PACKAGE, "%.*s: it is not installed", SPAN_ARG(wish->name));
		return err_next(err, "see: fardel list");
	}
	if (!count)
		return refuse_unknown(q, wish, err);
	for (uint32_t i = first; i < first + count; i++)
		if (question_suits(q, wish, i))
			return 0;
	add_versions(q, first, count, &versions);
	err_set(err, ERR_NO_PACKAGE, "%.*s: there is no version %.*s", SPAN_ARG(wish->name),
		SPAN_ARG(wish->version));
	return err_next(err, "name one that there is: %s", versions.n ? versions.s : "it has none");
}

int question_make(const struct supply *s, const struct resolve_request *request,
	struct question *out, struct err *err)
{
	bool offers = request->goal != RESOLVE_REMOVE && request->goal != RESOLVE_AUTOREMOVE;
	VEC(struct reach_name) names = {0};
	int made;

	*out = (struct question){.request = request};
	VEC_FOR (const struct resolve_wish, wish, &request->of)
		*vec_push(&names) = (struct reach_name){wish->name, wish->version.n > 0};
	made = reach_make(s, names.v, names.n, offers, &out->reach, err);
	vec_drop(&names);
	if (made < 0)
		return -1;
	VEC_FOR (const struct resolve_wish, wish, &request->of)
		if (check_wish(out, wish, err) < 0) {
			question_drop(out);
			return -1;
		}
	return 0;
}

bool question_suits(const struct question *q, const struct resolve_wish *wish, uint32_t package)
{
	const struct supply_item *item = &q->reach.of.v[package].item;

	if (!span_is(item->name, wish->name))
		return false;
	if (!wish->version.n || span_is(item->version, wish->version))
		return true;
	if (name_is_luet(item->name))
		return luet_selector_holds(wish->version, item->version);
	return ordering_has(item->name, wish->version) && ordering_has(item->name, item->version) &&
	       ordering_compare(item->name, wish->version, item->version) == 0;
}

static void put(struct question *q, enum sat_wish wish, const uint32_t *packages, size_t count,
	struct asked asked)
{
	sat_ask(q->reach.sat, wish, packages, count);
	*vec_push(&q->asked) = asked;
}

static void put_one(struct question *q, enum sat_wish wish, uint32_t package, struct asked asked)
{
	put(q, wish, &package, 1, asked);
}

/* One of the versions that suit; where that is what is installed, just this. */
static void put_version(struct question *q, const struct resolve_wish *wish, struct asked asked)
{
	uint32_t first, installed = reach_incumbent(&q->reach, wish->name);
	size_t count = reach_named(&q->reach, wish->name, &first);
	VEC(uint32_t) suit = {0};

	for (uint32_t i = first; i < first + count; i++)
		if (question_suits(q, wish, i))
			*vec_push(&suit) = i;
	if (installed != REACH_NONE && question_suits(q, wish, installed)) {
		put_one(q, SAT_KEEP, installed, asked);
	} else {
		put(q, SAT_INSTALL, suit.v, suit.n, asked);
		if (installed != REACH_NONE)
			put_one(q, SAT_MAY_GO, installed, asked);
	}
	vec_drop(&suit);
}

/* Of a family of Packets' a name is that of one version: to install it is not to have another one. */
static bool is_of_one(const struct question *q, const struct resolve_wish *wish)
{
	return q->request->goal != RESOLVE_UPGRADE &&
	       !span_is(families_group(&q->reach.families, wish->name), wish->name);
}

static void put_wish(struct question *q, size_t number)
{
	const struct resolve_wish *wish = &q->request->of.v[number];
	uint32_t installed = reach_installed(&q->reach, wish->name);
	struct asked asked = {ASKED_WISH, number, REACH_NONE};

	if (q->request->goal == RESOLVE_REMOVE)
		put_one(q, SAT_ERASE, installed, asked);
	else if (wish->version.n || installed == REACH_NONE || is_of_one(q, wish))
		put_version(q, wish, asked);
	else
		put_one(q, SAT_UPDATE, installed, asked);
}

static void put_installed(struct question *q, const struct tweak *tweak)
{
	for (uint32_t i = 0; i < q->reach.of.n; i++) {
		struct asked asked = {ASKED_HOLD, RESOLVE_NONE, i};

		if (!reach_is_installed(&q->reach, i))
			continue;
		if (q->reach.of.v[i].item.held && i != tweak->free) {
			put_one(q, SAT_KEEP, i, asked);
		} else if (q->request->goal == RESOLVE_UPGRADE && q->request->all) {
			asked.kind = ASKED_MORE;
			put_one(q, SAT_UPDATE, i, asked);
		}
	}
}

static void put_tweak(struct question *q, const struct tweak *tweak)
{
	struct asked asked = {ASKED_MORE, RESOLVE_NONE, REACH_NONE};
	uint32_t installed;

	if (tweak->gone != REACH_NONE)
		put_one(q, SAT_ERASE, tweak->gone, asked);
	if (tweak->there == REACH_NONE)
		return;
	installed = reach_incumbent(&q->reach, q->reach.of.v[tweak->there].item.name);
	put_one(q, SAT_INSTALL, tweak->there, asked);
	if (installed != REACH_NONE)
		put_one(q, SAT_MAY_GO, installed, asked);
}

static bool is_provided(const struct reach_package *p, struct span name)
{
	VEC_FOR (const struct relation, one, &p->provides.of)
		if (span_is(buf_span(&one->name), name))
			return true;
	return false;
}

/* Whether a states that it conflicts with what it provides itself, and b is that: Debian's way to say that one takes the place of the other. */
static bool takes_place(const struct reach *r, uint32_t a, uint32_t b)
{
	const struct reach_package *p = &r->of.v[a];
	size_t depends = p->depends.of.n;

	for (size_t i = 0; i < p->conflicts.of.n; i++)
		if (is_provided(p, buf_span(&p->conflicts.of.v[i].name)) &&
			reach_meets(r, b, p->needs.v[depends + i]))
			return true;
	return false;
}

static bool takes_any(const struct question *q, uint32_t package, uint32_t installed)
{
	VEC_FOR (const struct resolve_wish, wish, &q->request->of)
		if (question_suits(q, wish, package) && takes_place(&q->reach, package, installed))
			return true;
	return false;
}

bool question_gives_way(const struct question *q, uint32_t installed, uint32_t *to)
{
	for (uint32_t i = 0; i < q->reach.of.n; i++)
		if (sat_has(q->reach.sat, i) && takes_any(q, i, installed)) {
			*to = i;
			return true;
		}
	return false;
}

/* Who would take the place of whom. */
static bool put_giving_way(struct question *q)
{
	struct asked asked = {ASKED_MORE, RESOLVE_NONE, REACH_NONE};
	bool any = false;

	VEC_FOR (const struct resolve_wish, wish, &q->request->of) {
		uint32_t first;
		size_t count = reach_named(&q->reach, wish->name, &first);

		for (uint32_t i = first; i < first + count; i++)
			for (size_t k = q->reach.of.v[i].depends.of.n;
				question_suits(q, wish, i) && k < q->reach.of.v[i].needs.n; k++)
				VEC_FOR (const uint32_t, other,
					&q->reach.needs.v[q->reach.of.v[i].needs.v[k]].met_by)
					if (reach_is_installed(&q->reach, *other) &&
						!span_is(q->reach.of.v[*other].item.name,
							wish->name) &&
						takes_place(&q->reach, i, *other)) {
						put_one(q, SAT_MAY_GO, *other, asked);
						any = true;
					}
	}
	return any;
}

/* Who is gone without that has lost its place to nobody. */
static bool is_sound(const struct question *q, const struct tweak *tweak)
{
	for (uint32_t i = 0; i < q->reach.of.n; i++) {
		uint32_t first, to;
		size_t count, there = 0;

		if (!reach_is_installed(&q->reach, i) || i == tweak->gone)
			continue;
		count = reach_named(&q->reach, q->reach.of.v[i].item.name, &first);
		for (uint32_t k = first; k < first + count; k++)
			there += sat_has(q->reach.sat, k);
		if (!there && !question_gives_way(q, i, &to))
			return false;
	}
	return true;
}

static void put_all(struct question *q, const struct tweak *tweak)
{
	sat_forget(q->reach.sat);
	q->asked.n = 0;
	for (size_t i = 0; i < q->request->of.n; i++)
		if (i != tweak->without && !q->request->all)
			put_wish(q, i);
	put_installed(q, tweak);
	put_tweak(q, tweak);
}

static bool solve(struct question *q, bool any)
{
	int solved = sat_solve(q->reach.sat, any);

	q->given_up |= solved < 0;
	return solved > 0;
}

bool question_try(struct question *q, const struct tweak *tweak)
{
	bool removes = q->request->goal == RESOLVE_REMOVE;
	bool installs = q->request->goal == RESOLVE_INSTALL || q->request->goal == RESOLVE_SWITCH;
	bool cascade = removes && (q->request->cascade || tweak->cascade);

	put_all(q, tweak);
	if (solve(q, cascade))
		return true;
	if (!installs || !put_giving_way(q))
		return false;
	if (solve(q, false) && is_sound(q, tweak))
		return true;
	/* The reasons are those of the question as it was. */
	put_all(q, tweak);
	return solve(q, false);
}

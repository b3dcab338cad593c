/* What would help, tried. */
#include "solve/helps.h"

#include <stdlib.h>

#include "base/mem.h"
#include "solve/words.h"

#define HELPS_MAX 3
#define TRIES_MAX 24
#define VERSIONS_MAX 4 /* of one package */

struct help {
	struct buf command, why;
};

struct helps {
	struct question *q;
	const struct tweak *base; /* what was tried, and could not be */
	bool *involved; /* each package: whether it is in the reasons */
	VEC(struct help) of;
	unsigned tries;
};

static void help_drop(struct help *h)
{
	buf_drop(&h->command);
	buf_drop(&h->why);
}

static void helps_drop(struct helps *h)
{
	vec_drop_each(&h->of, help_drop);
	free(h->involved);
}

static bool helps(struct helps *h, const struct tweak *tweak)
{
	if (h->of.n >= HELPS_MAX || h->tries++ >= TRIES_MAX)
		return false;
	return question_try(h->q, tweak);
}

/* One more, in which words are to be put. */
static struct help *add(struct helps *h)
{
	struct help *help = vec_push(&h->of);

	*help = (struct help){BUF_INIT, BUF_INIT};
	return help;
}

static void add_wish(const struct resolve_wish *wish, struct buf *out)
{
	buf_addf(out, " %.*s", SPAN_ARG(wish->name));
	if (wish->version.n)
		buf_addf(out, "=%.*s", SPAN_ARG(wish->version));
}

/* "fardel install editor=2.1", without one of the wishes. */
static void add_command(const struct helps *h, size_t without, struct buf *out)
{
	static const char *const words[RESOLVE_GOALS] = {[RESOLVE_INSTALL] = "install",
		[RESOLVE_UPGRADE] = "upgrade",
		[RESOLVE_REMOVE] = "remove",
		[RESOLVE_AUTOREMOVE] = "autoremove",
		[RESOLVE_SWITCH] = "switch"};
	const struct resolve_request *request = h->q->request;

	buf_addf(out, "fardel %s", words[request->goal]);
	for (size_t i = 0; i < request->of.n; i++)
		if (i != without)
			add_wish(&request->of.v[i], out);
}

/* The same with that version of a package. */
static void add_version(
	const struct helps *h, size_t without, const struct supply_item *item, struct buf *out)
{
	char between = h->q->request->goal == RESOLVE_SWITCH ? ' ' : '=';

	add_command(h, without, out);
	buf_addf(out, " %.*s%c%.*s", SPAN_ARG(item->name), between, SPAN_ARG(item->version));
}

/* What it needs of what others are in the way of, or anything. */
static void add_needs(const struct helps *h, uint32_t package, struct buf *out)
{
	const struct reach_package *p = &h->q->reach.of.v[package];
	size_t depends = p->depends.of.n;

	for (size_t i = 0; i < depends; i++)
		VEC_FOR (const uint32_t, met_by, &h->q->reach.needs.v[p->needs.v[i]].met_by)
			if (h->involved[*met_by]) {
				buf_adds(out, "needs ");
				words_relation(&p->depends.of.v[i], out);
				return;
			}
}

static void try_cascade(struct helps *h)
{
	struct tweak tweak = *h->base;
	struct help *help;
	size_t count = 0;

	tweak.cascade = true;
	if (h->q->request->goal != RESOLVE_REMOVE || !helps(h, &tweak))
		return;
	help = add(h);
	buf_adds(&help->command, "fardel remove --cascade");
	VEC_FOR (const struct resolve_wish, wish, &h->q->request->of)
		add_wish(wish, &help->command);
	for (uint32_t i = 0; i < h->q->reach.of.n; i++) {
		bool named = false;

		VEC_FOR (const struct resolve_wish, wish, &h->q->request->of)
			named |= span_is(wish->name, h->q->reach.of.v[i].item.name);
		if (named || sat_has(h->q->reach.sat, i))
			continue;
		if (count < 5)
			buf_addf(&help->why, "%s%.*s", count ? ", " : "it removes ",
				SPAN_ARG(h->q->reach.of.v[i].item.name));
		count++;
	}
	if (count > 5)
		buf_addf(&help->why, " and %zu more", count - 5);
}

/* Who is held may change. */
static void try_unhold(struct helps *h, uint32_t package)
{
	struct tweak tweak = *h->base;
	const struct supply_item *item = &h->q->reach.of.v[package].item;
	struct help *help;

	tweak.free = package;
	if (!item->held || !helps(h, &tweak))
		return;
	help = add(h);
	buf_addf(&help->command, "fardel unhold %.*s", SPAN_ARG(item->name));
	buf_adds(&help->why, "then it works");
}

static bool is_twice(const struct helps *h, size_t number)
{
	const struct resolve_request *request = h->q->request;

	for (size_t i = 0; i < request->of.n; i++)
		if (i != number && span_is(request->of.v[i].name, request->of.v[number].name))
			return true;
	return false;
}

/* Another version of what was asked for. */
static void try_versions(struct helps *h, size_t number)
{
	const struct resolve_wish *wish = &h->q->request->of.v[number];
	uint32_t first;
	size_t count = reach_named(&h->q->reach, wish->name, &first), tried = 0;

	if (is_twice(h, number))
		return;
	for (size_t i = first + count; i-- > first && tried < VERSIONS_MAX;) {
		struct tweak tweak = *h->base;
		const struct supply_item *item = &h->q->reach.of.v[i].item;
		struct help *help;

		tweak.there = (uint32_t)i;
		tweak.without = number;
		if (reach_is_installed(&h->q->reach, (uint32_t)i) || !item->version.n ||
			question_suits(h->q, wish, (uint32_t)i) != !wish->version.n)
			continue;
		tried++;
		if (!helps(h, &tweak))
			continue;
		help = add(h);
		add_version(h, number, item, &help->command);
		add_needs(h, (uint32_t)i, &help->why);
		return;
	}
}

static bool is_asked(const struct helps *h, uint32_t package)
{
	VEC_FOR (const struct resolve_wish, wish, &h->q->request->of)
		if (span_is(wish->name, h->q->reach.of.v[package].item.name))
			return true;
	return false;
}

/* An older version of what is installed, with what was asked for. */
static void try_older(struct helps *h, uint32_t installed)
{
	const struct reach_package *p = &h->q->reach.of.v[installed];
	uint32_t first;
	size_t tried = 0;

	if (p->item.held)
		return;
	reach_named(&h->q->reach, p->item.name, &first);
	for (size_t i = installed; i-- > first && tried < VERSIONS_MAX;) {
		struct tweak tweak = *h->base;
		const struct supply_item *item = &h->q->reach.of.v[i].item;
		struct help *help;

		tweak.there = (uint32_t)i;
		if (!item->version.n || h->q->reach.of.v[i].rank == p->rank)
			continue;
		tried++;
		if (!helps(h, &tweak))
			continue;
		help = add(h);
		add_version(h, RESOLVE_NONE, item, &help->command);
		buf_addf(&help->why, "%.*s goes back to an older version", SPAN_ARG(item->name));
		return;
	}
}

static void try_without(struct helps *h, size_t number)
{
	struct tweak tweak = *h->base;
	struct help *help;

	tweak.without = number;
	if (h->q->request->of.n < 2 || !helps(h, &tweak))
		return;
	help = add(h);
	add_command(h, number, &help->command);
	buf_adds(&help->why, "without");
	add_wish(&h->q->request->of.v[number], &help->why);
}

/* Whether it could not be removed by itself: somebody who is installed needs it, and nobody else. */
static bool is_needed(const struct helps *h, uint32_t installed)
{
	const struct reach *r = &h->q->reach;

	for (uint32_t i = 0; i < r->of.n; i++)
		for (size_t k = 0;
			reach_is_installed(r, i) && i != installed && k < r->of.v[i].depends.of.n;
			k++) {
			bool others = false;

			if (!reach_meets(r, installed, r->of.v[i].needs.v[k]))
				continue;
			VEC_FOR (const uint32_t, other, &r->needs.v[r->of.v[i].needs.v[k]].met_by)
				others |= *other != installed && reach_is_installed(r, *other);
			if (!others)
				return true;
		}
	return false;
}

/* Without what is installed and in the way. */
static void try_removal(struct helps *h, uint32_t installed)
{
	struct tweak tweak = *h->base;
	const struct supply_item *item = &h->q->reach.of.v[installed].item;
	struct help *help;

	tweak.gone = installed;
	if (item->held || is_needed(h, installed) || !helps(h, &tweak))
		return;
	help = add(h);
	buf_addf(&help->command, "fardel remove %.*s", SPAN_ARG(item->name));
	buf_adds(&help->why, "then it works");
}

static void involve(void *arg, const struct sat_rule *rule)
{
	struct helps *h = arg;

	switch (rule->kind) {
	case SAT_RULE_NAME:
	case SAT_RULE_CONFLICTS: h->involved[rule->other] = true; /* fall through */
	case SAT_RULE_DEPENDS:
	case SAT_RULE_INSTALLED: h->involved[rule->package] = true; break;
	case SAT_RULE_ASKED:
		if (h->q->asked.v[rule->asked].package != REACH_NONE)
			h->involved[h->q->asked.v[rule->asked].package] = true;
		break;
	}
}

static void each_installed(struct helps *h, void (*fn)(struct helps *h, uint32_t package))
{
	for (uint32_t i = 0; i < h->q->reach.of.n; i++)
		if (h->involved[i] && reach_is_installed(&h->q->reach, i) &&
			(!is_asked(h, i) || fn == try_unhold))
			fn(h, i);
}

static void try_all(struct helps *h)
{
	enum resolve_goal goal = h->q->request->goal;
	bool installs = goal == RESOLVE_INSTALL || goal == RESOLVE_SWITCH;

	try_cascade(h);
	each_installed(h, try_unhold);
	for (size_t i = 0; installs && i < h->q->request->of.n; i++)
		try_versions(h, i);
	if (goal == RESOLVE_INSTALL)
		each_installed(h, try_older);
	for (size_t i = 0; goal != RESOLVE_UPGRADE && i < h->q->request->of.n; i++)
		try_without(h, i);
	if (goal != RESOLVE_REMOVE)
		each_installed(h, try_removal);
}

void helps_add(struct question *q, const struct tweak *base, struct err *err)
{
	AUTO(helps) h = {
		.q = q, .base = base, .involved = mem_zero(q->reach.of.n + 1, sizeof(bool))};
	size_t width = 0;

	sat_rules(q->reach.sat, involve, &h);
	try_all(&h);
	VEC_FOR (const struct help, help, &h.of)
		if (help->command.n > width)
			width = help->command.n;
	for (size_t i = 0; i < h.of.n; i++)
		(void)words_way_out(err, i, h.of.n, width, h.of.v[i].command.s, h.of.v[i].why.s);
}

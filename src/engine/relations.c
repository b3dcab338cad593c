/* Whether what a plan leads to has what its packages state that they need. */
#include "engine/relations.h"

#include <string.h>

#include "engine/debian.h"
#include "engine/holds.h"
#include "solve/bereft.h"
#include "solve/related.h"

/* What is in use, or will be, with what its manifest says. */
struct member {
	const struct bundle *bundle;
	const struct plan_item *item; /* that brings it; NULL: it is there, and stays */
	const struct installer *in;
};
struct members {
	VEC(struct member) of;
};

static void members_drop(struct members *m)
{
	vec_drop(&m->of);
}

/* What cannot be read any more states nothing: it must still be possible to remove it. */
static void add_member(struct manifests *installed, const struct bundle *b,
	const struct plan_item *item, struct members *out)
{
	bool comes = item && item->installer.name.n;

	*vec_push(&out->of) =
		(struct member){b, item, comes ? &item->installer : manifests_get(installed, b)};
}

static const struct plan_item *item_of(const struct plan *plan, struct span name)
{
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->result == RESULT_OPEN && span_is(buf_span(&item->to.name), name))
			return item;
	return NULL;
}

static bool comes_into_use(const struct plan_item *item)
{
	return item->result == RESULT_OPEN && item->to.id.n;
}

/* What is in use now; and what will be. */
static void list_members(struct manifests *installed, const struct plan *plan,
	struct members *before, struct members *after)
{
	VEC_FOR (const struct bundle, b, &installed->world->of) {
		if (!bundle_in_use(b))
			continue;
		add_member(installed, b, NULL, before);
		if (!item_of(plan, buf_span(&b->name)))
			add_member(installed, b, NULL, after);
	}
	if (plan->goal != GOAL_INSTALL)
		return;
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (comes_into_use(item))
			add_member(installed, &item->to, item, after);
}

/* Only when they stand still: they are borrowed. */
static void relate(const struct members *members, struct related_list *out)
{
	VEC_FOR (const struct member, m, &members->of)
		*vec_push(&out->of) = (struct related){buf_span(&m->bundle->name),
			buf_span(&m->bundle->version), &m->in->depends, &m->in->conflicts,
			&m->in->provides, m->item != NULL};
	related_sort(out);
}

/* 1: the item of one cannot come; 0: all can; -1. */
static int check_once(struct engine *e, const struct request *request, struct manifests *installed,
	struct plan *plan, struct plan_item **bad, struct err *err)
{
	AUTO(members) before = {0};
	AUTO(members) after = {0};
	AUTO(related_list) was = {0};
	AUTO(related_list) will = {0};
	int result;

	list_members(installed, plan, &before, &after);
	manifests_tell(installed);
	relate(&before, &was);
	relate(&after, &will);
	for (size_t i = 0; i < after.of.n; i++) {
		const struct member *m = &after.of.v[i];

		if (!m->item)
			continue;
		*bad = plan->of.v + (m->item - plan->of.v);
		if (related_check(&will, i, err) < 0 || debian_look(e, m->in, *bad, err) < 0)
			return 1;
	}
	result = debian_plan(e, plan, bad, err);
	if (result)
		return result;
	return request->force ? 0 : bereft_check(plan->goal, &was, &will, err);
}

static void order(struct manifests *installed, struct plan *plan)
{
	bool going = plan->goal != GOAL_INSTALL;
	AUTO(members) members = {0};
	AUTO(related_list) all = {0};
	size_t *numbers = mem_zero(plan->of.n, sizeof(*numbers));
	struct plan_item *items = mem_zero(plan->of.n, sizeof(*items));

	VEC_FOR (const struct plan_item, item, &plan->of)
		add_member(installed, going ? &item->from : &item->to, item, &members);
	manifests_tell(installed);
	relate(&members, &all);
	related_order(&all, going, numbers);
	for (size_t n = 0; n < plan->of.n; n++)
		items[n] = plan->of.v[numbers[n]];
	memcpy(plan->of.v, items, plan->of.n * sizeof(*items));
	free(items);
	free(numbers);
}

int relations_check(struct engine *e, const struct request *request, struct manifests *installed,
	struct plan *plan, struct err *err)
{
	bool matters = plan->goal == GOAL_INSTALL || plan->goal == GOAL_REMOVE ||
		       plan->goal == GOAL_UNCONFIGURE;
	struct plan_item *bad = NULL;
	int result;

	if (matters && holds_check(e, request, plan, err) < 0)
		return -1;
	while (matters && (result = check_once(e, request, installed, plan, &bad, err)) != 0) {
		if (result < 0 || !request->keep_going)
			return result < 0 ? -1 : err_at(err, "%s", bad->to.name.s);
		plan_give_up(plan, bad, err);
	}
	debian_ask(plan);
	if (matters && plan->of.n > 1)
		order(installed, plan);
	return 0;
}

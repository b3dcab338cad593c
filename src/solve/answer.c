/* What comes and goes, in which order and for whose sake. */
#include "solve/answer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "solve/words.h"

/* `first` is to be in its place before `who`. */
struct edge {
	uint32_t who, first;
};

struct answer {
	struct question *q;
	const struct reach *reach;
	bool *there; /* each package: afterwards */
	bool *done; /* each package: is in `order` already, or on its way into it */
	uint32_t *parent, *need; /* for whose sake it is there, and by which need; REACH_NONE */
	VEC(uint32_t) order; /* who is needed before who needs it */
	VEC(struct edge) edges; /* beside what packages need; by `who` */
};

static void answer_drop(struct answer *a)
{
	free(a->there);
	free(a->done);
	free(a->parent);
	free(a->need);
	vec_drop(&a->order);
	vec_drop(&a->edges);
}

static void init(struct answer *a, struct question *q)
{
	size_t count = q->reach.of.n + 1;

	*a = (struct answer){.q = q, .reach = &q->reach};
	a->there = mem_zero(count, sizeof(*a->there));
	a->done = mem_zero(count, sizeof(*a->done));
	a->parent = mem_alloc(count * sizeof(*a->parent));
	a->need = mem_alloc(count * sizeof(*a->need));
	for (size_t i = 0; i < count; i++)
		a->parent[i] = a->need[i] = REACH_NONE;
}

/* Where the walk is at one package: at which of its needs, then of its edges. */
struct frame {
	uint32_t package;
	size_t need, met_by, edge;
};

static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->who != y->who ? (x->who > y->who) - (x->who < y->who)
				: (x->first > y->first) - (x->first < y->first);
}

static size_t first_edge(const struct answer *a, uint32_t package)
{
	size_t low = 0, high = a->edges.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->edges.v[middle].who < package)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The next one that is to come before it; REACH_NONE: no more. */
static uint32_t next_of(const struct answer *a, struct frame *f)
{
	const struct reach_package *p = &a->reach->of.v[f->package];

	for (; f->need < p->depends.of.n; f->need++, f->met_by = 0) {
		const struct reach_need *need = &a->reach->needs.v[p->needs.v[f->need]];

		if (f->met_by < need->met_by.n)
			return need->met_by.v[f->met_by++];
	}
	if (f->edge < a->edges.n && a->edges.v[f->edge].who == f->package)
		return a->edges.v[f->edge++].first;
	return REACH_NONE;
}

/* Puts p and all of `which` that it needs behind those; a ring is cut where it is entered. Without recursion: chains may be long. */
static void order_from(struct answer *a, const bool *which, uint32_t p)
{
	VEC(struct frame) stack = {0};

	a->done[p] = true;
	*vec_push(&stack) = (struct frame){.package = p, .edge = first_edge(a, p)};
	while (stack.n) {
		uint32_t next = next_of(a, &stack.v[stack.n - 1]);

		if (next == REACH_NONE) {
			*vec_push(&a->order) = stack.v[--stack.n].package;
		} else if (which[next] && !a->done[next]) {
			a->done[next] = true;
			*vec_push(&stack) =
				(struct frame){.package = next, .edge = first_edge(a, next)};
		}
	}
	vec_drop(&stack);
}

static void order_all(struct answer *a, const bool *which)
{
	for (uint32_t i = 0; i < a->reach->of.n; i++)
		if (which[i] && !a->done[i])
			order_from(a, which, i);
}

static bool is_asked(const struct answer *a, uint32_t package)
{
	const struct resolve_request *request = a->q->request;

	if (request->all)
		return reach_incumbent(a->reach, a->reach->of.v[package].item.name) != REACH_NONE;
	VEC_FOR (const struct resolve_wish, wish, &request->of)
		if (span_is(families_group(&a->reach->families, wish->name),
			    a->reach->of.v[package].group))
			return true;
	return false;
}

/* From those who are roots, by what they need, to all who are there for their sake. */
static void spread(struct answer *a, const bool *roots)
{
	VEC(uint32_t) queue = {0};

	for (uint32_t i = 0; i < a->reach->of.n; i++)
		if (roots[i])
			*vec_push(&queue) = i;
	for (size_t i = 0; i < queue.n; i++) {
		const struct reach_package *p = &a->reach->of.v[queue.v[i]];

		for (size_t k = 0; k < p->depends.of.n; k++)
			VEC_FOR (const uint32_t, m, &a->reach->needs.v[p->needs.v[k]].met_by) {
				if (!a->there[*m] || roots[*m] || a->parent[*m] != REACH_NONE)
					continue;
				a->parent[*m] = queue.v[i];
				a->need[*m] = p->needs.v[k];
				*vec_push(&queue) = *m;
			}
	}
	vec_drop(&queue);
}

static void add_needs(const struct answer *a, uint32_t who, uint32_t need, struct buf *out)
{
	words_package(a->q, who, false, out);
	buf_adds(out, " needs ");
	words_relation(a->reach->needs.v[need].relation, out);
}

static bool is_met(const struct answer *a, uint32_t need)
{
	VEC_FOR (const uint32_t, m, &a->reach->needs.v[need].met_by)
		if (a->there[*m])
			return true;
	return false;
}

/* Whether p states a conflict with one that is there afterwards, or that with p. */
static bool add_conflict(const struct answer *a, uint32_t p, struct buf *out)
{
	for (uint32_t i = 0; i < a->reach->of.n; i++) {
		const struct reach_package *of = &a->reach->of.v[i];

		for (size_t k = of->depends.of.n; (a->there[i] || i == p) && k < of->needs.n; k++)
			VEC_FOR (const uint32_t, m, &a->reach->needs.v[of->needs.v[k]].met_by) {
				if (i == p ? !a->there[*m] || *m == p : *m != p)
					continue;
				words_package(a->q, i, false, out);
				buf_adds(out, " conflicts with ");
				words_package(a->q, *m, false, out);
				return true;
			}
	}
	return false;
}

/* Why the one that was installed could not stay: what it needs is not there, or who is does not stand it. */
static void add_trouble(const struct answer *a, uint32_t from, struct buf *out)
{
	const struct reach_package *p = &a->reach->of.v[from];

	for (size_t k = 0; k < p->depends.of.n; k++)
		if (!is_met(a, p->needs.v[k])) {
			add_needs(a, from, p->needs.v[k], out);
			return;
		}
	add_conflict(a, from, out);
}

static void add_why_gone(const struct answer *a, uint32_t from, struct buf *out)
{
	uint32_t to;

	if (a->q->request->goal == RESOLVE_AUTOREMOVE)
		buf_adds(out, "nobody needs it");
	else if (a->q->request->goal == RESOLVE_REMOVE)
		add_trouble(a, from, out);
	else if (question_gives_way(a->q, from, &to)) {
		words_package(a->q, to, false, out);
		buf_adds(out, " takes its place");
	}
}

/* An upgrade is for the sake of who needs it only where what was installed would not do. */
static void add_why(const struct answer *a, uint32_t to, uint32_t from, struct buf *out)
{
	uint32_t parent = to == REACH_NONE ? REACH_NONE : a->parent[to];

	if (to == REACH_NONE)
		add_why_gone(a, from, out);
	else if (parent != REACH_NONE &&
		 (from == REACH_NONE || !reach_meets(a->reach, from, a->need[to])))
		add_needs(a, parent, a->need[to], out);
	else if (from != REACH_NONE)
		add_trouble(a, from, out);
}

static void add_change(const struct answer *a, enum plan_action action, uint32_t to, uint32_t from,
	struct resolution *out)
{
	struct resolve_change *change = vec_push(&out->of);

	*change = (struct resolve_change){.action = action,
		.to = to == REACH_NONE ? RESOLVE_NONE : a->reach->of.v[to].number,
		.from = from == REACH_NONE ? RESOLVE_NONE : a->reach->of.v[from].number,
		.asked = is_asked(a, to == REACH_NONE ? from : to),
		.why = BUF_INIT};
	if (!change->asked)
		add_why(a, to, from, &change->why);
}

/* The one of that name that is there afterwards. */
static uint32_t successor(const struct answer *a, uint32_t package)
{
	uint32_t first;
	size_t count = reach_named(a->reach, a->reach->of.v[package].item.name, &first);

	for (uint32_t i = first; i < first + count; i++)
		if (a->there[i])
			return i;
	return REACH_NONE;
}

/* Who needs others goes before them. */
static void add_removals(struct answer *a, struct resolution *out)
{
	bool *goes = mem_zero(a->reach->of.n + 1, sizeof(*goes));

	for (uint32_t i = 0; i < a->reach->of.n; i++)
		goes[i] = reach_is_installed(a->reach, i) && successor(a, i) == REACH_NONE;
	a->order.n = 0;
	order_all(a, goes);
	for (size_t i = a->order.n; i-- > 0;)
		add_change(a, ACTION_REMOVE, REACH_NONE, a->order.v[i], out);
	free(goes);
}

static enum plan_action action_of(const struct answer *a, uint32_t to, uint32_t from)
{
	if (from == REACH_NONE)
		return ACTION_NEW;
	if (from == to)
		return ACTION_AGAIN;
	return a->reach->of.v[to].rank < a->reach->of.v[from].rank ? ACTION_DOWNGRADE
								   : ACTION_UPGRADE;
}

/* Whoever is upgraded as it was in the way of another comes before that. */
static void add_edges(struct answer *a)
{
	for (uint32_t i = 0; i < a->reach->of.n; i++) {
		const struct reach_package *p = &a->reach->of.v[i];
		bool goes = reach_is_installed(a->reach, i) && !a->there[i];

		for (size_t k = p->depends.of.n; (goes || a->there[i]) && k < p->needs.n; k++)
			VEC_FOR (const uint32_t, m, &a->reach->needs.v[p->needs.v[k]].met_by) {
				uint32_t old = goes ? i : *m, who = goes ? *m : i, to;

				if (!reach_is_installed(a->reach, old) || a->there[old] ||
					!a->there[who])
					continue;
				to = successor(a, old);
				if (to != REACH_NONE && to != who)
					*vec_push(&a->edges) = (struct edge){who, to};
			}
	}
	if (a->edges.n)
		qsort(a->edges.v, a->edges.n, sizeof(*a->edges.v), compare_edges);
}

static void add_comers(struct answer *a, struct resolution *out)
{
	bool installs =
		a->q->request->goal == RESOLVE_INSTALL || a->q->request->goal == RESOLVE_SWITCH;

	a->order.n = 0;
	add_edges(a);
	order_all(a, a->there);
	for (size_t i = 0; i < a->order.n; i++) {
		uint32_t to = a->order.v[i];
		uint32_t from = reach_incumbent(a->reach, a->reach->of.v[to].item.name);

		if (from != to || (installs && is_asked(a, to)))
			add_change(a, action_of(a, to, from), to, from, out);
	}
}

/* Those who are there for others' sake, where there are no such others. Who is held stays, and so does what it needs. */
static void find_unneeded(struct answer *a, bool *unneeded)
{
	bool *roots = mem_zero(a->reach->of.n + 1, sizeof(*roots));

	for (uint32_t i = 0; i < a->reach->of.n; i++) {
		uint32_t installed = reach_incumbent(a->reach, a->reach->of.v[i].item.name);
		const struct supply_item *was =
			installed == REACH_NONE ? NULL : &a->reach->of.v[installed].item;

		unneeded[i] = a->there[i] && was && was->automatic && !was->held &&
			      !(is_asked(a, i) && !a->q->request->all);
		roots[i] = a->there[i] && !unneeded[i];
		a->parent[i] = REACH_NONE;
	}
	spread(a, roots);
	for (uint32_t i = 0; i < a->reach->of.n; i++)
		unneeded[i] &= a->parent[i] == REACH_NONE;
	free(roots);
}

void answer_make(struct question *q, struct resolution *out)
{
	AUTO(answer) a;
	bool *marks = mem_zero(q->reach.of.n + 1, sizeof(*marks));

	init(&a, q);
	for (uint32_t i = 0; i < q->reach.of.n; i++) {
		a.there[i] = sat_has(q->reach.sat, i);
		marks[i] = a.there[i] && is_asked(&a, i);
	}
	spread(&a, marks);
	add_removals(&a, out);
	add_comers(&a, out);
	find_unneeded(&a, marks);
	for (uint32_t i = 0; i < q->reach.of.n; i++)
		if (marks[i])
			*vec_push(&out->unneeded) = q->reach.of.v[i].number;
	free(marks);
}

void answer_unneeded(struct question *q, struct resolution *out)
{
	AUTO(answer) a;
	bool *unneeded = mem_zero(q->reach.of.n + 1, sizeof(*unneeded));

	init(&a, q);
	for (uint32_t i = 0; i < q->reach.of.n; i++)
		a.there[i] = reach_is_installed(&q->reach, i);
	find_unneeded(&a, unneeded);
	order_all(&a, unneeded);
	for (size_t i = a.order.n; i-- > 0;)
		add_change(&a, ACTION_REMOVE, REACH_NONE, a.order.v[i], out);
	free(unneeded);
}

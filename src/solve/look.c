/* From names to all that they could need. */
#include "solve/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "solve/home.h"

/* How often a package is held against a relation. */
#define STEPS_MAX 10000000

void look_package_drop(struct reach_package *p)
{
	relations_drop(&p->depends);
	relations_drop(&p->conflicts);
	relations_drop(&p->provides);
	vec_drop(&p->needs);
}

void look_need_drop(struct reach_need *n)
{
	vec_drop(&n->met_by);
}

void look_drop(struct look *l)
{
	vec_drop_each(&l->seen, look_package_drop);
	vec_drop(&l->in);
	vec_drop(&l->queue);
	vec_drop(&l->away);
	vec_drop_each(&l->needs, look_need_drop);
	free(l->at);
	free(l->table);
}

/* There are a hundred thousand of them, and most are of one. */
static void fit(struct relations *r)
{
	if (r->of.n) {
		r->of.v = mem_grow(r->of.v, r->of.n * sizeof(*r->of.v));
		r->of.cap = r->of.n;
	}
}

/* "KEY SERIAL": what is none is passed over. */
static void read_family(struct reach_package *p, struct span line)
{
	unsigned long long serial;
	struct span key;

	if (!span_split(&line, ' ', &key) || !span_number(line, INT64_MAX, &serial))
		return;
	p->family = key;
	p->serial = (int64_t)serial;
}

static int read_relations(struct reach_package *p, struct err *err)
{
	struct span rest = p->item.relations, line;

	while (span_split(&rest, '\n', &line)) {
		if (span_starts(line, "f "))
			read_family(p, span_cut(line, 2, line.n));
		if (span_starts(line, "o "))
			p->origin = span_cut(line, 2, line.n);
		struct relations *to = span_starts(line, "d ")   ? &p->depends
				       : span_starts(line, "c ") ? &p->conflicts
				       : span_starts(line, "p ") ? &p->provides
								 : NULL;

		if (to && !relations_add_text(to, span_cut(line, 2, line.n)))
			return err_set(err, ERR_FAILED, "%.*s: \"%.*s\" is no relation",
				SPAN_ARG(p->item.name), SPAN_ARG(line));
	}
	fit(&p->depends);
	fit(&p->conflicts);
	fit(&p->provides);
	return 0;
}

uint32_t look_see(struct look *l, size_t number)
{
	struct reach_package *p;

	if (l->at[number])
		return l->at[number] - 1;
	p = vec_push(&l->seen);
	*vec_push(&l->in) = false;
	p->number = number;
	supply_get(l->supply, number, &p->item);
	l->at[number] = (uint32_t)l->seen.n;
	return read_relations(p, l->err) < 0 ? REACH_NONE : (uint32_t)l->seen.n - 1;
}

static int reach_one(struct look *l, size_t number)
{
	struct supply_item item;
	uint32_t at;
	int away;

	supply_get(l->supply, number, &item);
	if (!l->offers && item.repository != SUPPLY_INSTALLED)
		return 0;
	at = look_see(l, number);
	if (at == REACH_NONE)
		return -1;
	if (l->in.v[at])
		return 0;
	away = home_is_elsewhere(l, at);
	if (away < 0)
		return -1;
	if (away) {
		*vec_push(&l->away) = number;
		return 0;
	}
	*vec_push(&l->queue) = at;
	l->in.v[at] = true;
	return 0;
}

static int reach_all(struct look *l, struct span name)
{
	for (size_t i = supply_first(l->supply, name); i != SUPPLY_NONE;
		i = supply_older(l->supply, i))
		if (reach_one(l, i) < 0)
			return -1;
	return 0;
}

static bool provides(const struct reach_package *p, const struct relation *r)
{
	VEC_FOR (const struct relation, other, &p->provides.of)
		if (span_is(buf_span(&other->name), buf_span(&r->name)) &&
			relation_holds(r, buf_span(&other->version)))
			return true;
	return false;
}

static int count_step(struct look *l)
{
	if (++l->steps < STEPS_MAX)
		return 0;
	return err_set(l->err, ERR_FAILED, "too many packages depend on too many others");
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void keep_each_once(struct reach_need *need)
{
	size_t kept = 0;

	if (need->met_by.n)
		qsort(need->met_by.v, need->met_by.n, sizeof(uint32_t), compare_numbers);
	for (size_t i = 0; i < need->met_by.n; i++)
		if (!kept || need->met_by.v[kept - 1] != need->met_by.v[i])
			need->met_by.v[kept++] = need->met_by.v[i];
	need->met_by.n = kept;
}

/* Those that are offered of the family of number `of`, and newer. Of what is installed it was written down when it came. */
static int find_newer(struct look *l, uint32_t of, struct reach_need *out)
{
	struct span family = l->seen.v[of].family;
	int64_t serial = l->seen.v[of].serial;
	size_t walk = 0, i;

	while (family.n && (i = supply_provider(l->supply, family, &walk)) != SUPPLY_NONE) {
		uint32_t at = look_see(l, i);

		if (at == REACH_NONE || count_step(l) < 0)
			return -1;
		if (l->seen.v[at].item.repository != SUPPLY_INSTALLED &&
			span_is(l->seen.v[at].family, family) && l->seen.v[at].serial > serial)
			*vec_push(&out->met_by) = at;
	}
	return 0;
}

/* A newer one of a family of Packets' stands for the older ones, as after an upgrade of its own. */
static int find_in_families(struct look *l, const struct relation *r, struct reach_need *out)
{
	if (!relation_holds(r, SPAN("")))
		return 0;
	for (size_t i = supply_first(l->supply, buf_span(&r->name)); i != SUPPLY_NONE;
		i = supply_older(l->supply, i))
		if (find_newer(l, l->at[i] - 1, out) < 0)
			return -1;
	keep_each_once(out);
	return 0;
}

/* As related_is has it. */
static int find_meeting(struct look *l, const struct relation *r, struct reach_need *out)
{
	struct span name = buf_span(&r->name);
	size_t walk = 0, i;

	for (i = supply_first(l->supply, name); i != SUPPLY_NONE; i = supply_older(l->supply, i)) {
		uint32_t at = look_see(l, i);

		if (at == REACH_NONE || count_step(l) < 0)
			return -1;
		if (relation_holds(r, l->seen.v[at].item.version))
			*vec_push(&out->met_by) = at;
	}
	while ((i = supply_provider(l->supply, name, &walk)) != SUPPLY_NONE) {
		uint32_t at = look_see(l, i);

		if (at == REACH_NONE || count_step(l) < 0)
			return -1;
		/* By its name it is there already. */
		if (!(span_is(l->seen.v[at].item.name, name) &&
			    relation_holds(r, l->seen.v[at].item.version)) &&
			provides(&l->seen.v[at], r))
			*vec_push(&out->met_by) = at;
	}
	return find_in_families(l, r, out);
}

static bool is_same_relation(const struct relation *a, const struct relation *b)
{
	return a->op == b->op && span_is(buf_span(&a->name), buf_span(&b->name)) &&
	       span_is(buf_span(&a->version), buf_span(&b->version));
}

static size_t hash_of(const struct look *l, const struct relation *r)
{
	struct span parts[] = {buf_span(&r->name), buf_span(&r->version)};
	uint64_t h =
		(14695981039346656037U ^ ((uintptr_t)l->at >> 4) * 0x9e3779b97f4a7c15U) + r->op;

	for (size_t k = 0; k < COUNT(parts); k++)
		for (size_t i = 0; i <= parts[k].n; i++)
			h = (h ^ (unsigned char)(i < parts[k].n ? parts[k].s[i] : 0)) *
			    1099511628211U;
	return (size_t)(h ^ h >> 29);
}

static uint32_t *slot_of(const struct look *l, const struct relation *r)
{
	size_t at = hash_of(l, r) & (l->table_size - 1);

	while (l->table[at] && !is_same_relation(l->needs.v[l->table[at] - 1].relation, r))
		at = (at + 1) & (l->table_size - 1);
	return &l->table[at];
}

static void grow_table(struct look *l)
{
	free(l->table);
	l->table_size = l->table_size ? l->table_size * 2 : 1024;
	l->table = mem_zero(l->table_size, sizeof(*l->table));
	for (size_t i = 0; i < l->needs.n; i++)
		*slot_of(l, l->needs.v[i].relation) = (uint32_t)i + 1;
}

/* One for all who say the same. */
static uint32_t need_of(struct look *l, const struct relation *r)
{
	struct reach_need need = {.relation = r};
	uint32_t *slot;

	if (l->needs.n * 2 >= l->table_size)
		grow_table(l);
	slot = slot_of(l, r);
	if (*slot)
		return *slot - 1;
	if (find_meeting(l, r, &need) < 0) {
		look_need_drop(&need);
		return REACH_NONE;
	}
	*slot = (uint32_t)l->needs.n + 1;
	*vec_push(&l->needs) = need;
	return (uint32_t)l->needs.n - 1;
}

/* Whoever might take the place of what is installed, called otherwise. */
static int reach_family(struct look *l, uint32_t at)
{
	struct span family = l->seen.v[at].family;
	size_t walk = 0, i;

	if (!family.n || l->seen.v[at].item.repository != SUPPLY_INSTALLED)
		return 0;
	while ((i = supply_provider(l->supply, family, &walk)) != SUPPLY_NONE)
		if (count_step(l) < 0 || reach_one(l, i) < 0)
			return -1;
	return 0;
}

/* Whose packages made it too much, and what leaves them out. */
static int tell_where(struct look *l, uint32_t at)
{
	const struct supply_item *item = &l->seen.v[at].item;
	struct span repository = supply_repository_name(l->supply, item->repository);

	if (l->steps < STEPS_MAX)
		return -1;
	err_at(l->err, "%.*s", SPAN_ARG(item->name));
	if (!repository.n)
		return -1;
	return err_next(l->err,
		"it is of %.*s: ask who runs that; fardel repo disable %.*s goes on without it",
		SPAN_ARG(repository), SPAN_ARG(repository));
}

/* What it speaks of; and whatever it depends on comes into question. */
static int follow(struct look *l, uint32_t at)
{
	/* More are seen meanwhile, and all move; what relations are in does not. */
	size_t depends = l->seen.v[at].depends.of.n;
	size_t count = depends + l->seen.v[at].conflicts.of.n;

	if (reach_family(l, at) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct reach_package *p = &l->seen.v[at];
		uint32_t need = need_of(
			l, i < depends ? &p->depends.of.v[i] : &p->conflicts.of.v[i - depends]);

		if (need == REACH_NONE)
			return -1;
		*vec_push(&l->seen.v[at].needs) = need;
		for (size_t k = 0; i < depends && k < l->needs.v[need].met_by.n; k++)
			if (reach_one(l, l->seen.v[l->needs.v[need].met_by.v[k]].number) < 0)
				return -1;
	}
	return 0;
}

int look_run(struct look *l, const struct reach_name *names, size_t count)
{
	l->names = names;
	l->count = count;
	l->at = mem_zero(supply_count(l->supply) + 1, sizeof(*l->at));
	for (size_t i = 0; i < supply_count(l->supply); i++) {
		struct supply_item item;

		supply_get(l->supply, i, &item);
		if (item.repository == SUPPLY_INSTALLED && reach_all(l, item.name) < 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (reach_all(l, names[i].name) < 0)
			return -1;
	for (size_t i = 0; i < l->queue.n; i++)
		if (follow(l, l->queue.v[i]) < 0)
			return tell_where(l, l->queue.v[i]);
	return 0;
}

/* What packages state of one another: whom they depend on, whom they cannot stand, and what they stand for. Pure. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/relation.h"

/* A package in use. Borrows. */
struct related {
	struct span name, version; /* the version may be empty */
	const struct relations *depends, *conflicts, *provides;
	bool comes; /* the plan brings it, or another version of it */
};
/* Under a name: one's number in the list. */
struct related_name {
	struct span name;
	size_t number;
};
struct related_names {
	VEC(struct related_name) of; /* sorted */
};
struct related_list {
	VEC(struct related) of;
	/* Of related_sort: under each name who has it or provides it, who conflicts with it, who depends on it. */
	struct related_names are, conflicting, depending;
};
void related_list_drop(struct related_list *l);
/* Once all are in it; the functions below that take a list need it. */
void related_sort(struct related_list *l);

/* Whether p is what the relation asks for: by its name, or by one that it provides. */
bool related_is(const struct related *p, const struct relation *r);
/* Whether a states that it depends on something that b is. */
bool related_needs(const struct related *a, const struct related *b);

/* The one that is called so; NULL: there is none. */
const struct related *related_named(const struct related_list *all, struct span name);
/* The first that is what the relation asks for, but for those that are `gone` (each one's, by its number; NULL: none is); NULL: there is none. */
const struct related *related_find(
	const struct related_list *all, const struct relation *r, const bool *gone);

/* Whether number `i` of those that will be in use, which comes, can be there: ERR_CONFLICT where something that it depends on is
 * not, or it conflicts with another one, or that with it. */
MUST_USE int related_check(const struct related_list *after, size_t i, struct err *err);

/* Puts numbers into an order in which each comes behind those that it depends on; `going`: before them. `order` has room for all. Else they stay as they are; in
 * a ring the first comes first. */
void related_order(const struct related_list *l, bool going, size_t *order);

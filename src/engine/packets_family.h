/* Families of Packets' packages: one of a family takes the place of another, whatever they are called. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/findings.h"
#include "solve/solve.h"

struct packets_replaced {
	struct texts names;
	struct findings questions; /* about those that are not older than what takes their place */
};
void packets_replaced_drop(struct packets_replaced *r);

/* Of the packages in use, those whose family a candidate is of, and which are called otherwise: they are added to `out`, and it
 * is said; also that one is not older. Only of an install. */
MUST_USE int packets_find_replaced(struct engine *e, const struct request *request,
	const struct world *world, const struct candidates *candidates,
	struct packets_replaced *out, struct err *err);

/* Puts their removal before all else in the plan, unless the request is about them as well; the plan takes the questions. */
void packets_plan_replaced(
	const struct world *world, struct packets_replaced *replaced, struct plan *plan);

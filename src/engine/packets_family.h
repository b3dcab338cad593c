/* Families of Packets' packages: one of a family takes the place of another, whatever they are called. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "solve/solve.h"

/* Of the packages in use, those whose family a candidate is of, and which are called otherwise: their names are added to `out`, and it
 * is said; also that one is older. Only of an install. */
MUST_USE int packets_find_replaced(struct engine *e, const struct request *request,
	const struct world *world, const struct candidates *candidates, struct texts *out,
	struct err *err);

/* Puts their removal before all else in the plan, unless the request is about them as well. */
void packets_plan_replaced(const struct world *world, const struct texts *names, struct plan *plan);

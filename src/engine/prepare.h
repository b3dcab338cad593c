/* Act one: extract, fetch, unpack, several packages side by side. Nothing live changes, and any
 * failure is free. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/plan.h"

/* Carries out the items' prepare steps. Without keep_going the first failure ends all: nothing
 * is left. With it the failed items are marked (result, why), the first's error goes to *failed,
 * and the others go on. Returns -1 only where nothing can go on: the item that failed is marked.
 * When it returns 0 the prepared bundles are in place and in state.db (not committed by us
 * alone: the journal's steps are, with them). */
MUST_USE int prepare_all(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err);

/* The same for who only wants to see: what was prepared is at its place, but no journal and no row knows of it (stage_mark
 * must stand before), until prepare_untry takes it away again. After an error nothing is left. */
MUST_USE int prepare_try(struct engine *e, struct plan *plan, const struct request *request,
	struct err *failed, struct err *err);
void prepare_untry(struct engine *e, const struct plan_item *item);

/* From what was asked and what there is to a plan. Pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "model/plan.h"

/* What helps where nobody offers a package: so begins what is told last. */
#define SOLVE_OR_FILE "or name its installer's file"

/* What an item of the request turned out to be, when it is a file. */
struct candidate {
	struct installer installer;
	struct buf id;
	struct buf item; /* of the request: as typed */
	struct buf
		file; /* where it is: that; or of one of a repository, where it was put; empty: it was not fetched */
	struct buf repository; /* whose it is; may be empty */
	struct buf stage; /* as in struct plan_item */
	enum bundle_layout layout; /* of the installation that it would become */
	int64_t size;
	bool cached; /* its pack is in the cache */
	int64_t pack_size; /* of the cached one; -1 unknown */
	bool alone; /* nothing else of the request has its name: solve/twice */
	bool damaged; /* it is an installation that is known, but no more whole on disk */
	struct err *err; /* why it cannot be used; NULL: it can */
};
struct candidates {
	VEC(struct candidate) of;
};
void candidate_init(struct candidate *c);
void candidate_drop(struct candidate *c);
void candidates_drop(struct candidates *c);

/* For goals of files the candidates are taken (moved) into the plan; for goals of names the
 * request's items are asked of the world. `since`: what came into use then or later was done by
 * somebody else while we waited, and is not done again (0: we did not wait). ERR_NO_PACKAGE for
 * an unknown name; ERR_CONFLICT for two contents under one package-id or one name; ERR_FAILED
 * for a name that is not in the state which the goal needs. */
/* With keep_going, what cannot be planned is an item that has failed already, and the first such error
 * is plan->failed. */
MUST_USE int solve_plan(const struct world *world, const struct request *request,
	struct candidates *candidates, int64_t since, struct plan *plan, struct err *err);

/* Files that move from one package to another in one plan.
 *
 * Each package has a commit of its own. So that the file is there at any moment, who gets it comes first, and takes it over as it is: replaces it
 * by its own, and has it in its footprint with what was there before both. Whose it was makes it no longer then, and leaves it
 * alone. For that it has to be known what those make whose turn is still to come: of luet's packages their trees tell it, others
 * are played for it in a stage of their own, only where a file of the plan's goes or is in the way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/texts.h"
#include "base/vec.h"
#include "engine/session.h"
#include "engine/staged.h"
#include "model/plan.h"

/* One item of the plan. */
struct moves_item {
	struct plan_item *item;
	bool busy; /* its turn has begun */
	bool looked, known; /* `makes` is what it makes */
	struct texts makes; /* paths, but for folders; sorted */
	struct texts
		given; /* protected files that it takes over, as nobody has edited them; sorted */
};

struct moves {
	struct engine *e;
	const struct request *request;
	VEC(struct moves_item) of; /* as in the plan */
};
void moves_drop(struct moves *m);
void moves_add(struct moves *m, struct plan_item *item);

/* Notes what the played item makes. */
void moves_note(struct moves *m, size_t self, const struct staged *s);
/* Of what takes its tree to be played, and is not to be installed then: before the first play. */
MUST_USE int moves_look_at_trees(struct moves *m, struct err *err);

enum moves_next {
	MOVES_NOTHING,
	MOVES_AGAIN, /* others were played: the stage is closed; to be played anew */
	MOVES_FIRST /* *first has to have its turn before */
};
/* After the play: whether something that it takes away is made by another one whose turn is still to come. -1. */
MUST_USE int moves_before(
	struct moves *m, size_t self, struct staged *s, size_t *first, struct err *err);
/* After staged_inspect: what is in its way and belongs to packages of the plan that make it no longer is taken over; the findings
 * about it go. MOVES_NOTHING, MOVES_AGAIN, -1. */
MUST_USE int moves_take(struct moves *m, size_t self, struct staged *s, struct err *err);

/* Files that move from one package to another in one plan.
 *
 * Each package has a commit of its own, and the file is to be there at any moment. Where whose it was has its turn first, it keeps the file, although it
 * makes it no longer. Who gets it replaces it by one rename, and has it in its footprint with what was there before both;
 * if that comes first, who had it leaves it alone afterwards. For that it has to be known what those make whose turn is still
 * to come: of luet's packages their trees tell it, others are played for it in a stage of their own, only where a file of the
 * plan's goes or is in the way.
 *
 * A file that several have alike, and that all of them are to have in the same new version, is taken over in the same way by the first of them, and
 * is the others' as well when their turns come. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/texts.h"
#include "base/vec.h"
#include "engine/session.h"
#include "engine/staged.h"
#include "model/plan.h"

/* A file of a tree that comes to a place of another path, through links of the system's. */
struct moves_through {
	struct buf path, in_tree;
};

/* One item of the plan. */
struct moves_item {
	struct plan_item *item;
	bool looked, known; /* `makes` is what it makes */
	struct texts makes; /* paths, but for folders; sorted */
	struct {
		VEC(struct moves_through) of;
	} through; /* of what was not played */
	struct changes
		played; /* what it makes of them, as far as it was played; and what it would make of protected files, which it puts beside them */
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
	MOVES_AGAIN /* others were played: the stage is closed; to be played anew */
};
/* After the play: what it makes no longer, and another one makes whose turn is still to come, stays. Or -1. */
MUST_USE int moves_keep(struct moves *m, size_t self, struct staged *s, struct err *err);
/* After staged_inspect: what is in its way and belongs to packages of the plan that make it no longer is taken over; the findings
 * about it go. MOVES_NOTHING, MOVES_AGAIN, -1. */
MUST_USE int moves_take(struct moves *m, size_t self, struct staged *s, struct err *err);

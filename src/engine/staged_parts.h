/* What the plays in a stage share: engine/staged and its parts. */
#pragma once

#include "base/err.h"
#include "engine/staged.h"
#include "store/apply.h"

/* What all that was played has changed so far, in s->now. */
MUST_USE int staged_read(struct staged *s, struct effects *asked, struct err *err);

/* Makes in the stage what `parts` say was before, where it is as they say it is after; its files' content comes from `from`. NULL:
 * none is needed. */
MUST_USE int staged_take_back(struct staged *s, const struct changes *parts,
	const struct undo_source *from, struct err *err);

/* All that is in force of the package, but for groups that others have joined. */
MUST_USE int staged_take_back_all(
	struct staged *s, const struct apply_drifts *drifts, struct err *err);
/* What it had made cannot be taken back: with --force it goes on without. */
MUST_USE int staged_go_without(struct staged *s, struct err *err);

/* The phases, where there is something to be unconfigured or configured. */
MUST_USE int staged_unconfigure(
	struct staged *s, struct stage *stage, struct effects *asked, struct err *err);
MUST_USE int staged_configure(
	struct staged *s, struct stage *stage, struct effects *asked, struct err *err);

void staged_copy_change(struct changes *out, const struct change *c);

/* --- engine/staged_lend --- */

/* Of what the footprint, of this or of another package, has as lent, that counts which is so still: where those who had it have it so no longer,
 * there was nothing before. */
MUST_USE int staged_settle(struct staged *s, struct footprint *f, struct err *err);
/* The same of the package's own, in s->before. What was lent by who is gone, and had it lent itself, is what that one had; the files are in s->kept.base. */
MUST_USE int staged_settle_before(struct staged *s, struct err *err);
void staged_drop_settled(struct staged *s);
/* What it replaces, and other packages have as it is now, is lent: it comes back when this one goes. And what was so before. */
MUST_USE int staged_lend(struct staged *s, struct err *err);
void staged_carry_lent(struct staged *s);
void staged_note_lent(struct staged *s, struct span path, const struct texts *lenders);
/* What was lent, and is now as those have it who lent it, is theirs: to s->gifts. */
MUST_USE int staged_give_back(struct staged *s, const struct footprint *mine, struct err *err);

/* What the commit that is taken back had taken from others, and is as they have it, is theirs again: to s->gifts. None of these is the
 * package's then. */
MUST_USE int staged_return(struct staged *s, const struct footprint *undone, struct err *err);

/* --- engine/staged_share --- */

/* What stands on the system at the change's path, to c->after. */
MUST_USE int staged_load_standing(struct staged *s, struct change *c, struct err *err);

typedef int staged_other_fn(struct staged *s, struct span path, const struct staged_other *o,
	void *arg, struct err *err);
/* Calls fn with each of the paths, sorted, for each other package that has it; what that one has made may not be known. */
MUST_USE int staged_each_other(struct staged *s, const struct texts *paths, staged_other_fn *fn,
	void *arg, struct err *err);
/* What is in force of another package; valid until the next is asked for. */
MUST_USE int staged_other(
	struct staged *s, struct span name, const struct staged_other **out, struct err *err);

void staged_other_drop(struct staged_other *o);
/* After the footprint was composed: what the package has just as another one made it is of both from now on, and what it takes back, or makes no
 * longer, and another one has as well, stays that one's. */
MUST_USE int staged_share(struct staged *s, struct err *err);
/* Drops from the footprint what it has no longer, as another one took it over: it stands there as that one has made it. */
MUST_USE int staged_drop_taken(struct staged *s, struct err *err);
/* Of the paths of findings about other packages, those that become just as all of these have made them; sorted. */
MUST_USE int staged_list_alike(struct staged *s, struct texts *out, struct err *err);
/* The path is not that one's any more. The commit says from whom it took: whoever takes it back gives it back. */
void staged_take_from(struct staged *s, struct span path, const struct staged_other *o);
/* It stays in the package's own list, but is another one's. */
void staged_disown(struct staged *s, struct span path);
/* What was kept so, and still is. */
void staged_carry_kept(struct staged *s);
/* Whether that other package has it only for one that will: 1, 0, -1. */
MUST_USE int staged_is_kept(struct staged *s, struct span name, struct span path, struct err *err);
/* These files, sorted, stay as they are, and in the footprint, although they are made no longer. */
void staged_retain(struct staged *s, const struct texts *paths);
/* The paths, which are sorted, are this package's from now on, as if it had come in the other's place; findings about other packages go. */
MUST_USE int staged_take_over(struct staged *s, const struct texts *paths, struct err *err);
/* Adds those that stand there as another package has made them. */
MUST_USE int staged_list_unedited(
	struct staged *s, const struct texts *paths, struct texts *out, struct err *err);
/* Drops those that are another package's. */
MUST_USE int staged_without_others(struct staged *s, struct texts *paths, struct err *err);

/* --- engine/staged_tell --- */

/* After the last play: what was put beside protected files. */
void staged_tell_kept(struct staged *s);
/* NULL: it is as the package made it. */
const struct apply_drift *staged_get_drift(const struct apply_drifts *drifts, struct span path);
/* A file that was kept may have been written to by who had it open, or be damaged: there is no other. */
void staged_tell_odd(struct staged *s, const struct apply_drifts *drifts);
/* To s->left, what others have changed and is still there afterwards. */
void staged_list_left(struct staged *s, const struct apply_drifts *drifts);
/* What somebody had changed of it, and is made anew now. */
MUST_USE int staged_tell_replaced(
	struct staged *s, const struct apply_drifts *drifts, struct err *err);

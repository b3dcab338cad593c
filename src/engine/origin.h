/* Which repositories what is installed came from, and what those of Packets' said of it; for the engine's own files. */
#pragma once

#include "base/err.h"
#include "engine/choice.h"
#include "engine/session.h"

/* Puts what its repository said of an installation in the place of what it says itself. */
MUST_USE int origin_state(
	struct engine *e, const struct bundle *b, struct installer *in, struct err *err);
/* Appends the short name that it has in that index; nothing where it has none. */
MUST_USE int origin_alias(
	struct engine *e, const struct bundle *b, struct buf *out, struct err *err);
/* Of what is offered and was installed before: the id that it has here takes the place of its file's sum. */
MUST_USE int origin_know(struct engine *e, struct chosen *one, struct err *err);
/* Before a plan is carried out: where what comes is from, and what was said of it. */
MUST_USE int origin_note(
	struct engine *e, const struct choice *o, const struct plan *plan, struct err *err);

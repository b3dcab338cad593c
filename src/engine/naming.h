/* Which package is meant by what somebody types: luet's are called CATEGORY/NAME, and NAME alone is enough where just one category has it; Packets' have a short name each, which several may share. */
#pragma once

#include "base/err.h"
#include "base/texts.h"
#include "engine/session.h"
#include "engine/stock.h"
#include "model/bundle.h"

/* *out (empty) is the name that a package has: as typed, where one is called so, or it is short for none; else the one CATEGORY/NAME of luet's, or the one of Packets' that has this short name. Of several
 * the one that somebody at the terminal chooses; where nobody can be asked: ERR_INPUT, which names them. */
MUST_USE int naming_here(struct engine *e, const struct world *world, struct span typed,
	struct buf *out, struct err *err);
/* The same of what is here and what repositories offer. */
MUST_USE int naming_offered(struct engine *e, const struct world *world, struct stock *s,
	struct span typed, struct buf *out, struct err *err);

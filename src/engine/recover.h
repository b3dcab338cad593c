/* What a crash left is settled here, first thing in every command that takes the lock. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Takes transactions that never ended back (or, what was being purged, to its end), empties the
 * stage and the cache's folder of incoming packs, and sets the links anew. Can be killed itself,
 * and begun again. */
MUST_USE int recover(struct engine *e, struct err *err);

/* The part of it that is for what no open transaction knows: folders of installations that have no row, what is in the stage. */
MUST_USE int recover_clear(struct engine *e, struct err *err);

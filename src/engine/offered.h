/* What repositories offer, as `show` says it. */
#pragma once

#include "base/err.h"
#include "engine/engine.h"
#include "engine/session.h"

/* Of NAME or NAME=VERSION; into what was initialised. ERR_NO_PACKAGE: no repository that was synced has it. */
MUST_USE int offered_about(struct engine *e, const char *what, struct about *out, struct err *err);

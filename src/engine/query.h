/* For the engine's own files: what `show` is made of. */
#pragma once

#include "base/err.h"
#include "engine/engine.h"
#include "engine/session.h"

/* Opens the folder of the package's installation that people are shown, and makes *b (initialised) its bundle. ERR_NO_PACKAGE,
 * ERR_BAD_STATE: its folder is gone. */
MUST_USE int query_open_shown(
	struct engine *e, const char *name, struct bundle *b, struct err *err);

/* What formats say, once the installer is parsed; takes it. */
MUST_USE int query_fill(struct engine *e, struct about *out, struct installer *in, struct err *err);

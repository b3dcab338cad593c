/* Packages of luet's in the stage: their trees laid over the root, and their finalizers. */
#pragma once

#include "base/err.h"
#include "engine/run_rules.h"
#include "engine/session.h"
#include "engine/stage.h"

/* What the package of an installation at its place says of itself; `out` was initialised. */
MUST_USE int luet_about(
	struct engine *e, const struct bundle *b, struct installer *out, struct err *err);

/* What its tree has laid, sorted: 1; 0: that was not noted, for it has no finalizers, or is not known; -1. `out` is empty before. */
MUST_USE int luet_laid(
	struct engine *e, const struct bundle *b, struct texts *out, struct err *err);

/* configure: lays its tree, and runs the install finalizers; unconfigure: runs those of uninstall, and leaves the files to who takes
 * the footprint back. Errors as of rules_staged. */
MUST_USE int luet_staged(struct stage *s, enum phase phase, const struct bundle *b,
	const struct rules_stage *shown, struct err *err);

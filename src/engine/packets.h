/* Packages of Packets in the stage: their files below dataDir, and their hooks. */
#pragma once

#include "base/err.h"
#include "engine/run_rules.h"
#include "engine/session.h"
#include "engine/stage.h"
#include "model/packets_conf.h"

/* Where /etc/packets/config.toml says that they go now, without links on the way. Borrowed from the engine, which reads it once.
 * ERR_CONFIG: it cannot be used; ERR_UNSAFE: others may write to one of them, or above. */
MUST_USE int packets_dirs_get(struct engine *e, const struct packets_dirs **out, struct err *err);

/* What the package of an installation at its place says of itself, and what the index that it came from says in the place of that; `out` was initialised. */
MUST_USE int packets_about(
	struct engine *e, const struct bundle *b, struct installer *out, struct err *err);

/* configure: puts its files below dataDir, over what is there, and runs the install hook; unconfigure: runs the remove hook, and
 * leaves the files to who takes the footprint back. Errors as of rules_staged. */
MUST_USE int packets_staged(struct stage *s, enum phase phase, const struct bundle *b,
	const struct rules_stage *shown, struct err *err);

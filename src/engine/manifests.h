/* What the manifests of installations state, for one plan: each is read once, when somebody asks for it. */
#pragma once

#include "base/buf.h"
#include "engine/session.h"
#include "model/bundle.h"
#include "model/installer.h"

struct manifest_read {
	struct installer in;
	bool done;
	struct buf fault; /* why it cannot be read any more; empty: it can */
};
struct manifests {
	struct engine *e;
	const struct world *world; /* borrowed: it stays as it is */
	struct manifest_read *of; /* of each bundle in it */
	struct installer none;
};
void manifests_init(struct manifests *m, struct engine *e, const struct world *world);
void manifests_drop(struct manifests *m);

/* Borrows: what needs_load says of it. What cannot be read, or is not in the world, states nothing. */
const struct installer *manifests_get(struct manifests *m, const struct bundle *b);
/* Tells of those that were asked for and could not be read; of each once. */
void manifests_tell(struct manifests *m);

/* What a package of Packets' has on disk, as its footprint; for engine/import_packets alone. */
#pragma once

#include "base/err.h"
#include "base/texts.h"
#include "engine/session.h"
#include "model/footprint.h"
#include "model/offer.h"

/* Its folder below dataDir, opened. ERR_NO_PACKAGE: it is gone. */
MUST_USE int import_open_home(
	struct engine *e, const struct packets_dirs *dirs, const struct buf *name, struct err *err);
/* Whether the package in the folder is the one that is said to be there. ERR_INSTALLER: it is none, or another one; ERR_UNSAFE: others could have changed what runs as root. Notes: what
 * is odd. */
MUST_USE int import_check(int home, const struct offer *o, struct texts *notes, struct err *err);
/* All that is in its folder, and the links of binDir that lead there. */
MUST_USE int import_footprint(struct engine *e, const struct packets_dirs *dirs,
	const struct buf *name, struct footprint *out, struct texts *notes, struct err *err);

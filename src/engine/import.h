/* What another package manager has installed, taken over as it is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/texts.h"
#include "base/vec.h"
#include "engine/engine.h"

enum import_outcome {
	IMPORT_TAKEN, /* with dry_run: it would be */
	IMPORT_THERE, /* it is fardel's already */
	IMPORT_FAILED, /* it stays as it is */
	IMPORT_OUTCOMES,
};
struct imported {
	struct buf name, version;
	enum import_outcome outcome;
	int64_t paths; /* that are its own from now on */
	struct texts notes; /* what is not as it should be, a line each */
	struct err err; /* of one that failed */
};
struct imports {
	VEC(struct imported) of;
};
void imports_drop(struct imports *i);
/* ERR_PARTIAL where some failed; where all did, the first one's error. */
MUST_USE int imports_judge(const struct imports *all, struct err *err);

/* Packets' (/etc/packets/installed.db): each package's folder below dataDir, and the links in binDir that lead into it, are recorded as its footprint, and
 * what it says of itself is kept as an installation. No hook runs, and nothing of it is changed. One transaction, which cannot be undone. NEED_LOCK; with dry_run NEED_READ.
 * ERR_NO_PACKAGE: Packets has installed nothing here; ERR_PARTIAL where some could not be taken over; where none could, the first one's error. */
MUST_USE int engine_import_packets(
	struct engine *e, bool dry_run, struct imports *out, struct err *err);
/* luet's, by what `luet database get --files` has printed (`file`; "-": stdin): each is installed in its version from then on, with the files that it has as they are. All of it is one
 * transaction, which cannot be undone. Rights and errors as above; ERR_FAILED: there is no package in it. */
MUST_USE int engine_import_luet(
	struct engine *e, const char *file, bool dry_run, struct imports *out, struct err *err);

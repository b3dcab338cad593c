/* A footprint: what of a package is in force on a machine, file system and running system; and the same for one commit alone. As
 * text:
 *	{"schema": 1, "whole": true, "changes": CHANGES, "effects": EFFECTS}
 * and of a package of Packets "data_dir" and "bin_dir" as well; "common", "kept" and "lent" are lists of paths, and "givers" and "lenders" of names,
 * where there are some. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "model/changes.h"
#include "model/effects.h"
#include "model/packets_conf.h"

struct footprint {
	struct changes changes;
	struct effects effects;
	struct packets_dirs dirs; /* of a package of Packets: where its files and programs went */
	struct texts
		common; /* of a commit: paths of files that others have just so, and that it took up, or gave up, as they are */
	struct texts
		givers; /* of a commit: packages that have something no longer, as it took it */
	struct texts
		kept; /* of what is in force: files that it makes no longer, and has for a package that will have them */
	struct texts
		lent; /* of what is in force: files that another package has as they were before; where it has them so no longer, there was nothing */
	struct texts lenders; /* the names of these packages */
	bool whole; /* all is in it: nothing of it was done outside of a stage, where nobody sees what rules do */
};
#define FOOTPRINT_INIT ((struct footprint){.dirs = {BUF_INIT, BUF_INIT}, .whole = true})
void footprint_drop(struct footprint *f);

void footprint_format(const struct footprint *f, struct buf *out);
/* ERR_FAILED: what is not so. `out`, FOOTPRINT_INIT before, may hold some. */
MUST_USE int footprint_parse(struct span text, struct footprint *out, struct err *err);

/* What is in puavo-pkg's rootdirs. */
#pragma once

#include "base/err.h"
#include "model/puavo.h"
#include "store/place.h"

/* Reads the folders, stamps and links of both rootdirs; the old layout's links packages/NAME/installed too. What is no package's
 * name or no id (32 hex digits) is passed over. Without a rootdir the tree is empty. Needs no rights but to read. */
MUST_USE int puavo_scan(const struct place *p, struct puavo_tree *out, struct err *err);

/* Removes folders packages/NAME that are empty; and, with `wrecks`, packages/NAME/ID.tmp, which the old tool leaves when it is killed
 * while it extracts. */
MUST_USE int puavo_sweep(const struct place *p, bool wrecks, struct err *err);

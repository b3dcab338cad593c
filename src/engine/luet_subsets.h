/* Which files of luet's packages are left out, as the subset that they are of is not enabled. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/texts.h"
#include "engine/session.h"
#include "model/installer.h"
#include "model/luet_subsets.h"

/* Adds those that are enabled, each once: luet.subsets', and where luet's configuration is used, luet.yaml's and its subsets.conf.d's. ERR_CONFIG,
 * ERR_UNSAFE: a file of those cannot be used. */
MUST_USE int luet_subsets_enabled(const struct engine *e, struct texts *out, struct err *err);

/* The rules that count for the package, into *out, which is empty. ERR_CONFIG, ERR_UNSAFE as above, and of subsets.def.d; ERR_CONFIG, too: a pattern of the
 * package's own is none. */
MUST_USE int luet_subsets_rules(const struct engine *e, const struct installer *about,
	struct luet_rules *out, struct err *err);

/* What went, by the subsets that would have brought it. */
struct luet_pruned {
	size_t files; /* and links */
	struct texts subsets; /* each once */
};
void luet_pruned_drop(struct luet_pruned *p);
/* Takes what the rules leave out of a tree; of folders only those that are empty then. */
MUST_USE int luet_subsets_prune(
	int tree, const struct luet_rules *rules, struct luet_pruned *out, struct err *err);

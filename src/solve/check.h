/* What is to be said about changes: from them, whose paths they are and the policy to findings. Pure. */
#pragma once

#include "base/span.h"
#include "model/changes.h"
#include "model/findings.h"
#include "model/owners.h"
#include "model/policy.h"

struct check_facts {
	struct span package; /* whose changes they are: what it owns is no conflict */
	/* The folders of the package itself, absolute as rules see them: in an upgrade both installations. What is in them is
	 * its own (change.own is not asked: it may come out of a file). */
	const struct texts *own;
	/* Further files and folders that are denied always, as where fardel's programs are installed; may be NULL. Those of
	 * fardel's own that policy_ids.c names need not be there. */
	const struct texts *fixed;
	const struct owners *owners; /* sorted: other packages', dpkg's; of all paths changed */
};

/* Adds to `out`, and sorts it. c is sorted. */
void check_changes(const struct changes *c, const struct check_facts *facts,
	const struct policy *policy, struct findings *out);

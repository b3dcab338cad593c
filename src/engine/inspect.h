/* Changes held against the policy and against what belongs to whom. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "engine/stage.h"
#include "model/changes.h"
#include "model/findings.h"
#include "model/policy.h"

/* The policy of this system, with ids that are allowed for this once. */
MUST_USE int inspect_policy(
	struct engine *e, const struct texts *allowed, struct policy *out, struct err *err);

/* Adds the folder of an installation, for `own` below. */
void inspect_add_own(struct engine *e, const struct bundle *b, struct texts *own);
/* Adds to `out` what is to be said about the changes of a package, which were read from the stage; `own` are the folders of its installations,
 * `allowed` ids of the policy, for this once (ERR_USAGE for one that there is not). Errors of policy.d and of dpkg's database. */
MUST_USE int inspect(struct engine *e, struct stage *stage, struct span package,
	const struct texts *own, const struct changes *c, const struct texts *allowed,
	struct findings *out, struct err *err);

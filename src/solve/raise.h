/* A finding, as the policy has it. */
#pragma once

#include "base/span.h"
#include "model/findings.h"
#include "model/policy.h"

/* Adds one of that id, about `path`, which is shown. `text` and `owner` may be empty: the rule's words or the id's own, nobody. */
void finding_raise(struct findings *out, const struct policy *policy, struct span id,
	const struct policy_case *about, struct span path, struct span text, struct span owner);

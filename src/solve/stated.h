/* What a manifest states of its package: what it needs beyond a stage, and what it declares; held against the policy. Pure. */
#pragma once

#include "base/texts.h"
#include "model/changes.h"
#include "model/effects.h"
#include "model/findings.h"
#include "model/installer.h"
#include "model/policy.h"

/* Adds what its rules need: the system itself, the network. */
void stated_needs(const struct installer *in, const struct policy *policy, struct findings *out);

struct stated_facts {
	const struct texts *own; /* the package's own folders: what is in them is not declared */
	const struct changes
		*before; /* its footprint: that what it made goes needs no declaration */
	const struct changes *changes;
	const struct effects *effects;
};

/* Adds the changes and what configure asked of the running system that [declares] does not have; where there is no such table, nothing. */
void stated_declares(const struct installer *in, const struct stated_facts *facts,
	const struct policy *policy, struct findings *out);

/* Of what was chosen, the packages of Packets' repositories: each is one file, which may be had from anywhere. */
#pragma once

#include "base/err.h"
#include "engine/choice.h"

/* Whether it comes from such a repository. */
bool choice_is_packets(const struct chosen *one);
/* Fetches those of `which` (numbers of o->of, `count` of them) as packs are, several side by side, into the cache, and shows them in `folder`, which is the stage's
 * "repository". With keep_going what cannot be had keeps its error. */
MUST_USE int choice_fetch_packets(struct engine *e, struct choice *o, const size_t *which,
	size_t count, int folder, struct err *err);

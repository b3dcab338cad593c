/* Packages that are versions of one another though they are called otherwise: those of a family of Packets'. One of a family can be there, and which is newer its serial says. Pure. */
#pragma once

#include <stdbool.h>

#include "base/span.h"
#include "base/vec.h"

struct reach;
struct reach_package;

struct family_name { /* of the family that packages of a name are in */
	struct span name, family;
	int64_t serial;
	bool installed;
};
struct families {
	VEC(struct family_name) of; /* by name, each once */
};
void families_drop(struct families *f);

/* Of all packages of r->of; sets the group of each: its family, else its name. Where two of one family are installed, which nobody but Packets itself brings about, the newer one
 * stands for it, and the other one for itself. */
void families_find(struct reach *r);
/* What packages of that name are grouped by. */
struct span families_group(const struct families *f, struct span name);
/* Both are of one group: below 0: a is older; 0: it is by their versions, or they are equally new. */
int families_compare(const struct reach_package *a, const struct reach_package *b);

/* Which Debian packages are there, as dpkg's database has it. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/relation.h"
#include "store/place.h"

struct dpkg_package {
	struct buf name;
	struct buf architecture;
	struct buf version;
	struct relations provides; /* names, of a version or none: RELATION_EXACTLY, RELATION_ANY */
	bool installed; /* else half-way there, or only its configuration is left */
};
struct dpkg_packages {
	VEC(struct dpkg_package)
	of; /* as in dpkg's status, but for those that are not there at all */
};
void dpkg_packages_drop(struct dpkg_packages *p);

/* 1; 0: there is no such database. Errors as of dpkg_owners. */
MUST_USE int dpkg_packages(const struct place *place, struct dpkg_packages *out, struct err *err);

/* Whether one that is installed is that, or provides it. The relation's name may be "NAME:ARCHITECTURE". What is provided without a version
 * is so of none: that does where any would. */
bool dpkg_packages_has(const struct dpkg_packages *p, const struct relation *r);

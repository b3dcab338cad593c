/* What apt-get says that it would do (apt-get -s install). */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/relation.h"

/* A package that would be unpacked. */
struct apt_package {
	struct buf name; /* of a foreign architecture: "libgl1:i386" */
	struct buf version;
	struct buf architecture;
};
/* Nobody has that name; somebody provides it. */
struct apt_stand_in {
	struct buf asked;
	struct buf taken;
};
struct apt_answer {
	VEC(struct apt_package) of;
	VEC(struct apt_stand_in) stand_ins;
};
#define APT_ANSWER_INIT ((struct apt_answer){0})
void apt_answer_drop(struct apt_answer *a);

/* Reads it, as it is said with LANG=C.UTF-8. False: a line about a package is none that can be understood. */
bool apt_read(struct span text, struct apt_answer *out);

/* What would come of the package that the relation names; NULL: nothing. */
const struct apt_package *apt_find(const struct apt_answer *a, const struct relation *r);
/* Whether what would come does for it. What stands in for it has no version that is known. */
bool apt_brings(const struct apt_answer *a, const struct relation *r);

/* Appends how apt-get is asked for it: its name, or "NAME=VERSION" where that is the only one that does. */
void apt_name(const struct relation *r, struct buf *out);

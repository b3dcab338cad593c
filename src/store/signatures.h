/* Who of a role has signed a text. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/head.h"

struct signatures {
	int64_t count; /* keys of the role whose signature holds: each once */
	bool has[ROLE_KEYS_MAX]; /* which */
	struct buf
		others; /* ids of signatures whose key is none of the role's: "684BE558EF7A68FE, …" */
	struct buf broken; /* the role's keys of which there is a signature that does not hold */
};
void signatures_init(struct signatures *s);
void signatures_drop(struct signatures *s);

/* `file` is a file of signatures, as it came. ERR_CHECKSUM where it is malformed: then nothing in it counts. Into what was initialised. */
MUST_USE int signatures_check(struct span text, struct span file, const struct role *role,
	struct signatures *out, struct err *err);

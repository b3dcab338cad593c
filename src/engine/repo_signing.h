/* How far the signatures of a repository's head or root have come. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "model/head.h"

struct signing { /* of one role's keys */
	int64_t threshold;
	struct texts has,
		open; /* ids of those that have signed, and of those that have not: "684BE558EF7A68FE" */
};
#define SIGNING_INIT ((struct signing){0})
void signing_drop(struct signing *s);

/* `file` is the text's file of signatures; empty: nobody has signed yet. Into what was initialised. ERR_CHECKSUM where it is malformed. */
MUST_USE int signing_read(struct span text, struct span file, const struct role *role,
	struct signing *out, struct err *err);
/* How many have to sign still. */
int64_t signing_wanting(const struct signing *s);

/* Records of pax headers (POSIX.1-2017, pax, "pax Extended Header"), and which of them count. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* What the headers in front of a member say of it. */
struct pax {
	struct buf path; /* empty: nothing is said of it; so too below */
	struct buf link;
	struct buf sparse_name; /* GNU's: prevails over path */
	int64_t size; /* -1: nothing is said */
	/* Its content has holes; what it holds between them is listed in front of it, as GNU's version 1.0 has
	 * it: then all of these four are there. */
	bool sparse;
	bool has_major, has_minor;
	int64_t real; /* -1: nothing is said */
};

void pax_init(struct pax *p);
void pax_drop(struct pax *p); /* also to begin anew */

/* The body of a header for one member. What readers take in different ways is refused: records that
 * are none, what comes twice, an empty or broken value of what counts, keys that only some know. */
MUST_USE int pax_take(struct pax *p, struct span body, struct err *err);

/* The body of a header for all that follow: it may say nothing that counts. */
MUST_USE int pax_check_global(struct span body, struct err *err);

/* What state.db knows of the tags of registries' images: which layers each had when it was asked for the last time, and where. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/oci.h"
#include "store/db.h"

struct tagged {
	struct buf place; /* the URL that it was asked for below, as of registry_base */
	struct oci_manifest image; /* no list */
	int64_t at; /* seconds since 1970 */
};
#define TAGGED_INIT ((struct tagged){.place = BUF_INIT})
void tagged_drop(struct tagged *t);

/* What is known of a repository's tag, into TAGGED_INIT: 1; 0: nothing is. ERR_BAD_STATE: it cannot be. */
MUST_USE int tagged_get(struct db *db, struct span repository, struct span tag, struct tagged *out,
	struct err *err);
/* Writes it; what was known before is void. */
MUST_USE int tagged_put(struct db *db, struct span repository, struct span tag, struct span place,
	const struct oci_manifest *image, int64_t at, struct err *err);
/* Forgets all of a repository. */
MUST_USE int tagged_forget(struct db *db, struct span repository, struct err *err);

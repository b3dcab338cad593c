/* A small file fetched into memory by the fetch worker: what has no checksum, but is verified otherwise. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Appends all of it; more than `max` bytes are an error. `name` is what people are shown. With --offline: ERR_OFFLINE. */
MUST_USE int fetch_file(struct engine *e, const char *url, struct span package, const char *name,
	int64_t max, struct buf *out, struct err *err);

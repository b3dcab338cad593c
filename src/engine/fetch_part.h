/* What came of a fetch that broke off: when it is kept, gone on with, and given up; for engine/fetch. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "engine/fetch.h"
#include "model/message.h"

#define FETCH_PART_ABOVE (8 << 20) /* bytes: less is soon fetched again */

/* Whether this one may be put together from pieces: only what a checksum of our own guards. */
bool fetch_part_may(const struct fetch *f);

/* Opens the intake behind what came of that URL (without user and password) in an earlier run: 1; 0: there is nothing of
 * use. */
MUST_USE int fetch_part_open(struct fetch *f, struct span url, struct err *err);

/* A body begins anew: its file is one to be kept from now on, or no longer. */
MUST_USE int fetch_part_settle(struct fetch *f, const struct fetch_begin *b, struct err *err);

/* The fetch failed: what came stays for another time, unless `why` is what would fail again. */
void fetch_part_leave(struct fetch *f, const struct err *why);

/* Whether it failed by pieces that do not make the whole: then *err is cleared, and all of it is to be fetched, in one. */
bool fetch_part_afresh(struct fetch *f, struct err *err);

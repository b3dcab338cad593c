/* Which repository what another tool has installed may have come from: that tool does not say. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "engine/session.h"
#include "engine/stock.h"
#include "model/offer.h"
#include "model/repository.h"

/* The most preferred one of that format that has the very version: 1, with its name, and what it offers (of luet's with its texts); 0: none has. `out` was
 * initialised, and is empty where there is none. */
MUST_USE int import_find_home(struct engine *e, struct stock *s, enum repository_format format,
	struct span name, struct span version, struct offer *out, struct buf *repository,
	struct err *err);

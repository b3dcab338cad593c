/* The installer that fardel makes of what a wagon says of a package (model/luet_installer): always the same bytes of the same words, so that its id is known before
 * it is made. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/offer.h"

#define LUET_MADE_FILES 3

struct luet_file {
	const char *name;
	struct span text; /* borrowed of the offer, or of `artifact` */
};

/* Its files; `artifact` holds one of them, and is empty before. The offer has its texts (definition, finalize), path and sum. */
size_t luet_made_files(
	const struct offer *o, struct buf *artifact, struct luet_file out[LUET_MADE_FILES]);

/* Appends the id of the installation, 64 hex digits. */
MUST_USE int luet_made_id(const struct offer *o, struct buf *id, struct err *err);
/* Of an installation of an image: the id that its offer had, before it was known what its tag stands for. */
MUST_USE int luet_made_offered_id(const struct facts *facts, struct buf *id, struct err *err);

/* The bytes of an archive's file, as far as that needs no libarchive: counted, decompressed, and of a
 * .deb those of its data.tar. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "ext/stream.h"

#define RAW_BLOCK 131072

struct raw {
	int fd; /* borrowed */
	int64_t size; /* of the file; INT64_MAX where that is not known */
	int64_t read; /* of it */
	int64_t left; /* of the .deb's member; -1: all of the file is meant */
	struct span rest; /* what is to be used next */
	struct stream *stream; /* owned; NULL: bytes as they stand */
	char file[RAW_BLOCK];
	char block[RAW_BLOCK]; /* decompressed */
};

void raw_init(struct raw *r, int fd);
void raw_drop(struct raw *r);

/* Makes sure that something is in `rest`: 1; 0 at the end. */
MUST_USE int raw_fill(struct raw *r, struct err *err);

/* Takes it: 1; 0 at the end, and *got is empty. */
MUST_USE int raw_take(struct raw *r, struct span *got, struct err *err);

/* The same of what `stream` makes of it. */
MUST_USE int raw_take_decompressed(struct raw *r, struct span *got, struct err *err);

/* From the start of a .deb (deb(5)) to its data.tar, with at least `enough` bytes of that, if it has
 * so many, in `rest`. From then on that is all there is. */
MUST_USE int raw_enter_deb(struct raw *r, size_t enough, struct err *err);

/* Elsewhere in the file: where, or -1. */
MUST_USE int64_t raw_seek(struct raw *r, int64_t at, int whence, struct err *err);

/* How much was read of the file; no part counts twice. */
int64_t raw_bytes_read(const struct raw *r);

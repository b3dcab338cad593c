/* Leaves of a repository's index: their files, and what is in them (docs/repository-format.md). */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/head.h"
#include "model/offer.h"

struct offers {
	VEC(struct offer) of; /* sorted by offer_compare */
};
void offers_drop(struct offers *o);

/* Appends a leaf's lines, and the bytes of the file that has them. */
void leaf_text(const struct offer *const *offers, size_t count, struct buf *text);
MUST_USE int leaf_pack(struct span text, struct buf *file, struct err *err);

/* The lines of a file: appended. ERR_CHECKSUM: more than there may be, or damaged. */
MUST_USE int leaf_unpack(struct span file, struct buf *text, struct err *err);
/* Reads the file of leaf `number` of 2^leaf_bits; empty: it has no packages. *out was empty. ERR_CHECKSUM names the line and what is wrong: also packages that belong
 * elsewhere, that are not sorted, or stand twice. */
MUST_USE int leaf_parse(
	struct span file, unsigned number, unsigned leaf_bits, struct offers *out, struct err *err);
/* The one of that name and version, of a file whose sum was held against its leaf's: 1, with *out (initialised before); 0; -1: ERR_CHECKSUM. Of the others no more is
 * read than it takes to see that they are others. */
MUST_USE int leaf_find(struct span file, struct span name, struct span version, struct offer *out,
	struct err *err);

/* The file's sha256; all zero of an empty one. */
void leaf_sum(struct span file, struct head_sum *out);
/* Which leaf a package is in. */
unsigned leaf_of(unsigned leaf_bits, struct span name);

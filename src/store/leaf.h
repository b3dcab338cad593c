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
/* The same for one that nobody publishes: a little longer, in a twentieth of the time. */
MUST_USE int leaf_pack_quickly(struct span text, struct buf *file, struct err *err);

struct stream;
/* Unpacks one leaf after the other: what that takes is made once. */
struct leaf_unpacker {
	struct stream *zstd; /* NULL: not made yet */
};
void leaf_unpacker_drop(struct leaf_unpacker *u);
/* The lines of a file: appended. ERR_CHECKSUM: more than there may be, or damaged. */
MUST_USE int leaf_unpack(
	struct leaf_unpacker *u, struct span file, struct buf *text, struct err *err);
/* Reads the file of leaf `number` of 2^leaf_bits; empty: it has no packages. *out was empty. ERR_CHECKSUM names the line and what is wrong: also packages that belong
 * elsewhere, that are not sorted, or stand twice. */
MUST_USE int leaf_parse(
	struct span file, unsigned number, unsigned leaf_bits, struct offers *out, struct err *err);
/* What is looked for in a leaf. */
struct leaf_want {
	struct span name, version;
	struct offer *to; /* initialised before; without a name afterwards: there is none */
	unsigned leaf; /* that it is in: index_offers' own */
};
/* Of a leaf's lines, whose file's sum was held against what it must be: those of them that are wanted. ERR_CHECKSUM. Of the others no more is
 * read than it takes to see that they are others. */
MUST_USE int leaf_find(
	struct span text, const struct leaf_want *wants, size_t count, struct err *err);

/* The file's sha256; all zero of an empty one. */
void leaf_sum(struct span file, struct head_sum *out);
/* Which leaf a package is in. */
unsigned leaf_of(unsigned leaf_bits, struct span name);

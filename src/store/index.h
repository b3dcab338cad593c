/* A repository's index on disk: a SQLite database, repos/NAME/…, of what the repository offers. Root writes it, everybody reads it. The same
 * code makes the whole index that is published. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "ext/sql.h"
#include "model/head.h"
#include "model/offer.h"

#define INDEX_SCHEMA 1
#define INDEX_LEAF_BITS_MAX 16
#define INDEX_TEXTS_MAX (15 << 20) /* bytes of a package's texts, packed; and unpacked: */
#define INDEX_TEXTS_UNPACKED_MAX (64 << 20)

struct index {
	struct sql *sql;
	int format; /* of its packages: FORMAT_LUET, FORMAT_PACKETS; 0: as each says, it is a repository's of our own */
	struct buf path; /* of the file */
	unsigned leaf_bits;
	bool fresh; /* nobody relies on it yet */
	int64_t revision; /* that its leaves are of */
	int64_t changed; /* packages of which leaves that were put since it was opened differed */
};
#define INDEX_INIT ((struct index){.path = BUF_INIT})
void index_drop(struct index *ix);
/* ERR_BAD_STATE, with what is wrong with the file and the way out; -1. */
int index_damaged(const struct index *ix, const char *what, struct err *err);

/* `path` is a file as this process sees it. index_make makes an empty one, which nobody reads before its maker has dropped it: after a crash
 * it is to be thrown away. Opened to be written it has a -wal and a -shm file from then on, by which others can read it meanwhile: where it was
 * never opened so, readers take it for one that nobody writes. What has not just our tables, of our schema, is refused
 * (ERR_BAD_STATE). One that is opened to be read stays as it is then, whatever is committed
 * meanwhile. Whatever such a file holds, no question takes longer than some seconds. */
MUST_USE int index_make(const char *path, unsigned leaf_bits, struct index *out, struct err *err);
MUST_USE int index_make_of(
	const char *path, int format, unsigned leaf_bits, struct index *out, struct err *err);
MUST_USE int index_open(const char *path, bool writable, struct index *out, struct err *err);

/* One that was made, or unpacked, a moment ago and that nobody reads before index_publish: until then nothing of it waits for the disk. */
MUST_USE int index_open_fresh(const char *path, struct index *out, struct err *err);
/* It becomes what others read: it is on disk but for its name in its folder, and they can from now on, whatever happens to who writes it. */
MUST_USE int index_publish(struct index *ix, struct err *err);

MUST_USE int index_begin(struct index *ix, struct err *err);
MUST_USE int index_commit(struct index *ix, int64_t revision, struct err *err);
void index_abandon(struct index *ix);
/* Writes it to a new file `path`, as small and as quick to search as it can be; for one of index_make. */
MUST_USE int index_compact(struct index *ix, const char *path, struct err *err);

/* A leaf takes the place of the one of that number: `file` is its file's bytes (empty: it has no packages), offers what is in it, sorted.
 * Only rows that differ are written. */
MUST_USE int index_put_leaf(struct index *ix, unsigned number, const struct head_sum *sum,
	struct span file, const struct offer *const *offers, size_t count, struct err *err);
/* Appends a leaf's file; its sum, all zero of one without packages. */
MUST_USE int index_leaf(struct index *ix, unsigned number, struct buf *file, struct err *err);
MUST_USE int index_leaf_sum(
	struct index *ix, unsigned number, struct head_sum *sum, struct err *err);
/* Appends the bytes of a node: the sums of its leaves. */
MUST_USE int index_node(struct index *ix, unsigned number, struct buf *out, struct err *err);

/* Of others' packages, what their repositories have of them in files of any length stands beside the leaves, packed by index_pack_texts or a
 * worker: zstd of what offer_message_put_texts makes. The same bytes again are not written. */
MUST_USE int index_put_texts(struct index *ix, struct span name, struct span version,
	struct span packed, struct err *err);
/* Those of which there is no package go. */
MUST_USE int index_sweep_texts(struct index *ix, struct err *err);
/* Fills these texts of an offer that index_offer gave, and its list of files: 1; 0 where there are none. */
MUST_USE int index_texts(struct index *ix, struct offer *o, struct err *err);
MUST_USE int index_pack_texts(const struct offer *o, struct buf *packed, struct err *err);

/* What is known of a package without looking into its leaf. */
struct index_row {
	int64_t row;
	struct span name, version, summary, id;
	struct span
		relations; /* lines: "d x (>= 1)", "c …", "p …", "b …" (deb), "a amd64" (architectures), "l key=value" (labels), "h -" (hidden); of depends, conflicts, provides */
	int64_t size; /* of the packs and the installer, to fetch at most; -1: unknown */
	unsigned leaf;
	bool installed; /* the caller's */
};
/* fn gets each until it returns, which is -1 to end it. */
typedef int index_row_fn(void *arg, const struct index_row *row, struct err *err);
MUST_USE int index_each(struct index *ix, index_row_fn *fn, void *arg, struct err *err);
MUST_USE int index_named(
	struct index *ix, struct span name, index_row_fn *fn, void *arg, struct err *err);
/* How many of those there are. */
MUST_USE int index_count(struct index *ix, struct span name, int64_t *count, struct err *err);
/* Appends the names that there are of luet's of a NAME, as CATEGORY/NAME, or of Packets' of a short name; each once. Of our own there are none. */
MUST_USE int index_called(struct index *ix, struct span name, struct texts *out, struct err *err);
/* Those that provide the name, whatever they are called; not those that have it. */
MUST_USE int index_providing(
	struct index *ix, struct span name, index_row_fn *fn, void *arg, struct err *err);
/* Those with all the words (the last may be a beginning) in name, summary or description, `limit` and 1,000 at most: first the one of just that name, then those
 * with all words in the name, then in name or summary. Words may be any bytes (model/words); without any in them there are none. */
MUST_USE int index_search(struct index *ix, const struct texts *words, int64_t limit,
	index_row_fn *fn, void *arg, struct err *err);

/* All that its leaf says of the one of that name and version; 1, or 0 where there is none. *out was initialised. */
MUST_USE int index_offer(struct index *ix, struct span name, struct span version, struct offer *out,
	struct err *err);
struct leaf_want;
/* Of many (store/leaf): each of their leaves is read once. They are put into another order. */
MUST_USE int index_offers(struct index *ix, struct leaf_want *wants, size_t count, struct err *err);

/* Indexes for tests: filled from offers, and asked. */
#pragma once

#include "offers.h"
#include "scratch.h"
#include "store/index.h"
#include "unit.h"

#define INDEXED_BITS 2

static inline void indexed_path(const struct scratch *s, const char *name, struct buf *out)
{
	buf_setf(out, "%s/%s", s->path, name);
}

/* All leaves, as they are of these offers. */
static inline void indexed_put(struct index *ix, const struct offers *all, int64_t revision)
{
	struct err err = ERR_INIT;

	assert_int_equal(index_begin(ix, &err), 0);
	for (unsigned i = 0; i < 1u << ix->leaf_bits; i++) {
		AUTO(leaf_made) leaf;

		offers_leaf(all, ix->leaf_bits, i, &leaf);
		if (index_put_leaf(
			    ix, i, &leaf.sum, buf_span(&leaf.file), leaf.of.v, leaf.of.n, &err) < 0)
			fail_msg("%s", err.text);
	}
	assert_int_equal(index_commit(ix, revision, &err), 0);
}

static inline void indexed_make(const char *path, const struct offers *all)
{
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;

	if (index_make(path, INDEXED_BITS, &ix, &err) < 0)
		fail_msg("%s", err.text);
	indexed_put(&ix, all, 1);
}

static inline void indexed_open(const char *path, bool writable, struct index *out)
{
	struct err err = ERR_INIT;

	if (index_open(path, writable, out, &err) < 0)
		fail_msg("%s", err.text);
}

/* Adds "name=version " of each. */
static inline int indexed_take(void *arg, const struct index_row *row, struct err *err)
{
	(void)err;
	buf_addf(arg, "%.*s=%.*s ", SPAN_ARG(row->name), SPAN_ARG(row->version));
	return 0;
}

/* `text` is words with a blank between. */
static inline int indexed_search(
	struct index *ix, const char *text, int64_t limit, struct buf *out, struct err *err)
{
	AUTO(texts) words = {0};
	struct span rest = span_of(text), word;

	while (span_split(&rest, ' ', &word))
		texts_add(&words, word);
	return index_search(ix, &words, limit, indexed_take, out, err);
}

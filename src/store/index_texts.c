/* What others' repositories have of a package in files of any length. */
#include <string.h>

#include "ext/zstd.h"
#include "model/offer_message.h"
#include "store/index.h"
#include "store/leaf.h"

#define WINDOW_LOG 23
#define LEVEL 3
#define STEP (256 << 10)

static int run(struct stream *s, struct span in, size_t max, struct buf *out, struct err *err)
{
	bool ending = false;

	for (;;) {
		size_t had = in.n;
		long n;

		buf_reserve(out, STEP);
		n = ending ? s->end(s, out->s + out->n, STEP, err)
			   : s->run(s, &in, out->s + out->n, STEP, err);
		if (n < 0)
			return -1;
		out->n += (size_t)n;
		out->s[out->n] = 0;
		if (out->n > max)
			return err_set(err, ERR_FAILED, "its texts have more than %zu bytes", max);
		if (n == 0 && ending)
			return 0;
		if (n == 0 && in.n && in.n == had)
			return err_set(err, ERR_FAILED, "something stands behind its texts");
		ending = ending || (!in.n && n == 0);
	}
}

int index_pack_texts(const struct offer *o, struct buf *packed, struct err *err)
{
	AUTO(buf) plain = BUF_INIT;
	struct stream *s;
	int result;

	offer_message_put_texts(&plain, o);
	if (plain.n > INDEX_TEXTS_UNPACKED_MAX)
		return err_set(err, ERR_FAILED, "%s: its texts have more than %d bytes", o->name.s,
			INDEX_TEXTS_UNPACKED_MAX);
	s = zstd_new(&(struct zstd_options){LEVEL, WINDOW_LOG, (int64_t)plain.n});
	result = run(s, buf_span(&plain), INDEX_TEXTS_MAX, packed, err);
	s->free(s);
	return result;
}

static int unpack(struct span packed, struct offer *o, struct err *err)
{
	AUTO(buf) plain = BUF_INIT;
	struct stream *s = unzstd_new(WINDOW_LOG);
	int result = run(s, packed, INDEX_TEXTS_UNPACKED_MAX, &plain, err);

	s->free(s);
	if (result == 0 && !offer_message_get_texts(buf_span(&plain), o))
		return err_set(err, ERR_FAILED, "its texts are none");
	return result;
}

/* 1: there are some, and they are just these. */
static int has_same(struct index *ix, struct span name, struct span version,
	const struct head_sum *sum, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(ix->sql, &row, err,
		    "SELECT 1 FROM texts WHERE name = ? AND version = ? AND sha256 = ?", "ttb",
		    name, version, (struct span){(const char *)sum->bytes, HEAD_SUM}) < 0)
		return -1;
	there = sql_next(row, err);
	sql_end(row);
	return there;
}

int index_put_texts(struct index *ix, struct span name, struct span version, struct span packed,
	struct err *err)
{
	struct head_sum sum;
	int same;

	leaf_sum(packed, &sum);
	same = has_same(ix, name, version, &sum, err);
	if (same != 0)
		return same < 0 ? -1 : 0;
	return sql_do(ix->sql, err,
		"INSERT OR REPLACE INTO texts (name, version, sha256, bytes) VALUES (?, ?, ?, ?)",
		"ttbb", name, version, (struct span){(const char *)sum.bytes, HEAD_SUM}, packed);
}

int index_sweep_texts(struct index *ix, struct err *err)
{
	return sql_run(ix->sql,
		"DELETE FROM texts WHERE NOT EXISTS (SELECT 1 FROM package p"
		" WHERE p.name = texts.name AND p.version = texts.version)",
		err);
}

static int take(struct index *ix, struct sql_row *row, struct offer *o, struct err *err)
{
	struct span stated = sql_bytes(row, 0), bytes = sql_bytes(row, 1);
	struct err why = ERR_INIT;
	struct head_sum sum;

	leaf_sum(bytes, &sum);
	if (stated.n != HEAD_SUM || memcmp(stated.s, sum.bytes, HEAD_SUM) != 0)
		return index_damaged(ix, "the texts of a package are not what they were", err);
	return unpack(bytes, o, &why) < 0 ? index_damaged(ix, why.text, err) : 1;
}

int index_texts(struct index *ix, struct offer *o, struct err *err)
{
	struct sql_row *row;
	int there;

	if (!ix->format)
		return 0;
	if (sql_query(ix->sql, &row, err,
		    "SELECT sha256, bytes FROM texts WHERE name = ? AND version = ?", "tt",
		    buf_span(&o->name), buf_span(&o->version)) < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1)
		there = take(ix, row, o, err);
	sql_end(row);
	return there;
}

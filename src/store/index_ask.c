/* Questions to an index. */
#include <stdlib.h>
#include <string.h>

#include "model/name.h"
#include "model/ordering.h"
#include "model/packets.h"
#include "model/words.h"
#include "store/index.h"
#include "store/leaf.h"

#define COLUMNS \
	"SELECT p.row, p.name, p.version, p.summary, p.id, p.relations, p.size, p.leaf FROM package p"
#define WORDS_MOST 16
#define WORD_MAX 64 /* bytes */
#define BEGINNING_LEAST \
	2 /* bytes of a word that may be a beginning: of shorter ones there are too many */
#define HITS_MAX 1000
#define HITS_EACH \
	4 /* of so many for each that is wanted the best are given: a word may be in half of all packages */

static int take_row(
	struct index *ix, struct sql_row *from, index_row_fn *fn, void *arg, struct err *err)
{
	const struct index_row row = {
		.row = sql_integer(from, 0),
		.name = sql_text(from, 1),
		.version = sql_text(from, 2),
		.summary = sql_text(from, 3),
		.id = sql_text(from, 4),
		.relations = sql_text(from, 5),
		.size = sql_integer(from, 6),
		.leaf = (unsigned)sql_integer(from, 7),
	};

	if (!name_is_valid(row.name) || name_is_luet(row.name) != (ix->format == FORMAT_LUET) ||
		row.leaf >> ix->leaf_bits || row.id.n != 64)
		return index_damaged(ix, "a row of it is no package", err);
	return fn(arg, &row, err);
}

/* Gives all rows of the query, which was asked; ends it. */
static int give(
	struct index *ix, struct sql_row *rows, index_row_fn *fn, void *arg, struct err *err)
{
	int there;

	while ((there = sql_next(rows, err)) == 1)
		if (take_row(ix, rows, fn, arg, err) < 0) {
			there = -1;
			break;
		}
	sql_end(rows);
	return there;
}

int index_each(struct index *ix, index_row_fn *fn, void *arg, struct err *err)
{
	struct sql_row *rows;

	if (sql_query(ix->sql, &rows, err, COLUMNS, "") < 0)
		return -1;
	return give(ix, rows, fn, arg, err);
}

int index_named(struct index *ix, struct span name, index_row_fn *fn, void *arg, struct err *err)
{
	struct sql_row *rows;

	if (sql_query(ix->sql, &rows, err, COLUMNS " WHERE p.name = ?", "t", name) < 0)
		return -1;
	return give(ix, rows, fn, arg, err);
}

int index_count(struct index *ix, struct span name, int64_t *count, struct err *err)
{
	struct sql_row *rows;
	int there;

	if (sql_query(ix->sql, &rows, err, "SELECT count(*) FROM package WHERE name = ?", "t",
		    name) < 0)
		return -1;
	there = sql_next(rows, err);
	*count = there == 1 ? sql_integer(rows, 0) : 0;
	sql_end(rows);
	return there < 0 ? -1 : 0;
}

/* Of luet's, whose NAME it is; of Packets', whose short name. */
static int ask_called(struct index *ix, struct span name, struct sql_row **rows, struct err *err)
{
	AUTO(buf) key = BUF_INIT;

	if (ix->format == FORMAT_LUET)
		return sql_query(ix->sql, rows, err,
			"SELECT DISTINCT name FROM package WHERE substr(name, instr(name, '/') + 1) = ?"
			" ORDER BY name",
			"t", name);
	packets_alias_key(name, &key);
	return sql_query(ix->sql, rows, err,
		"SELECT DISTINCT p.name FROM provide JOIN package p ON p.row = provide.row"
		" WHERE provide.name = ? ORDER BY p.name",
		"t", buf_span(&key));
}

int index_called(struct index *ix, struct span name, struct texts *out, struct err *err)
{
	struct sql_row *rows;
	int there;

	if (!ix->format)
		return 0;
	if (ask_called(ix, name, &rows, err) < 0)
		return -1;
	while ((there = sql_next(rows, err)) == 1) {
		if (!name_is_of(ix->format, sql_text(rows, 0))) {
			there = index_damaged(ix, "a row of it is no package", err);
			break;
		}
		texts_add(out, sql_text(rows, 0));
	}
	sql_end(rows);
	return there;
}

int index_providing(
	struct index *ix, struct span name, index_row_fn *fn, void *arg, struct err *err)
{
	struct sql_row *rows;

	if (sql_query(ix->sql, &rows, err,
		    COLUMNS " JOIN provide ON provide.row = p.row"
			    " WHERE provide.name = ? AND p.name <> ? ORDER BY p.row",
		    "tt", name, name) < 0)
		return -1;
	return give(ix, rows, fn, arg, err);
}

/* --- Searching ------------------------------------------------------------------------------------------ */

/* Where all of the words are found tells how good a package is: FTS5's bm25 needs the texts, which are not kept here, and reads all
 * that has a word to find the best. */
enum place { PLACE_EXACT, PLACE_NAME, PLACE_SUMMARY, PLACE_ANYWHERE, PLACES };

struct hit {
	int64_t row;
	enum place place;
	struct buf name, version;
};
struct hits {
	VEC(struct hit) of;
	size_t most;
};

static void hit_drop(struct hit *h)
{
	buf_drop(&h->name);
	buf_drop(&h->version);
}

static void hits_drop(struct hits *h)
{
	vec_drop_each(&h->of, hit_drop);
}

/* What FTS5 is asked: each word in quotes, which have no meaning to it but themselves. */
static bool add_words(struct span words, bool beginning, struct buf *out)
{
	struct span word;
	unsigned n = 0;

	while (n < WORDS_MOST && span_split(&words, ' ', &word)) {
		word = span_cut(word, 0, WORD_MAX);
		buf_addf(out, "%s\"%.*s\"", n++ ? " AND " : "", SPAN_ARG(word));
		if (beginning && !words.n && word.n >= BEGINNING_LEAST)
			buf_adds(out, " *");
	}
	return n > 0;
}

static bool has_hit(const struct hits *hits, size_t before, int64_t row)
{
	for (size_t i = 0; i < before; i++)
		if (hits->of.v[i].row == row)
			return true;
	return false;
}

static int take_hits(
	struct sql_row *rows, enum place place, size_t limit, struct hits *hits, struct err *err)
{
	size_t before = hits->of.n;
	int there = 0;

	while (hits->of.n < limit && (there = sql_next(rows, err)) == 1) {
		struct hit *hit;

		if (has_hit(hits, before, sql_integer(rows, 0)))
			continue;
		hit = vec_push(&hits->of);
		*hit = (struct hit){sql_integer(rows, 0), place, BUF_INIT, BUF_INIT};
		buf_set(&hit->name, sql_text(rows, 1));
		buf_set(&hit->version, sql_text(rows, 2));
	}
	return hits->of.n < limit && there < 0 ? -1 : 0;
}

/* Asked already. */
static int end_hits(struct sql_row *rows, enum place place, struct hits *hits, struct err *err)
{
	int result = take_hits(rows, place, hits->most, hits, err);

	sql_end(rows);
	return result;
}

static int search_exact(struct index *ix, struct span name, struct hits *hits, struct err *err)
{
	struct sql_row *rows;

	if (sql_query(ix->sql, &rows, err, "SELECT row, name, version FROM package WHERE name = ?",
		    "t", name) < 0)
		return -1;
	return end_hits(rows, PLACE_EXACT, hits, err);
}

static int search_place(struct index *ix, enum place place, const struct buf *words,
	struct hits *hits, struct err *err)
{
	static const char *const columns[PLACES] = {[PLACE_NAME] = "name : ",
		[PLACE_SUMMARY] = "{name summary} : ",
		[PLACE_ANYWHERE] = ""};
	AUTO(buf) query = buf_of(columns[place]);
	struct sql_row *rows;

	buf_addf(&query, "(%s)", words->s);
	if (sql_query(ix->sql, &rows, err,
		    "SELECT p.row, p.name, p.version FROM words JOIN package p"
		    " ON p.row = words.rowid WHERE words MATCH ?",
		    "t", buf_span(&query)) < 0)
		return -1;
	return end_hits(rows, place, hits, err);
}

/* The better place first; in names, the shorter; then by name, and the newest first. */
static int compare_hits(const void *one, const void *other)
{
	const struct hit *a = one, *b = other;
	int order = (int)a->place - (int)b->place;

	if (!order && a->place == PLACE_NAME)
		order = (a->name.n > b->name.n) - (a->name.n < b->name.n);
	if (!order)
		order = span_compare(buf_span(&a->name), buf_span(&b->name));
	return order ? order
		     : ordering_compare(
			       buf_span(&a->name), buf_span(&b->version), buf_span(&a->version));
}

static int give_hits(struct index *ix, const struct hits *hits, size_t limit, index_row_fn *fn,
	void *arg, struct err *err)
{
	for (size_t i = 0; i < hits->of.n && i < limit; i++) {
		struct sql_row *rows;

		if (sql_query(ix->sql, &rows, err, COLUMNS " WHERE p.row = ?", "i",
			    hits->of.v[i].row) < 0 ||
			give(ix, rows, fn, arg, err) < 0)
			return -1;
	}
	return 0;
}

int index_search(struct index *ix, const struct texts *words, int64_t limit, index_row_fn *fn,
	void *arg, struct err *err)
{
	AUTO(hits) hits = {.most = HITS_MAX};
	AUTO(buf) folded = BUF_INIT;
	AUTO(buf) asked = BUF_INIT;
	size_t most = limit < HITS_MAX ? (size_t)(limit < 0 ? 0 : limit) : HITS_MAX;

	if (most < HITS_MAX / HITS_EACH)
		hits.most = most * HITS_EACH;
	VEC_FOR (const struct buf, word, &words->of)
		words_fold(buf_span(word), 4 * WORD_MAX, &folded);
	if (!add_words(buf_span(&folded), true, &asked))
		return 0;
	if (words->of.n == 1 && search_exact(ix, buf_span(&words->of.v[0]), &hits, err) < 0)
		return -1;
	for (unsigned place = PLACE_NAME; place < PLACES && hits.of.n < most; place++)
		if (search_place(ix, (enum place)place, &asked, &hits, err) < 0)
			return -1;
	if (hits.of.n)
		qsort(hits.of.v, hits.of.n, sizeof(hits.of.v[0]), compare_hits);
	return give_hits(ix, &hits, most, fn, arg, err);
}

/* --- All that is known of some ----------------------------------------------------------------------------- */

/* What reading leaves takes, kept from one to the next. */
struct reading {
	struct leaf_unpacker unpacker;
	struct buf file, text;
};

static void reading_drop(struct reading *r)
{
	leaf_unpacker_drop(&r->unpacker);
	buf_drop(&r->file);
	buf_drop(&r->text);
}

/* All of one leaf. */
static int find_in_leaf(struct index *ix, struct reading *r, const struct leaf_want *wants,
	size_t count, struct err *err)
{
	struct err why = ERR_INIT;

	buf_clear(&r->file);
	buf_clear(&r->text);
	if (index_leaf(ix, wants->leaf, &r->file, err) < 0)
		return -1;
	if (!r->file.n)
		return 0;
	if (leaf_unpack(&r->unpacker, buf_span(&r->file), &r->text, &why) < 0)
		err_at(&why, "the leaf of %.*s", SPAN_ARG(wants->name));
	else if (leaf_find(buf_span(&r->text), wants, count, &why) == 0)
		return 0;
	return index_damaged(ix, why.text, err);
}

static int by_leaf(const void *a, const void *b)
{
	unsigned one = ((const struct leaf_want *)a)->leaf,
		 other = ((const struct leaf_want *)b)->leaf;

	return (one > other) - (one < other);
}

int index_offers(struct index *ix, struct leaf_want *wants, size_t count, struct err *err)
{
	AUTO(reading) reading = {.file = BUF_INIT, .text = BUF_INIT};
	int result = 0;

	for (size_t i = 0; i < count; i++)
		wants[i].leaf = leaf_of(ix->leaf_bits, wants[i].name);
	if (count)
		qsort(wants, count, sizeof(*wants), by_leaf);
	for (size_t i = 0, end; result == 0 && i < count; i = end) {
		for (end = i + 1; end < count && wants[end].leaf == wants[i].leaf; end++)
			;
		result = find_in_leaf(ix, &reading, wants + i, end - i, err);
	}
	return result;
}

int index_offer(
	struct index *ix, struct span name, struct span version, struct offer *out, struct err *err)
{
	struct leaf_want want = {.name = name, .version = version, .to = out};

	offer_drop(out);
	return index_offers(ix, &want, 1, err) < 0 ? -1 : out->name.n > 0;
}

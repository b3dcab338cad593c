/* The rows of an index: what of its leaves can be asked for without reading them. */
#include "model/packets.h"
#include "model/words.h"
#include "store/index.h"
#include "store/leaf.h"

#define WORDS_MAX 4096 /* bytes of a description that are searched */

/* A letter before each: what index_row says of them. */
static void add_relations(struct buf *out, char kind, const struct relations *relations)
{
	VEC_FOR (const struct relation, r, &relations->of) {
		buf_addf(out, "%c ", kind);
		relation_format(r, out);
		buf_addc(out, '\n');
	}
}

static void relations_of(const struct offer *o, struct buf *out)
{
	add_relations(out, 'd', &o->depends);
	add_relations(out, 'c', &o->conflicts);
	add_relations(out, 'p', &o->provides);
	add_relations(out, 'b', &o->deb);
	VEC_FOR (const struct buf, label, &o->labels.of)
		buf_addf(out, "l %s\n", label->s);
	if (o->hidden)
		buf_adds(out, "h -\n");
	VEC_FOR (const struct buf, architecture, &o->architectures.of)
		buf_addf(out, "a %s\n", architecture->s);
	if (o->family.n) {
		buf_adds(out, "f ");
		packets_family_key(buf_span(&o->family), out);
		buf_addf(out, " %lld\n", (long long)o->serial);
	}
}

/* By which it is found, beside its own name; what was put is what is taken out again. */
static void provided(const struct offer *o, struct texts *out)
{
	AUTO(buf) key = BUF_INIT;

	VEC_FOR (const struct relation, r, &o->provides.of)
		texts_add(out, buf_span(&r->name));
	if (o->family.n) {
		packets_family_key(buf_span(&o->family), &key);
		texts_add(out, buf_span(&key));
	}
	buf_clear(&key);
	if (o->alias.n) {
		packets_alias_key(buf_span(&o->alias), &key);
		texts_add(out, buf_span(&key));
	}
}

static int64_t size_of(const struct offer *o)
{
	int64_t size = o->size;

	if (size < 0)
		return -1;
	VEC_FOR (const struct pack, pack, &o->packs.of) {
		if (pack->size < 0)
			return -1;
		size += pack->size;
	}
	return size;
}

/* What was searched for it is what is taken out again: both by this. */
struct searched {
	struct buf name, summary, description;
};

#define SEARCHED_INIT ((struct searched){BUF_INIT, BUF_INIT, BUF_INIT})

static void searched_drop(struct searched *s)
{
	buf_drop(&s->name);
	buf_drop(&s->summary);
	buf_drop(&s->description);
}

static void fold(const struct offer *o, struct searched *s)
{
	words_fold(buf_span(&o->name), WORDS_MAX, &s->name);
	words_fold(buf_span(&o->alias), WORDS_MAX, &s->name);
	words_fold(buf_span(&o->summary), WORDS_MAX, &s->summary);
	words_fold(buf_span(&o->description), WORDS_MAX, &s->description);
}

static int insert(struct index *ix, unsigned leaf, const struct offer *o, struct err *err)
{
	AUTO(searched) words = SEARCHED_INIT;
	AUTO(buf) relations = BUF_INIT;
	AUTO(texts) names = {0};
	int64_t row;

	provided(o, &names);
	relations_of(o, &relations);
	fold(o, &words);
	if (sql_do(ix->sql, err,
		    "INSERT INTO package (name, version, id, leaf, summary, relations, size)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?)",
		    "tttitti", buf_span(&o->name), buf_span(&o->version), buf_span(&o->id),
		    (int64_t)leaf, buf_span(&o->summary), buf_span(&relations), size_of(o)) < 0)
		return -1;
	row = sql_last_row(ix->sql);
	VEC_FOR (const struct buf, name, &names.of)
		if (sql_do(ix->sql, err, "INSERT OR IGNORE INTO provide (name, row) VALUES (?, ?)",
			    "ti", buf_span(name), row) < 0)
			return -1;
	return sql_do(ix->sql, err,
		"INSERT INTO words (rowid, name, summary, description) VALUES (?, ?, ?, ?)", "ittt",
		row, buf_span(&words.name), buf_span(&words.summary), buf_span(&words.description));
}

static int find(struct index *ix, const struct offer *o, int64_t *row, struct err *err)
{
	struct sql_row *found;
	int there;

	if (sql_query(ix->sql, &found, err,
		    "SELECT row FROM package WHERE name = ? AND version = ?", "tt",
		    buf_span(&o->name), buf_span(&o->version)) < 0)
		return -1;
	there = sql_next(found, err);
	if (there == 1)
		*row = sql_integer(found, 0);
	sql_end(found);
	if (there == 0)
		return index_damaged(ix, "a package of a leaf has no row", err);
	return there < 0 ? -1 : 0;
}

static int delete (struct index *ix, const struct offer *o, struct err *err)
{
	AUTO(searched) words = SEARCHED_INIT;
	AUTO(texts) names = {0};
	int64_t row = 0;

	provided(o, &names);
	if (find(ix, o, &row, err) < 0)
		return -1;
	fold(o, &words);
	VEC_FOR (const struct buf, name, &names.of)
		if (sql_do(ix->sql, err, "DELETE FROM provide WHERE name = ? AND row = ?", "ti",
			    buf_span(name), row) < 0)
			return -1;
	if (sql_do(ix->sql, err,
		    "INSERT INTO words (words, rowid, name, summary, description)"
		    " VALUES ('delete', ?, ?, ?, ?)",
		    "ittt", row, buf_span(&words.name), buf_span(&words.summary),
		    buf_span(&words.description)) < 0)
		return -1;
	return sql_do(ix->sql, err, "DELETE FROM package WHERE row = ?", "i", row);
}

/* Also of another text for the same version. */
static bool is_same(const struct offer *a, const struct offer *b)
{
	AUTO(buf) one = BUF_INIT;
	AUTO(buf) other = BUF_INIT;

	offer_format(a, &one);
	offer_format(b, &other);
	return span_is(buf_span(&one), buf_span(&other));
}

/* A version whose offer is not as it was; NULL: there was or is none. */
struct differing {
	const struct offer *was, *is;
};

struct difference {
	VEC(struct differing) of;
	int64_t gone, come;
};

static void difference_drop(struct difference *d)
{
	vec_drop(&d->of);
}

/* Both are sorted. */
static void differ(const struct offers *old, const struct offer *const *offers, size_t count,
	struct difference *out)
{
	size_t i = 0, k = 0;

	while (i < old->of.n || k < count) {
		const struct offer *was = i < old->of.n ? &old->of.v[i] : NULL;
		const struct offer *is = k < count ? offers[k] : NULL;
		int order = !was ? 1 : !is ? -1 : offer_compare(was, is);

		i += order <= 0;
		k += order >= 0;
		if (order == 0 && is_same(was, is))
			continue;
		*vec_push(&out->of) = (struct differing){
			.was = order <= 0 ? was : NULL, .is = order >= 0 ? is : NULL};
		out->gone += order <= 0;
		out->come += order >= 0;
	}
}

/* All that goes first, for the names' sake. */
static int put_rows(
	struct index *ix, unsigned leaf, const struct difference *difference, struct err *err)
{
	VEC_FOR (const struct differing, d, &difference->of)
		if (d->was && delete (ix, d->was, err) < 0)
			return -1;
	VEC_FOR (const struct differing, d, &difference->of)
		if (d->is && insert(ix, leaf, d->is, err) < 0)
			return -1;
	return 0;
}

static int put_file(struct index *ix, unsigned number, const struct head_sum *sum, struct span file,
	struct err *err)
{
	struct span bytes = {(const char *)sum->bytes, HEAD_SUM};

	if (sql_do(ix->sql, err, "DELETE FROM leaf WHERE number = ?", "i", (int64_t)number) < 0 ||
		sql_do(ix->sql, err, "DELETE FROM leaf_sum WHERE number = ?", "i",
			(int64_t)number) < 0)
		return -1;
	if (!file.n)
		return 0;
	if (sql_do(ix->sql, err, "INSERT INTO leaf (number, bytes) VALUES (?, ?)", "ib",
		    (int64_t)number, file) < 0)
		return -1;
	return sql_do(ix->sql, err, "INSERT INTO leaf_sum (number, sha256) VALUES (?, ?)", "ib",
		(int64_t)number, bytes);
}

int index_put_leaf(struct index *ix, unsigned number, const struct head_sum *sum, struct span file,
	const struct offer *const *offers, size_t count, struct err *err)
{
	AUTO(buf) before = BUF_INIT;
	AUTO(offers) old = {0};
	AUTO(difference) difference = {0};
	struct err why = ERR_INIT;

	if (index_leaf(ix, number, &before, err) < 0)
		return -1;
	if (leaf_parse(buf_span(&before), number, ix->leaf_bits, &old, &why) < 0)
		return index_damaged(ix, why.text, err);
	differ(&old, offers, count, &difference);
	if (put_rows(ix, number, &difference, err) < 0)
		return -1;
	ix->changed += difference.gone > difference.come ? difference.gone : difference.come;
	return put_file(ix, number, sum, file, err);
}

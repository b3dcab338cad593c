/* store/index with files that were damaged, or made by somebody: whatever is in them, each question ends soon, with an answer or an error. */
#include "store/index.h"

#include <time.h>

#include "indexed.h"
#include "unit.h"

#define PACKAGES 60
#define PAGE 4096
#define SECONDS_MAX 20 /* for one file; it takes milliseconds */

static void many(struct offers *all)
{
	for (int i = 0; i < PACKAGES; i++) {
		AUTO(buf) name = BUF_INIT;
		AUTO(buf) summary = BUF_INIT;
		struct offer *o;

		buf_addf(&name, "package-%d", i);
		buf_addf(&summary, "Tool number %d of all the tools", i);
		o = offers_add(all, name.s, "1", summary.s);
		for (int k = 0; k < 40; k++)
			buf_addf(&o->description, "word%d is said of it. ", i * 37 + k);
		relations_add_text(&o->provides, SPAN("thing"));
	}
}

struct made {
	struct buf path, good;
	struct offers all;
};

static void made_drop(struct made *m)
{
	buf_drop(&m->path);
	buf_drop(&m->good);
	offers_drop(&m->all);
}

static void make(const struct scratch *s, struct made *m)
{
	struct err err = ERR_INIT;

	*m = (struct made){.path = BUF_INIT, .good = BUF_INIT};
	many(&m->all);
	indexed_path(s, "db", &m->path);
	indexed_make(m->path.s, &m->all);
	assert_int_equal(file_read(s->fd, "db", 64 << 20, &m->good, &err), 1);
}

static void check_error(int result, const struct err *err)
{
	if (result < 0 && err->code != ERR_BAD_STATE && err->code != ERR_NO_SPACE)
		fail_msg("%s: %s", err_name(err->code), err->text);
}

static void ask(struct index *ix)
{
	static const char *const words[] = {"tool", "package", "word7 said", "package-7", "wor"};
	AUTO(buf) out = BUF_INIT;
	AUTO(offer) o;
	int64_t count;

	offer_init(&o);
	for (size_t i = 0; i < COUNT(words); i++) {
		struct err err = ERR_INIT;

		check_error(indexed_search(ix, words[i], 50, &out, &err), &err);
	}
	for (int i = 0; i < 6; i++) {
		struct err err = ERR_INIT;
		int result = i == 0   ? index_each(ix, indexed_take, &out, &err)
			     : i == 1 ? index_named(ix, SPAN("package-3"), indexed_take, &out, &err)
			     : i == 2 ? index_providing(ix, SPAN("thing"), indexed_take, &out, &err)
			     : i == 5 ? index_count(ix, SPAN("package-3"), &count, &err)
			     : i == 3 ? index_offer(ix, SPAN("package-4"), SPAN("1"), &o, &err)
				      : index_node(ix, 0, &out, &err);

		check_error(result, &err);
	}
}

/* All leaves anew, each with one package less. */
static int change(struct index *ix, const struct offers *all, struct err *err)
{
	if (index_begin(ix, err) < 0)
		return -1;
	for (unsigned i = 0; i < 1u << ix->leaf_bits; i++) {
		AUTO(leaf_made) leaf;

		offers_leaf(all, ix->leaf_bits, i, &leaf);
		if (index_put_leaf(ix, i, &leaf.sum, SPAN("x"), leaf.of.v,
			    leaf.of.n ? leaf.of.n - 1 : 0, err) < 0) {
			index_abandon(ix);
			return -1;
		}
	}
	return index_commit(ix, 2, err);
}

/* The file with these bytes, read and written. */
static void try(const struct scratch *s, const struct made *m, struct span bytes)
{
	struct err err = ERR_INIT;
	time_t begun = time(NULL);

	assert_int_equal(file_remove(s->fd, "db-wal", &err), 0);
	assert_int_equal(file_remove(s->fd, "db-shm", &err), 0);
	assert_int_equal(file_replace(s->fd, "db", 0644, bytes, &err), 0);
	for (int writable = 0; writable < 2; writable++) {
		AUTO(index) ix = INDEX_INIT;
		int result = index_open(m->path.s, writable, &ix, &err);

		check_error(result, &err);
		if (result < 0)
			continue;
		ask(&ix);
		if (writable)
			check_error(change(&ix, &m->all, &err), &err);
	}
	if (time(NULL) - begun > SECONDS_MAX)
		fail_msg("it took %d seconds", (int)(time(NULL) - begun));
}

static void cut_at_every_page(void **state)
{
	AUTO(made) m;

	make(*state, &m);
	for (size_t n = 0; n <= m.good.n; n += PAGE)
		try(*state, &m, span_cut(buf_span(&m.good), 0, n));
	try(*state, &m, span_cut(buf_span(&m.good), 0, m.good.n - 1));
}

static void bits_of_the_head_turned(void **state)
{
	AUTO(made) m;
	AUTO(buf) bytes = BUF_INIT;

	make(*state, &m);
	for (size_t bit = 0; bit < 100 * 8; bit += 3) {
		buf_set(&bytes, buf_span(&m.good));
		bytes.s[bit / 8] = (char)(bytes.s[bit / 8] ^ 1 << bit % 8);
		try(*state, &m, buf_span(&bytes));
	}
}

static unsigned next(unsigned *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void bytes_changed_here_and_there(void **state)
{
	AUTO(made) m;
	AUTO(buf) bytes = BUF_INIT;
	unsigned seed = 7;

	make(*state, &m);
	for (int round = 0; round < 200; round++) {
		buf_set(&bytes, buf_span(&m.good));
		for (unsigned i = 0; i <= next(&seed) % 16; i++)
			bytes.s[next(&seed) % bytes.n] = (char)next(&seed);
		try(*state, &m, buf_span(&bytes));
	}
}

/* Trees that go in circles, and pages of the wrong kind. */
static void each_page_in_the_place_of_others(void **state)
{
	AUTO(made) m;
	AUTO(buf) bytes = BUF_INIT;
	size_t pages;

	make(*state, &m);
	pages = m.good.n / PAGE;
	for (size_t from = 1; from < pages; from++)
		for (size_t to = 1; to < pages; to += 11) {
			buf_set(&bytes, buf_span(&m.good));
			memcpy(bytes.s + to * PAGE, m.good.s + from * PAGE, PAGE);
			try(*state, &m, buf_span(&bytes));
		}
}

/* What of a row cannot be one is not given to anybody; a leaf that was changed is not believed. */
static void rows_that_are_none(void **state)
{
	static const struct {
		const char *sql, *part;
	} cases[] = {
		{"UPDATE package SET name = '../x' WHERE name = 'package-3'", "is no package"},
		{"UPDATE package SET leaf = 4 WHERE name = 'package-3'", "is no package"},
		{"UPDATE package SET leaf = -1 WHERE name = 'package-3'", "is no package"},
		{"UPDATE package SET id = '' WHERE name = 'package-3'", "is no package"},
		{"UPDATE package SET id = zeroblob(1000000) WHERE name = 'package-3'",
			"is no package"},
		{"UPDATE leaf SET bytes = x'00'", "a leaf is not what it was"},
		{"UPDATE leaf SET bytes = x''", "a leaf is not what it was"},
		{"DELETE FROM leaf", "a leaf is not what it was"},
		{"UPDATE leaf_sum SET sha256 = 7", "a leaf is not what it was"},
	};
	AUTO(made) m;

	make(*state, &m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(index) ix = INDEX_INIT;
		AUTO(buf) out = BUF_INIT;
		AUTO(offer) o;
		struct err err = ERR_INIT;

		offer_init(&o);
		indexed_open(m.path.s, true, &ix);
		assert_int_equal(index_begin(&ix, &err), 0);
		if (sql_run(ix.sql, cases[i].sql, &err) < 0)
			fail_msg("%s: %s", cases[i].sql, err.text);
		if (index_each(&ix, indexed_take, &out, &err) == 0)
			assert_int_equal(
				index_offer(&ix, SPAN("package-4"), SPAN("1"), &o, &err), -1);
		assert_err(&err, ERR_BAD_STATE, cases[i].part);
		assert_string_equal(err_hint(&err), "fetch it anew: fardel repo update --force");
		index_abandon(&ix);
	}
}

/* A question that would go on for ever. */
static void what_takes_no_end_is_ended(void **state)
{
	AUTO(made) m;
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;
	time_t begun = time(NULL);

	make(*state, &m);
	indexed_open(m.path.s, false, &ix);
	assert_int_equal(sql_run(ix.sql,
				 "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n FROM t)"
				 " SELECT count(*) FROM t",
				 &err),
		-1);
	assert_err(&err, ERR_BAD_STATE, "takes no end");
	assert_in_range(time(NULL) - begun, 0, SECONDS_MAX);
	ask(&ix);
}

/* A row of 20 values, each as long as one may be. */
static void what_takes_too_much_memory_is_ended(void **state)
{
	AUTO(made) m;
	AUTO(index) ix = INDEX_INIT;
	AUTO(buf) text = buf_of("SELECT 1");
	struct err err = ERR_INIT;
	struct sql_row *row;

	for (int i = 0; i < 20; i++)
		buf_adds(&text, ", randomblob(16000000)");
	make(*state, &m);
	indexed_open(m.path.s, false, &ix);
	assert_int_equal(sql_query(ix.sql, &row, &err, text.s, ""), 0);
	assert_int_equal(sql_next(row, &err), -1);
	sql_end(row);
	assert_err(&err, ERR_BAD_STATE, "takes too much memory");
	assert_string_equal(err_hint(&err), "fetch it anew: fardel repo update --force");
	ask(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(cut_at_every_page),
		SCRATCH_TEST(bits_of_the_head_turned),
		SCRATCH_TEST(bytes_changed_here_and_there),
		SCRATCH_TEST(each_page_in_the_place_of_others),
		SCRATCH_TEST(rows_that_are_none),
		SCRATCH_TEST(what_takes_no_end_is_ended),
		SCRATCH_TEST(what_takes_too_much_memory_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of store/tagged. */
#include "scratch.h"

#include "store/tagged.h"

#define SUM_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SUM_B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct db open_db(struct scratch *s, bool writable)
{
	struct db db;

	if (db_open(&s->place, writable, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static void note(struct db *db, const char *repository, const char *tag, const char *const *sums,
	int64_t at, struct err *err)
{
	AUTO(oci_manifest) image = {0};

	for (; *sums; sums++) {
		struct oci_blob *layer = vec_push(&image.layers);

		assert_true(digest_parse(DIGEST_SHA256, span_of(*sums), &layer->sha256));
		layer->size = at + (int64_t)image.layers.n;
	}
	assert_int_equal(tagged_put(db, span_of(repository), span_of(tag),
				 SPAN("https://quay.example/v2/a"), &image, at, err),
		0);
}

static int get(
	struct db *db, const char *repository, const char *tag, struct tagged *out, struct err *err)
{
	*out = TAGGED_INIT;
	return tagged_get(db, span_of(repository), span_of(tag), out, err);
}

static void is_layer(const struct tagged *t, size_t n, const char *sum, int64_t size)
{
	AUTO(buf) hex = BUF_INIT;

	assert_true(n < t->image.layers.n);
	digest_format(&hex, &t->image.layers.v[n].sha256);
	assert_buf(&hex, sum);
	assert_int_equal(t->image.layers.v[n].size, size);
}

static void the_last_image_counts_of_each_repository(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	struct tagged t;

	note(&db, "main", "tool-1", (const char *[]){SUM_A, NULL}, 7, &s->err);
	note(&db, "main", "tool-1", (const char *[]){SUM_B, SUM_A, NULL}, 9, &s->err);
	note(&db, "other", "tool-1", (const char *[]){SUM_A, NULL}, 5, &s->err);
	assert_int_equal(get(&db, "main", "tool-1", &t, &s->err), 1);
	assert_buf(&t.place, "https://quay.example/v2/a");
	assert_int_equal(t.at, 9);
	assert_int_equal(t.image.layers.n, 2);
	is_layer(&t, 0, SUM_B, 10);
	is_layer(&t, 1, SUM_A, 11);
	assert_false(t.image.is_list);
	tagged_drop(&t);
	assert_int_equal(get(&db, "main", "tool-2", &t, &s->err), 0);
	tagged_drop(&t);
	assert_int_equal(tagged_forget(&db, SPAN("main"), &s->err), 0);
	assert_int_equal(get(&db, "main", "tool-1", &t, &s->err), 0);
	tagged_drop(&t);
	assert_int_equal(get(&db, "other", "tool-1", &t, &s->err), 1);
	is_layer(&t, 0, SUM_A, 6);
	tagged_drop(&t);
	db_drop(&db);
}

/* What is damaged decides nothing. */
static void what_is_no_image_is_an_error(void **state)
{
	static const char *const bad[] = {"", "\n", SUM_A "\n", SUM_A " x\n", SUM_A " -1\n",
		SUM_A "0 1\n", "0 1\n", SUM_A " 1\n\n" SUM_B " 1\n",
		SUM_A " 99999999999999999999\n"};
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(buf) many = BUF_INIT;
	struct tagged t;

	for (size_t i = 0; i <= OCI_LAYERS_MAX; i++)
		buf_adds(&many, SUM_A " 1\n");
	for (size_t i = 0; i <= COUNT(bad); i++) {
		assert_int_equal(
			sql_do(db.sql, &s->err,
				"INSERT OR REPLACE INTO tagged (repository, tag, place, layers, at)"
				" VALUES ('main', 'tool-1', '', ?, 1)",
				"t", i < COUNT(bad) ? span_of(bad[i]) : buf_span(&many)),
			0);
		assert_int_equal(get(&db, "main", "tool-1", &t, &s->err), -1);
		assert_int_equal(s->err.code, ERR_BAD_STATE);
		assert_non_null(strstr(s->err.text, "tool-1"));
		err_clear(&s->err);
		tagged_drop(&t);
	}
	db_drop(&db);
}

/* Who only reads does not migrate: there is nothing to be asked yet. */
static void before_there_was_such_a_table_nothing_is_known(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	struct tagged t;

	assert_int_equal(
		sql_run(db.sql,
			"DROP INDEX bundle_elsewhere; DROP TABLE tagged; PRAGMA user_version = 4",
			&s->err),
		0);
	db_drop(&db);
	db = open_db(s, false);
	assert_int_equal(get(&db, "main", "tool-1", &t, &s->err), 0);
	tagged_drop(&t);
	db_drop(&db);
	db = open_db(s, true);
	note(&db, "main", "tool-1", (const char *[]){SUM_A, NULL}, 7, &s->err);
	db_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(the_last_image_counts_of_each_repository),
		SCRATCH_TEST(what_is_no_image_is_an_error),
		SCRATCH_TEST(before_there_was_such_a_table_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

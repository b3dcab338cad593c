/* Tests of ext/sql: statements that are used again. */
#include "ext/sql.h"

#include "scratch.h"

#define GET "SELECT b FROM t WHERE a = ?"
#define PUT "INSERT INTO t (a, b) VALUES (?, ?)"

static struct sql *open_table(struct scratch *s)
{
	AUTO(buf) path = BUF_INIT;
	struct sql *db;

	buf_addf(&path, "%s/db", s->path);
	assert_int_equal(sql_open(path.s, SQL_WRITE, "mend it", &db, &s->err), 0);
	assert_int_equal(sql_run(db, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)", &s->err), 0);
	return db;
}

static void put_row(struct scratch *s, struct sql *db, int64_t a, const char *b)
{
	assert_int_equal(sql_do(db, &s->err, PUT, "it", a, span_of(b)), 0);
}

static void assert_row(struct scratch *s, struct sql *db, int64_t a, const char *wanted)
{
	struct sql_row *row;

	assert_int_equal(sql_query(db, &row, &s->err, GET, "i", a), 0);
	assert_int_equal(sql_next(row, &s->err), wanted ? 1 : 0);
	if (wanted)
		assert_span(sql_text(row, 0), wanted);
	sql_end(row);
}

static void statements_can_be_used_again(void **state)
{
	struct scratch *s = *state;
	struct sql *db = open_table(s);

	put_row(s, db, 1, "one");
	put_row(s, db, 2, "two");
	assert_row(s, db, 1, "one");
	assert_row(s, db, 2, "two");
	assert_row(s, db, 3, NULL);
	assert_row(s, db, 1, "one");
	/* A value that is not given this time is none. */
	assert_int_equal(sql_do(db, &s->err, PUT, "i", (int64_t)3), 0);
	assert_row(s, db, 3, "");
	sql_close(db);
}

static void one_statement_twice_at_once(void **state)
{
	struct scratch *s = *state;
	struct sql *db = open_table(s);
	struct sql_row *first, *second;

	put_row(s, db, 1, "one");
	put_row(s, db, 2, "two");
	assert_row(s, db, 1, "one");
	assert_int_equal(sql_query(db, &first, &s->err, GET, "i", (int64_t)1), 0);
	assert_int_equal(sql_query(db, &second, &s->err, GET, "i", (int64_t)2), 0);
	assert_int_equal(sql_next(first, &s->err), 1);
	assert_int_equal(sql_next(second, &s->err), 1);
	assert_span(sql_text(first, 0), "one");
	assert_span(sql_text(second, 0), "two");
	sql_end(first);
	assert_row(s, db, 1, "one");
	assert_span(sql_text(second, 0), "two");
	sql_end(second);
	sql_close(db);
}

static void what_failed_can_be_tried_again(void **state)
{
	struct scratch *s = *state;
	struct sql *db = open_table(s);

	put_row(s, db, 1, "one");
	assert_int_equal(sql_do(db, &s->err, PUT, "it", (int64_t)1, SPAN("again")), -1);
	assert_err(&s->err, ERR_BAD_STATE, "UNIQUE constraint failed");
	err_clear(&s->err);
	put_row(s, db, 2, "two");
	assert_row(s, db, 2, "two");
	assert_int_equal(sql_do(db, &s->err, "INSERT INTO no_table VALUES (1)", ""), -1);
	assert_err(&s->err, ERR_BAD_STATE, "no such table");
	err_clear(&s->err);
	/* What is half stepped through does not hold a transaction open. */
	assert_int_equal(sql_run(db, "BEGIN IMMEDIATE", &s->err), 0);
	assert_row(s, db, 1, "one");
	assert_int_equal(sql_run(db, "ROLLBACK", &s->err), 0);
	/* Nor is the table of before what is seen. */
	assert_int_equal(sql_run(db, "DROP TABLE t", &s->err), 0);
	assert_int_equal(sql_run(db, "CREATE TABLE t (b TEXT, a INTEGER)", &s->err), 0);
	put_row(s, db, 1, "other");
	assert_row(s, db, 1, "other");
	sql_close(db);
}

static void many_statements(void **state)
{
	struct scratch *s = *state;
	struct sql *db = open_table(s);

	for (int64_t i = 0; i < 40; i++) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "INSERT INTO t (a, b) VALUES (?, '%lld')", (long long)i % 20);
		assert_int_equal(sql_do(db, &s->err, text.s, "i", i), 0);
	}
	assert_row(s, db, 7, "7");
	assert_row(s, db, 27, "7");
	assert_row(s, db, 39, "19");
	sql_close(db);
}

/* A pragma is done when it is prepared. */
static void pragmas_are_done_each_time(void **state)
{
	struct scratch *s = *state;
	struct sql *db = open_table(s);
	int64_t version;

	for (int64_t i = 1; i < 4; i++) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "PRAGMA user_version = %lld", (long long)i);
		assert_int_equal(sql_run(db, text.s, &s->err), 0);
		assert_int_equal(sql_version(db, &version, &s->err), 0);
		assert_int_equal(version, i);
		assert_int_equal(sql_check(db, &s->err), 1);
	}
	sql_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(statements_can_be_used_again),
		SCRATCH_TEST(one_statement_twice_at_once),
		SCRATCH_TEST(what_failed_can_be_tried_again),
		SCRATCH_TEST(many_statements),
		SCRATCH_TEST(pragmas_are_done_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of store/origins. */
#include "scratch.h"

#include "store/origins.h"

#define ID_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID_B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_A "aa23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct db open_db(struct scratch *s, bool writable)
{
	struct db db;

	if (db_open(&s->place, writable, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static void note(
	struct db *db, const char *name, const char *id, const char *offer, struct err *err)
{
	const struct origin o = {
		span_of(name), span_of(id), SPAN("p"), SPAN(FILE_A), span_of(offer)};

	assert_int_equal(origins_put(db, &o, err), 0);
}

static void what_was_said_is_kept(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(buf) line = BUF_INIT;
	AUTO(buf) id = BUF_INIT;
	AUTO(buf) file = BUF_INIT;

	note(&db, "tool-1", ID_A, "one", &s->err);
	note(&db, "tool-1", ID_A, "two", &s->err);
	assert_int_equal(origins_offer(&db, SPAN("tool-1"), SPAN(ID_A), &line, &s->err), 1);
	assert_buf(&line, "two");
	assert_int_equal(origins_offer(&db, SPAN("tool-1"), SPAN(ID_B), &line, &s->err), 0);
	assert_int_equal(origins_offer(&db, SPAN("tool-2"), SPAN(ID_A), &line, &s->err), 0);
	assert_int_equal(origins_id(&db, SPAN("tool-1"), SPAN(FILE_A), &id, &s->err), 1);
	assert_buf(&id, ID_A);
	assert_int_equal(origins_id(&db, SPAN("tool-1"), SPAN(ID_A), &id, &s->err), 0);
	assert_int_equal(origins_file(&db, SPAN("tool-1"), SPAN(ID_A), &file, &s->err), 1);
	assert_buf(&file, FILE_A);
	db_drop(&db);
}

static struct bundle bundle_of(const char *name, const char *id)
{
	struct bundle b;

	bundle_init(&b);
	buf_sets(&b.name, name);
	buf_sets(&b.id, id);
	b.format = 4;
	b.state = BUNDLE_INSTALLED;
	return b;
}

static void what_nobody_has_any_more_is_forgotten(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	struct bundle b = bundle_of("tool-1", ID_A);
	AUTO(buf) line = BUF_INIT;

	note(&db, "tool-1", ID_A, "here", &s->err);
	note(&db, "tool-1", ID_B, "gone", &s->err);
	assert_int_equal(db_put_bundle(&db, &b, &s->err), 0);
	assert_int_equal(origins_sweep(&db, &s->err), 0);
	assert_int_equal(origins_offer(&db, SPAN("tool-1"), SPAN(ID_B), &line, &s->err), 0);
	assert_int_equal(origins_offer(&db, SPAN("tool-1"), SPAN(ID_A), &line, &s->err), 1);
	bundle_drop(&b);
	db_drop(&db);
}

/* Who only reads does not migrate: there is nothing to be asked yet. */
static void before_there_was_such_a_table_nothing_is_noted(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(buf) line = BUF_INIT;

	assert_int_equal(
		sql_run(db.sql,
			"DROP INDEX bundle_elsewhere; DROP TABLE tagged; DROP TABLE origin; PRAGMA user_version = 3",
			&s->err),
		0);
	db_drop(&db);
	db = open_db(s, false);
	assert_int_equal(origins_offer(&db, SPAN("tool-1"), SPAN(ID_A), &line, &s->err), 0);
	db_drop(&db);
	db = open_db(s, true);
	note(&db, "tool-1", ID_A, "one", &s->err);
	db_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_was_said_is_kept),
		SCRATCH_TEST(what_nobody_has_any_more_is_forgotten),
		SCRATCH_TEST(before_there_was_such_a_table_nothing_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

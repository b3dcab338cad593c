/* Tests of store/db. */
#include "store/db.h"

#include "scratch.h"

#include <signal.h>
#include <sys/syscall.h>

#define FILE_DB "var/lib/fardel/state.db"
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* Stands before libc's: what SQLite syncs is counted. */
static int synced;

int fdatasync(int fd)
{
	synced++;
	return (int)syscall(SYS_fdatasync, fd);
}

static struct db open_db(struct scratch *s, bool writable)
{
	struct db db;

	if (db_open(&s->place, writable, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static struct bundle make_bundle(
	const char *name, const char *id, enum bundle_state state, int64_t since)
{
	struct bundle b;

	bundle_init(&b);
	buf_sets(&b.name, name);
	buf_sets(&b.id, id);
	b.state = state;
	b.since = since;
	return b;
}

static int put_new(struct scratch *s, struct db *db, const char *name, const char *id,
	enum bundle_state state, int64_t since)
{
	AUTO(bundle) b = make_bundle(name, id, state, since);

	return db_put_bundle(db, &b, &s->err);
}

/* To begin anew would make rubbish of what is in use. */
static void a_lost_state_is_not_begun_anew(void **state)
{
	struct scratch *s = *state;
	struct db db;

	put_dir(s, "var/lib/fardel/packages", 0755);
	db = open_db(s, true);
	db_drop(&db);
	assert_int_equal(unlinkat(s->fd, FILE_DB, 0), 0);
	put(s, "var/lib/fardel/packages/zoom/" ID_A "/rules", "x");
	for (int i = 0; i < 4; i++) {
		if (i == 2)
			put(s, FILE_DB, ""); /* emptied is lost too */
		assert_int_equal(db_open(&s->place, i % 2, &db, &s->err), -1);
		assert_err(&s->err, ERR_BAD_STATE, "there are installations in");
		assert_null(db.sql);
		assert_int_equal(is_there(s, FILE_DB), i >= 2);
	}
}

static void bundles_come_back_as_they_were(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(bundle) b = make_bundle("zoom", ID_A, BUNDLE_PREPARED, 1234567890123);
	AUTO(world) world = WORLD_INIT;
	const struct bundle *got;

	buf_sets(&b.version, "6.2.11'; DROP TABLE bundle; --");
	buf_sets(&b.puavo_id, "0123456789abcdef0123456789abcdef");
	buf_sets(&b.pack, ID_C);
	b.format = 2;
	b.size = INT64_C(1) << 40;
	b.pack_size = -1;
	assert_int_equal(db_put_bundle(&db, &b, &s->err), 0);
	assert_true(b.row > 0);
	db_drop(&db);
	assert_int_equal(mode_of(s, FILE_DB), 0644);
	db = open_db(s, false);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 1);
	got = &world.of.v[0];
	assert_int_equal(got->row, b.row);
	assert_buf(&got->name, "zoom");
	assert_buf(&got->id, ID_A);
	assert_buf(&got->version, b.version.s);
	assert_buf(&got->puavo_id, b.puavo_id.s);
	assert_buf(&got->pack, ID_C);
	assert_int_equal(got->format, 2);
	assert_int_equal(got->state, BUNDLE_PREPARED);
	assert_int_equal(got->since, 1234567890123);
	assert_int_equal(got->size, INT64_C(1) << 40);
	assert_int_equal(got->pack_size, -1);
	/* Readers cannot write. */
	assert_int_equal(put_new(s, &db, "x", ID_B, BUNDLE_PREPARED, 1), -1);
	db_drop(&db);
}

static void rows_are_written_anew_and_deleted(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(bundle) b = make_bundle("zoom", ID_A, BUNDLE_EXTRACTED, 5);
	AUTO(world) world = WORLD_INIT;
	int64_t row;

	assert_int_equal(db_put_bundle(&db, &b, &s->err), 0);
	assert_int_equal(put_new(s, &db, "slack", ID_A, BUNDLE_PREPARED, 6), 0);
	row = b.row;
	b.state = BUNDLE_PREPARED;
	b.size = 77;
	buf_sets(&b.version, "9");
	assert_int_equal(db_put_bundle(&db, &b, &s->err), 0);
	assert_int_equal(b.row, row);
	assert_int_equal(db_set_state(&db, row, BUNDLE_INSTALLED, 99, &s->err), 0);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 2);
	assert_int_equal(world.of.v[1].state, BUNDLE_INSTALLED);
	assert_int_equal(world.of.v[1].since, 99);
	assert_int_equal(world.of.v[1].size, 77);
	assert_buf(&world.of.v[1].version, "9");
	assert_int_equal(world.of.v[0].state, BUNDLE_PREPARED);
	assert_int_equal(world.of.v[0].since, 6);
	world_drop(&world);
	assert_int_equal(db_delete_bundle(&db, row, &s->err), 0);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 1);
	assert_buf(&world.of.v[0].name, "slack");
	db_drop(&db);
}

static void assert_order(struct scratch *s, struct db *db, const char *wanted)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(buf) order = BUF_INIT;

	assert_int_equal(db_world(db, &world, &s->err), 0);
	VEC_FOR (struct bundle, b, &world.of)
		buf_addf(&order, "%s%c ", b->name.s, b->id.s[0]);
	assert_buf(&order, wanted);
}

/* By name; of one name the one that changed last comes first, whatever the clock said. */
static void the_world_is_in_order(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(bundle) first = make_bundle("b", ID_A, BUNDLE_FETCHED, 30);

	assert_int_equal(db_put_bundle(&db, &first, &s->err), 0);
	assert_int_equal(put_new(s, &db, "c", ID_A, BUNDLE_PREPARED, 1), 0);
	assert_int_equal(put_new(s, &db, "a", ID_A, BUNDLE_PREPARED, 1), 0);
	assert_int_equal(put_new(s, &db, "b", ID_B, BUNDLE_PREPARED, 20), 0);
	assert_int_equal(put_new(s, &db, "b", ID_C, BUNDLE_PREPARED, 10), 0);
	assert_order(s, &db, "aa bc bb ba ca ");
	assert_int_equal(db_set_state(&db, first.row, BUNDLE_PREPARED, 5, &s->err), 0);
	assert_order(s, &db, "aa ba bc bb ca ");
	assert_int_equal(put_new(s, &db, "b+", ID_C, BUNDLE_PREPARED, 10), 0);
	assert_int_equal(put_new(s, &db, "_b", ID_C, BUNDLE_PREPARED, 10), 0);
	assert_order(s, &db, "_bc aa ba bc bb b+c ca ");
	db_drop(&db);
}

static void writing_a_row_anew_is_a_change(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(bundle) first = make_bundle("b", ID_A, BUNDLE_FETCHED, 30);

	assert_int_equal(db_put_bundle(&db, &first, &s->err), 0);
	assert_int_equal(put_new(s, &db, "b", ID_B, BUNDLE_PREPARED, 20), 0);
	assert_order(s, &db, "bb ba ");
	first.state = BUNDLE_PREPARED;
	assert_int_equal(db_put_bundle(&db, &first, &s->err), 0);
	assert_order(s, &db, "ba bb ");
	db_drop(&db);
}

static void only_one_of_a_name_is_in_use(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(bundle) second = make_bundle("zoom", ID_B, BUNDLE_PREPARED, 2);

	assert_int_equal(put_new(s, &db, "zoom", ID_A, BUNDLE_INSTALLED, 1), 0);
	assert_int_equal(put_new(s, &db, "slack", ID_A, BUNDLE_INSTALLED, 1), 0);
	assert_int_equal(put_new(s, &db, "zoom", ID_C, BUNDLE_BROKEN, 1), -1);
	assert_int_equal(s->err.code, ERR_BAD_STATE);
	assert_int_equal(db_put_bundle(&db, &second, &s->err), 0);
	assert_int_equal(db_set_state(&db, second.row, BUNDLE_INSTALLED, 3, &s->err), -1);
	assert_int_equal(db_set_state(&db, second.row, BUNDLE_BROKEN, 3, &s->err), -1);
	/* Nor two rows of one installation. */
	assert_int_equal(put_new(s, &db, "zoom", ID_A, BUNDLE_PREPARED, 1), -1);
	db_drop(&db);
}

static void what_stands_together_falls_together(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(world) world = WORLD_INIT;

	assert_int_equal(db_begin(&db, &s->err), 0);
	assert_int_equal(put_new(s, &db, "a", ID_A, BUNDLE_PREPARED, 1), 0);
	assert_int_equal(put_new(s, &db, "b", ID_A, BUNDLE_PREPARED, 1), 0);
	db_abandon(&db);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 0);
	assert_int_equal(db_begin(&db, &s->err), 0);
	assert_int_equal(put_new(s, &db, "c", ID_A, BUNDLE_PREPARED, 1), 0);
	{
		/* Not seen by others before it is committed. */
		struct db reader = open_db(s, false);
		AUTO(world) seen = WORLD_INIT;

		assert_int_equal(db_world(&reader, &seen, &s->err), 0);
		assert_int_equal(seen.of.n, 0);
		assert_int_equal(db_commit(&db, &s->err), 0);
		assert_int_equal(db_world(&reader, &seen, &s->err), 0);
		assert_int_equal(seen.of.n, 1);
		db_drop(&reader);
	}
	assert_int_equal(db_commit(&db, &s->err), -1); /* nothing was begun */
	db_drop(&db);
}

/* Killed between begin and commit. */
static int die_before_the_commit(struct scratch *s)
{
	struct db db;

	CHECK(db_open(&s->place, true, &db, &s->err) == 0 && db_begin(&db, &s->err) == 0);
	CHECK(put_new(s, &db, "half", ID_B, BUNDLE_PREPARED, 1) == 0);
	kill(getpid(), SIGKILL);
	return 1;
}

static void a_crash_takes_back_what_was_begun(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(world) world = WORLD_INIT;

	assert_int_equal(put_new(s, &db, "whole", ID_A, BUNDLE_PREPARED, 1), 0);
	db_drop(&db);
	assert_int_equal(in_child(die_before_the_commit, s), -1);
	for (int writable = 0; writable < 2; writable++) {
		db = open_db(s, writable);
		assert_int_equal(db_world(&db, &world, &s->err), 0);
		assert_int_equal(world.of.n, 1);
		assert_buf(&world.of.v[0].name, "whole");
		world_drop(&world);
		db_drop(&db);
	}
}

/* Begins, puts a row, commits: how often that was synced. */
static int syncs_of(struct scratch *s, struct db *db, const char *name, bool lazily)
{
	int before = synced;

	assert_int_equal(lazily ? db_begin_lazily(db, &s->err) : db_begin(db, &s->err), 0);
	assert_int_equal(put_new(s, db, name, ID_A, BUNDLE_PREPARED, 1), 0);
	assert_int_equal(db_commit(db, &s->err), 0);
	return synced - before;
}

static void lazy_commits_wait_for_the_next(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);

	assert_true(syncs_of(s, &db, "first", false) > 0);
	assert_false(db.pending);
	assert_int_equal(syncs_of(s, &db, "second", true), 0);
	assert_true(db.pending);
	assert_int_equal(syncs_of(s, &db, "third", true), 0);
	assert_true(syncs_of(s, &db, "fourth", false) > 0);
	assert_false(db.pending);
	/* What is abandoned leaves nothing behind, laziness neither. */
	assert_int_equal(db_begin_lazily(&db, &s->err), 0);
	db_abandon(&db);
	assert_true(syncs_of(s, &db, "fifth", false) > 0);
	db_drop(&db);
}

/* Neither what another holds locked, nor what is begun already, leaves the commits after it lazy. */
static void what_cannot_begin_lazily_leaves_no_laziness(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true), other = open_db(s, true);

	assert_int_equal(sql_run(db.sql, "PRAGMA busy_timeout = 0", &s->err), 0);
	assert_int_equal(db_begin(&other, &s->err), 0);
	assert_int_equal(db_begin_lazily(&db, &s->err), -1);
	db_abandon(&other);
	db_drop(&other);
	assert_false(db.lazy);
	assert_true(syncs_of(s, &db, "first", false) > 0);
	assert_int_equal(db_begin(&db, &s->err), 0);
	assert_int_equal(db_begin_lazily(&db, &s->err), -1);
	assert_false(db.lazy);
	db_abandon(&db);
	assert_true(syncs_of(s, &db, "second", false) > 0);
	db_drop(&db);
}

static void newer_and_foreign_schemas_are_refused(void **state)
{
	static const char *const versions[] = {
		"PRAGMA user_version = 7", "PRAGMA user_version = -1"};
	struct scratch *s = *state;
	struct db db = open_db(s, true);

	for (size_t i = 0; i < COUNT(versions); i++) {
		struct db again;

		assert_int_equal(sql_run(db.sql, versions[i], &s->err), 0);
		for (int writable = 0; writable < 2; writable++) {
			assert_int_equal(db_open(&s->place, writable, &again, &s->err), -1);
			assert_err(&s->err, ERR_BAD_STATE, "this fardel knows up to 6");
			assert_null(again.sql);
		}
		assert_non_null(strstr(s->err.text, i ? "schema -1" : "schema 7"));
	}
	db_drop(&db);
	put(s, FILE_DB, "this is no database at all, and long enough to be looked at");
	assert_int_equal(db_open(&s->place, true, &db, &s->err), -1);
	assert_int_equal(s->err.code, ERR_BAD_STATE);
	db_drop(&db);
}

/* Nothing of a changed row becomes part of a path. */
static void tampered_rows_are_refused(void **state)
{
	static const char *const changes[] = {"id = '../../../../etc'", "id = ''", "id = upper(id)",
		"id = substr(id, 2)", "id = id || 'a'", "id = id || '/..'",
		"id = substr(id, 2) || char(10)", "id = '../' || substr(id, 4)", "name = '..'",
		"name = ''", "name = '../x'", "name = 'a/../b'", "name = 'a/b/c'", "name = 'a:b'",
		"name = 'a//b'", "name = 'a/'", "name = '.hidden'", "name = 'a' || char(10) || 'b'",
		"state = 'owned'", "state = ''"};
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	AUTO(buf) text = BUF_INIT;

	assert_int_equal(put_new(s, &db, "zoom", ID_A, BUNDLE_PREPARED, 1), 0);
	for (size_t i = 0; i < COUNT(changes); i++) {
		AUTO(world) world = WORLD_INIT;

		assert_int_equal(db_begin(&db, &s->err), 0);
		buf_setf(&text, "UPDATE bundle SET %s", changes[i]);
		assert_int_equal(sql_run(db.sql, text.s, &s->err), 0);
		if (db_world(&db, &world, &s->err) == 0)
			fail_msg("%s", changes[i]);
		assert_err(&s->err, ERR_BAD_STATE, "state.db: ");
		db_abandon(&db);
	}
	db_drop(&db);
}

static void files_that_others_could_change_are_refused(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);

	db_drop(&db);
	for (int writable = 0; writable < 2; writable++) {
		put_mode(s, FILE_DB, 0664);
		assert_int_equal(db_open(&s->place, writable, &db, &s->err), -1);
		assert_err(&s->err, ERR_UNSAFE, "state.db can be written by others");
		put_mode(s, FILE_DB, 0644);
	}
	put_mode(s, "var/lib/fardel", 0777);
	assert_int_equal(db_open(&s->place, true, &db, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "/var/lib/fardel can be written by others");
	put_mode(s, "var/lib/fardel", 0755);
	assert_int_equal(renameat(s->fd, FILE_DB, s->fd, "elsewhere.db"), 0);
	put_link(s, FILE_DB, "../../../elsewhere.db");
	assert_int_equal(db_open(&s->place, false, &db, &s->err), -1);
	assert_int_equal(s->err.sys, ELOOP);
	assert_int_equal(db_open(&s->place, true, &db, &s->err), -1);
	assert_int_equal(s->err.sys, ELOOP);
}

static int read_without_rights(struct scratch *s)
{
	struct db db;
	struct world world;

	if (!become_ordinary())
		return CANNOT;
	CHECK(db_open(&s->place, false, &db, &s->err) == 0);
	CHECK(db_world(&db, &world, &s->err) == 0);
	CHECK(world.of.n == 1 && strcmp(world.of.v[0].name.s, "zoom") == 0);
	world_drop(&world);
	db_drop(&db);
	return 0;
}

static void reading_needs_no_rights(void **state)
{
	static const char *const files[] = {FILE_DB, FILE_DB "-wal", FILE_DB "-shm"};
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	int status;

	assert_int_equal(put_new(s, &db, "zoom", ID_A, BUNDLE_INSTALLED, 1), 0);
	for (size_t i = 0; i < COUNT(files); i++)
		assert_int_equal(mode_of(s, files[i]), 0644);
	/* With the writer there, and another one being in the middle of its work. */
	assert_int_equal(db_begin(&db, &s->err), 0);
	assert_int_equal(put_new(s, &db, "half", ID_A, BUNDLE_INSTALLED, 1), 0);
	status = in_child(read_without_rights, s);
	db_abandon(&db);
	db_drop(&db);
	if (status == CANNOT)
		cannot(s, "reading without rights: no ordinary user can be had");
	assert_int_equal(status, 0);
	assert_true(size_of(s, FILE_DB "-wal") > 0);
	/* The files stay; an ordinary user's own would be writable for them otherwise. */
	for (size_t i = 0; i < COUNT(files); i++)
		put_mode(s, files[i], 0444);
	put_mode(s, "var/lib/fardel", 0555);
	assert_int_equal(in_child(read_without_rights, s), 0);
	put_mode(s, "var/lib/fardel", 0755);
	/* Where nothing is in the -wal file, state.db is enough. */
	for (size_t i = 0; i < COUNT(files); i++)
		put_mode(s, files[i], 0644);
	db = open_db(s, true);
	assert_int_equal(sql_run(db.sql, "PRAGMA wal_checkpoint(TRUNCATE)", &s->err), 0);
	db_drop(&db);
	assert_int_equal(size_of(s, FILE_DB "-wal"), 0);
	assert_int_equal(unlinkat(s->fd, files[1], 0), 0);
	assert_int_equal(unlinkat(s->fd, files[2], 0), 0);
	put_mode(s, "var/lib/fardel", 0555);
	assert_int_equal(in_child(read_without_rights, s), 0);
	put_mode(s, "var/lib/fardel", 0755);
	assert_false(is_there(s, files[1]));
	assert_false(is_there(s, files[2]));
}

/* Who opens it reads all of the -wal file; a reader that stands in the way is not waited for. */
static void the_log_stays_short(void **state)
{
	struct scratch *s = *state;
	struct db reader = open_db(s, true), db;
	AUTO(world) world = WORLD_INIT;

	assert_int_equal(put_new(s, &reader, "zoom", ID_A, BUNDLE_INSTALLED, 1), 0);
	assert_int_equal(sql_run(reader.sql, "BEGIN; SELECT * FROM bundle", &s->err), 0);
	for (int round = 0; round < 2; round++) {
		db = open_db(s, true);
		for (int i = 0; i < 100; i++)
			assert_int_equal(db_set_size(&db, 1, 1000 + i, &s->err), 0);
		db_drop(&db);
		if (round == 0) {
			assert_true(size_of(s, FILE_DB "-wal") > 400000);
			db_drop(&reader);
		}
	}
	assert_int_equal(size_of(s, FILE_DB "-wal"), 0);
	db = open_db(s, false);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.v[0].size, 1099);
	db_drop(&db);
}

static void the_first_pin_stays(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, true);
	struct digest md5 = {.kind = DIGEST_MD5}, sha1 = {.kind = DIGEST_SHA1}, got = {.kind = 0};
	struct digest first = {.kind = DIGEST_SHA256}, second = {.kind = DIGEST_SHA256};

	memset(md5.bytes, 7, digest_size(DIGEST_MD5));
	memset(sha1.bytes, 7, digest_size(DIGEST_SHA1));
	memset(first.bytes, 1, digest_size(DIGEST_SHA256));
	memset(second.bytes, 2, digest_size(DIGEST_SHA256));
	assert_int_equal(db_pin(&db, &md5, &got, &s->err), 0);
	assert_int_equal(db_put_pin(&db, &md5, &first, &s->err), 0);
	assert_int_equal(db_put_pin(&db, &md5, &second, &s->err), 0);
	assert_int_equal(db_pin(&db, &md5, &got, &s->err), 1);
	assert_true(digest_is(&got, &first));
	assert_int_equal(db_pin(&db, &sha1, &got, &s->err), 0);
	assert_int_equal(db_put_pin(&db, &sha1, &second, &s->err), 0);
	assert_int_equal(db_pin(&db, &sha1, &got, &s->err), 1);
	assert_true(digest_is(&got, &second));
	assert_int_equal(sql_run(db.sql, "UPDATE pin SET sha256 = 'x'", &s->err), 0);
	assert_int_equal(db_pin(&db, &md5, &got, &s->err), -1);
	assert_err(&s->err, ERR_BAD_STATE, "is no sha256");
	db_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_lost_state_is_not_begun_anew),
		SCRATCH_TEST(bundles_come_back_as_they_were),
		SCRATCH_TEST(rows_are_written_anew_and_deleted),
		SCRATCH_TEST(the_world_is_in_order),
		SCRATCH_TEST(writing_a_row_anew_is_a_change),
		SCRATCH_TEST(only_one_of_a_name_is_in_use),
		SCRATCH_TEST(what_stands_together_falls_together),
		SCRATCH_TEST(a_crash_takes_back_what_was_begun),
		SCRATCH_TEST(lazy_commits_wait_for_the_next),
		SCRATCH_TEST(what_cannot_begin_lazily_leaves_no_laziness),
		SCRATCH_TEST(newer_and_foreign_schemas_are_refused),
		SCRATCH_TEST(tampered_rows_are_refused),
		SCRATCH_TEST(files_that_others_could_change_are_refused),
		SCRATCH_TEST(reading_needs_no_rights),
		SCRATCH_TEST(the_log_stays_short),
		SCRATCH_TEST(the_first_pin_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

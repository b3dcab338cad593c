/* Tests of store/db: the first state.db, while it is made, and where that was killed. */
#include "store/db.h"

#include "scratch.h"

#include <sys/ptrace.h>

#define FOLDER "var/lib/fardel"
#define FILE_DB FOLDER "/state.db"
#define OTHER 61234 /* a user that nobody is */
#define MOST_CALLS 2000

static struct db open_db(struct scratch *s, bool writable)
{
	struct db db;

	if (db_open(&s->place, writable, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static void forget(struct scratch *s)
{
	AUTO_FD dir = file_open_dir(s->path, &s->err);
	AUTO_FD folder = file_open(dir, FOLDER, O_RDONLY | O_DIRECTORY, 0, &s->err);

	assert_true(folder >= 0);
	assert_int_equal(tree_clear(folder, &s->err), 0);
}

/* A process that only makes the first state.db; `traced`: it waits to be followed. */
static pid_t begin_first_writer(struct scratch *s, bool traced)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct db db;
		int result;

		if (traced && (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0))
			_exit(2);
		result = db_open(&s->place, true, &db, &s->err);
		db_drop(&db);
		_exit(result < 0);
	}
	assert_true(pid > 0);
	return pid;
}

static void readers_never_see_half_of_the_first_write(void **state)
{
	struct scratch *s = *state;

	for (int round = 0; round < 60; round++) {
		pid_t writer = begin_first_writer(s, false);
		int status = -1;

		while (waitpid(writer, &status, WNOHANG) == 0) {
			struct db db = open_db(s, false);

			db_drop(&db);
		}
		assert_int_equal(status, 0);
		forget(s);
	}
}

static void readers_find_nothing_before_the_first_writer(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s, false);
	struct digest weak = {.kind = DIGEST_MD5}, strong;
	AUTO(world) world = WORLD_INIT;

	assert_null(db.sql);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 0);
	assert_int_equal(db_pin(&db, &weak, &strong, &s->err), 0);
	assert_false(is_there(s, "var"));
	db_drop(&db);
	/* A writer has made the file and not come further. */
	put(s, FILE_DB, "");
	db = open_db(s, false);
	assert_int_equal(db_world(&db, &world, &s->err), 0);
	assert_int_equal(world.of.n, 0);
	db_drop(&db);
}

/* Who installs and who syncs may both be the first: what either has written stays. */
static void two_first_writers_have_one_database(void **state)
{
	struct scratch *s = *state;

	for (int round = 0; round < 100; round++) {
		pid_t writers[2];
		struct db db;

		for (int i = 0; i < 2; i++) {
			writers[i] = fork();
			if (writers[i] == 0) {
				char text[64];
				int result = db_open(&s->place, true, &db, &s->err);

				snprintf(text, sizeof(text), "CREATE TABLE of_%d (x);", i);
				if (result < 0 || sql_run(db.sql, text, &s->err) < 0)
					print_error("%s\n", s->err.text);
				_exit(s->err.code != ERR_NONE);
			}
		}
		for (int i = 0; i < 2; i++) {
			int status = -1;

			assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
			assert_int_equal(status, 0);
		}
		db = open_db(s, true);
		assert_int_equal(sql_run(db.sql, "SELECT * FROM of_0, of_1;", &s->err), 0);
		db_drop(&db);
		forget(s);
	}
}

/* Lets it run up to its n-th system call, and kills it there; false: it had fewer, and has ended well. */
static bool kill_before(pid_t pid, int n)
{
	int status;

	/* It stops of itself, then where each call begins and ends. */
	for (int stops = 1 + 2 * n - 1; stops > 0; stops--) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		if (stops > 1)
			assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return true;
}

/* What any user is told. */
static void assert_nothing_listed(struct scratch *s, int call)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct db db;
		AUTO(world) world = WORLD_INIT;

		if (geteuid() == 0 && setresuid(OTHER, OTHER, OTHER) < 0)
			print_message("as root: no ordinary user can be had\n");
		if (db_open(&s->place, false, &db, &s->err) < 0 ||
			db_world(&db, &world, &s->err) < 0)
			print_error("killed before call %d: %s\n", call, s->err.text);
		_exit(s->err.code != ERR_NONE || world.of.n > 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Before each of its system calls. That there never is a -journal counts: where one came back that was removed, as after a power cut, a reader
 * could not take back what it is of. */
static void a_first_writer_that_was_killed_leaves_nothing_half_made(void **state)
{
	struct scratch *s = *state;
	int call = 1;

	for (; call < MOST_CALLS && kill_before(begin_first_writer(s, true), call); call++) {
		struct db db;

		assert_false(is_there(s, FILE_DB "-journal"));
		assert_true(!is_there(s, FILE_DB) || size_of(s, FILE_DB) > 0);
		assert_nothing_listed(s, call);
		db = open_db(s, true);
		db_drop(&db);
		assert_nothing_listed(s, call);
		assert_false(is_there(s, FOLDER "/.state.db.new"));
		forget(s);
	}
	assert_in_range(call, 20, MOST_CALLS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(readers_find_nothing_before_the_first_writer),
		SCRATCH_TEST(readers_never_see_half_of_the_first_write),
		SCRATCH_TEST(two_first_writers_have_one_database),
		SCRATCH_TEST(a_first_writer_that_was_killed_leaves_nothing_half_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

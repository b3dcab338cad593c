/* Tests of store/place. */
#include "store/place.h"

#include "scratch.h"

/* Stands before libc's. */
static int synced, sync_fails, synced_fd;

int syncfs(int fd)
{
	synced_fd = fd;
	synced++;
	errno = EIO;
	return sync_fails ? -1 : 0;
}

static void each_file_system_is_synced_once(void **state)
{
	struct scratch *s = *state;

	put_dir(s, "usr", 0755);
	put_dir(s, "etc", 0755);
	synced = 0;
	assert_int_equal(place_sync(&s->place, &s->err), 0);
	assert_int_equal(synced, 1);
	assert_int_equal(place_sync_packages(&s->place, &s->err), 0);
	assert_int_equal(synced, 1); /* there are none */
	put_dir(s, "var/lib/fardel/packages", 0755);
	assert_int_equal(place_sync_packages(&s->place, &s->err), 0);
	assert_int_equal(synced, 2);
	sync_fails = 1;
	assert_int_equal(place_sync(&s->place, &s->err), -1);
	assert_int_equal(s->err.sys, EIO);
	err_clear(&s->err);
	assert_int_equal(place_sync_packages(&s->place, &s->err), -1);
	assert_int_equal(s->err.sys, EIO);
	sync_fails = 0;
}

/* The kernel tells of failed writes by descriptor: the one that is synced must be older than they are. */
static void file_systems_are_synced_by_what_was_opened_first(void **state)
{
	struct scratch *s = *state;
	int before;

	put_dir(s, "usr", 0755);
	place_hold(&s->place);
	assert_int_equal(s->place.held_count, 1);
	before = s->place.held[0].fd;
	place_hold(&s->place);
	assert_int_equal(s->place.held_count, 1);
	synced = 0;
	assert_int_equal(place_sync(&s->place, &s->err), 0);
	assert_int_equal(synced, 1);
	assert_int_equal(synced_fd, before);
	/* Given back with the place. */
	place_drop(&s->place);
	assert_int_equal(fcntl(before, F_GETFD), -1);
	assert_int_equal(place_init(&s->place, s->path, &s->err), 0);
}

static void roots_are_absolute(void **state)
{
	static const char *const running[] = {NULL, "/", "//", "/./"};
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) by_link = BUF_INIT;
	AUTO(buf) untidy = BUF_INIT;
	struct place p;

	for (size_t i = 0; i < COUNT(running); i++) {
		assert_int_equal(place_init(&p, running[i], &s->err), 0);
		assert_buf(&p.root, "");
		buf_clear(&path);
		place_path(&p, PLACE_DB, &path);
		assert_buf(&path, "/var/lib/fardel/state.db");
		place_drop(&p);
	}
	/* An unset variable must not mean the machine itself. */
	assert_int_equal(place_init(&p, "", &s->err), -1);
	assert_int_equal(s->err.code, ERR_USAGE);
	place_drop(&p);
	/* Empty is a mistake, as of "--root $UNSET". */
	assert_int_equal(place_init(&p, "", &s->err), -1);
	assert_int_equal(s->err.code, ERR_USAGE);
	place_drop(&p);
	put_dir(s, "root", 0755);
	put_link(s, "link", "root");
	buf_addf(&by_link, "%s/link", s->path);
	buf_addf(&untidy, "%s//root/../root/", s->path);
	buf_setf(&path, "%s/root", s->path);
	assert_int_equal(place_init(&p, by_link.s, &s->err), 0);
	assert_buf(&p.root, path.s);
	place_drop(&p);
	assert_int_equal(place_init(&p, untidy.s, &s->err), 0);
	assert_buf(&p.root, path.s);
	place_path(&p, "/x", &path);
	assert_true(span_ends(buf_span(&path), "/root/x"));
	place_drop(&p);
}

static int stand_in_the_folder(struct scratch *s)
{
	struct place p;
	AUTO(buf) wanted = BUF_INIT;

	buf_addf(&wanted, "%s/root", s->path);
	CHECK(fchdir(s->fd) == 0);
	CHECK(place_init(&p, "root", &s->err) == 0);
	CHECK(strcmp(p.root.s, wanted.s) == 0);
	place_drop(&p);
	CHECK(place_init(&p, ".", &s->err) == 0);
	CHECK(strcmp(p.root.s, s->path) == 0);
	place_drop(&p);
	return 0;
}

static void relative_roots_are_made_absolute(void **state)
{
	struct scratch *s = *state;

	put_dir(s, "root", 0755);
	assert_int_equal(in_child(stand_in_the_folder, s), 0);
}

static void roots_are_folders(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;
	struct place p;

	put(s, "file", "x");
	buf_addf(&path, "%s/none", s->path);
	assert_int_equal(place_init(&p, path.s, &s->err), -1);
	assert_err(&s->err, ERR_SYSTEM, "--root");
	assert_non_null(strstr(s->err.text, path.s));
	place_drop(&p);
	buf_setf(&path, "%s/file", s->path);
	assert_int_equal(place_init(&p, path.s, &s->err), -1);
	assert_err(&s->err, ERR_SYSTEM, "--root");
	place_drop(&p);
}

static void folders_are_made_with_their_mode(void **state)
{
	static const struct {
		const char *path;
		unsigned mode;
	} table[] = {
		{PLACE_STATE, 0755},
		{PLACE_STAGE, 0700},
		{PLACE_PACKAGES "/zoom", 0755},
		{PLACE_CACHE "/packs", 0755},
		{PLACE_LOG, 0750},
		{PLACE_RUN, 0700},
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < 2 * COUNT(table); i++) {
		const char *path = table[i / 2].path;
		AUTO_FD fd = place_make(&s->place, path, table[i / 2].mode, &s->err);
		struct stat by_fd, by_path;

		assert_true(fd >= 0);
		assert_int_equal(mode_of(s, path + 1), table[i / 2].mode);
		assert_int_equal(fstat(fd, &by_fd), 0);
		assert_int_equal(fstatat(s->fd, path + 1, &by_path, 0), 0);
		assert_int_equal(by_fd.st_ino, by_path.st_ino);
	}
	assert_int_equal(mode_of(s, "var/lib"), 0755);
	assert_int_equal(mode_of(s, "var/lib/fardel/packages"), 0755);
}

static void opening_makes_nothing(void **state)
{
	struct scratch *s = *state;
	AUTO_FD fd = -1;

	assert_int_equal(place_open_if(&s->place, PLACE_STAGE, &s->err), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_false(is_there(s, "var"));
	put_dir(s, "var/lib", 0755);
	assert_int_equal(place_open_if(&s->place, PLACE_STAGE, &s->err), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_false(is_there(s, "var/lib/fardel"));
	put_dir(s, "var/lib/fardel/stage", 0755);
	fd = place_open_if(&s->place, PLACE_STAGE, &s->err);
	assert_true(fd >= 0);
}

static void what_others_can_write_to_is_refused(void **state)
{
	static const unsigned bad[] = {0775, 0757, 01777};
	struct scratch *s = *state;

	put_dir(s, "var/lib/fardel/stage", 0755);
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_mode(s, "var/lib/fardel/stage", bad[i]);
		assert_int_equal(place_make(&s->place, PLACE_STAGE, 0700, &s->err), -1);
		assert_err(&s->err, ERR_UNSAFE, "/var/lib/fardel/stage can be written by others");
		assert_true(span_starts(span_of(s->err.text), s->path));
	}
	/* Who may write to a folder above it may put another in its place. */
	put_mode(s, "var/lib/fardel/stage", 0755);
	put_mode(s, "var/lib/fardel", 0775);
	assert_int_equal(place_make(&s->place, PLACE_STAGE, 0700, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "/var/lib/fardel can be written by others");
	assert_non_null(strstr(err_hint(&s->err), s->path));
	put_mode(s, "var/lib/fardel", 0755);
	if (!can_give_away(s))
		cannot(s, "a folder of another user: only root can make one");
	put_mode(s, "var/lib/fardel/stage", 0755);
	assert_int_equal(fchownat(s->fd, "var/lib/fardel/stage", 1234, 1234, 0), 0);
	assert_int_equal(place_make(&s->place, PLACE_STAGE, 0700, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "belongs to user 1234");
}

static void links_are_not_followed(void **state)
{
	struct scratch *s = *state;

	put_dir(s, "out", 0755);
	put_dir(s, "var/lib", 0755);
	put_dir(s, "var/cache", 0755);
	put_link(s, "var/lib/fardel", "../../out");
	put_link(s, "var/log", "/tmp");
	put(s, "var/cache/fardel", "a file");
	assert_int_equal(place_make(&s->place, PLACE_STATE, 0755, &s->err), -1);
	assert_int_equal(place_make(&s->place, PLACE_STAGE, 0755, &s->err), -1);
	assert_int_equal(place_make(&s->place, PLACE_LOG, 0755, &s->err), -1);
	assert_int_equal(place_make(&s->place, PLACE_CACHE, 0755, &s->err), -1);
	assert_int_equal(s->err.sys, ENOTDIR);
	assert_int_equal(place_open_if(&s->place, PLACE_STATE, &s->err), -1);
	assert_int_not_equal(s->err.code, ERR_NONE);
	err_clear(&s->err);
	assert_int_equal(place_open_if(&s->place, PLACE_LOG, &s->err), -1);
	assert_int_not_equal(s->err.code, ERR_NONE);
	assert_false(is_there(s, "out/stage"));
	assert_int_not_equal(access("/tmp/fardel", F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(each_file_system_is_synced_once),
		SCRATCH_TEST(file_systems_are_synced_by_what_was_opened_first),
		SCRATCH_TEST(roots_are_absolute),
		SCRATCH_TEST(relative_roots_are_made_absolute),
		SCRATCH_TEST(roots_are_folders),
		SCRATCH_TEST(folders_are_made_with_their_mode),
		SCRATCH_TEST(opening_makes_nothing),
		SCRATCH_TEST(what_others_can_write_to_is_refused),
		SCRATCH_TEST(links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of sys/file. */
#include "sys/file.h"

#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Stands before libc's: what the code syncs is seen here, and can be made to fail. */
static struct {
	int calls;
	int fail_at; /* the call that fails; 0: none */
	void (*look)(int fd, int call);
	struct scratch *s;
} sync_seen;

int fsync(int fd)
{
	int call = ++sync_seen.calls;

	if (sync_seen.look)
		sync_seen.look(fd, call);
	if (call == sync_seen.fail_at) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static void watch_syncs(struct scratch *s, int fail_at, void (*look)(int fd, int call))
{
	sync_seen.calls = 0;
	sync_seen.fail_at = fail_at;
	sync_seen.look = look;
	sync_seen.s = s;
}

/* in/ is the folder given; what is in out/ must never be reached from it. */
static int make_maze(struct scratch *s)
{
	int in;

	put(s, "out/secret", "secret");
	put(s, "in/file", "file");
	put(s, "in/sub/file", "deep");
	put_link(s, "in/out", "../out");
	put_link(s, "in/here", "sub");
	put_link(s, "in/end", "file");
	put_link(s, "in/leave", "../out/secret");
	put_link(s, "in/magic", "/proc/self/cwd");
	in = file_open(s->fd, "in", O_RDONLY | O_DIRECTORY, 0, &s->err);
	assert_true(in >= 0);
	return in;
}

static void look_ups_stay_beneath(void **state)
{
	static const char *const ways[] = {"../out/secret", "sub/../../out/secret", "out/secret",
		"here/file", "end", "leave", "magic/file", "..", "/", "/proc/self/environ"};
	struct scratch *s = *state;
	AUTO_FD in = make_maze(s);
	AUTO(buf) text = BUF_INIT;

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct err err = ERR_INIT;

		if (file_open(in, ways[i], O_RDONLY, 0, &err) >= 0)
			fail_msg("%s was opened", ways[i]);
		assert_true(err.sys == EXDEV || err.sys == ELOOP);
		err_clear(&err);
		assert_int_equal(file_open_if(in, ways[i], O_RDONLY, &err), -1);
		assert_int_not_equal(err.code, ERR_NONE);
		err_clear(&err);
		assert_int_equal(file_read(in, ways[i], 1000, &text, &err), -1);
		assert_buf(&text, "");
	}
	/* Inside, dots are a way like any other. */
	assert_int_equal(file_read(in, "sub/../file", 1000, &text, &s->err), 1);
	assert_buf(&text, "file");
}

static void changes_stay_beneath(void **state)
{
	static const char *const ways[] = {
		"../out/new", "out/new", "here/new", "magic/new", "/tmp/fardel-new"};
	struct scratch *s = *state;
	AUTO_FD in = make_maze(s);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(ways); i++) {
		const char *way = ways[i];

		assert_int_equal(file_open(in, way, O_WRONLY | O_CREAT, 0600, &err), -1);
		assert_int_equal(file_make_dir(in, way, 0755, &err), -1);
		assert_int_equal(file_make_symlink(in, way, "x", &err), -1);
		assert_int_equal(file_make_link(in, "file", way, &err), -1);
		assert_int_equal(file_replace(in, way, 0644, SPAN("x"), &err), -1);
		assert_int_equal(file_replace_link(in, way, "x", &err), -1);
		assert_int_equal(file_publish(in, "file", in, way, &err), -1);
	}
	/* A leading slash in front of many folders means nothing: they are made below all the same. */
	for (size_t i = 0; i + 1 < COUNT(ways); i++)
		assert_int_equal(file_make_dirs(in, ways[i], 0755, &err), -1);
	assert_int_equal(file_make_dirs(in, "..", 0755, &err), -1);
	assert_int_equal(file_make_link(in, "out/secret", "mine", &err), -1);
	assert_int_equal(file_publish(in, "out/secret", in, "mine", &err), -1);
	assert_int_equal(file_publish(in, "../out/secret", in, "mine", &err), -1);
	assert_int_equal(file_remove(in, "../out/secret", &err), -1);
	assert_int_equal(file_remove(in, "out/secret", &err), -1);
	assert_file(s, "out/secret", "secret");
	assert_false(is_there(s, "out/new"));
	assert_false(is_there(s, "in/sub/new"));
	assert_false(is_there(s, "in/mine"));
	assert_file(s, "in/file", "file");
}

static void opened_descriptors_are_closed_by_exec(void **state)
{
	struct scratch *s = *state;
	AUTO_FD dir = file_make_dirs(s->fd, "a", 0755, &s->err);
	AUTO_FD fd = file_open(s->fd, "f", O_RDWR | O_CREAT | O_EXCL, 0600, &s->err);

	assert_true(dir >= 0 && fd >= 0);
	assert_true(fcntl(dir, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(mode_of(s, "f"), 0600);
	assert_int_equal(file_open(s->fd, "f", O_RDWR | O_CREAT | O_EXCL, 0600, &s->err), -1);
	assert_int_equal(s->err.sys, EEXIST);
}

static void only_a_missing_file_is_no_error(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) text = BUF_INIT;
	struct stat st;

	put(s, "file", "");
	assert_int_equal(file_open_if(s->fd, "none", O_RDONLY, &s->err), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_int_equal(file_open_if(s->fd, "no/ne", O_RDONLY, &s->err), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_int_equal(file_open_if(s->fd, "file/ne", O_RDONLY, &s->err), -1);
	assert_int_equal(s->err.sys, ENOTDIR);
	err_clear(&s->err);
	assert_int_equal(file_read(s->fd, "none", 10, &text, &s->err), 0);
	assert_int_equal(file_stat(s->fd, "none", &st, &s->err), 0);
	assert_int_equal(file_stat(s->fd, "file/none", &st, &s->err), 0);
	assert_int_equal(file_remove(s->fd, "none", &s->err), 0);
	assert_int_equal(file_remove(s->fd, "no/ne", &s->err), 0);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_int_equal(file_stat(s->fd, "file", &st, &s->err), 1);
	assert_true(S_ISREG(st.st_mode));
}

static void stat_shows_the_link_itself(void **state)
{
	struct scratch *s = *state;
	struct stat st;

	put(s, "dir/file", "12345");
	put_link(s, "link", "dir");
	assert_int_equal(file_stat(s->fd, "link", &st, &s->err), 1);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(file_stat(s->fd, "link/file", &st, &s->err), -1);
	assert_int_equal(file_stat(s->fd, "dir/file", &st, &s->err), 1);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(file_stat(s->fd, "../x", &st, &s->err), -1);
}

static void folders_are_made_where_there_are_none(void **state)
{
	struct scratch *s = *state;
	struct stat by_fd, by_path;

	put(s, "file", "");
	put_link(s, "link", "elsewhere");
	for (int again = 0; again < 2; again++) {
		AUTO_FD dir = file_make_dirs(s->fd, "a//b/c/", 0750, &s->err);

		assert_true(dir >= 0);
		assert_int_equal(fstat(dir, &by_fd), 0);
		assert_int_equal(fstatat(s->fd, "a/b/c", &by_path, 0), 0);
		assert_int_equal(by_fd.st_ino, by_path.st_ino);
	}
	assert_int_equal(mode_of(s, "a"), 0750);
	assert_int_equal(mode_of(s, "a/b/c"), 0750);
	assert_int_equal(file_make_dir(s->fd, "a", 0700, &s->err), 0);
	assert_int_equal(mode_of(s, "a"), 0750);
	assert_int_equal(file_make_dir(s->fd, "file", 0755, &s->err), -1);
	assert_int_equal(s->err.sys, ENOTDIR);
	assert_int_equal(file_make_dir(s->fd, "link", 0755, &s->err), -1);
	assert_int_equal(file_make_dirs(s->fd, "file/x", 0755, &s->err), -1);
	assert_int_equal(file_make_dirs(s->fd, "link/x", 0755, &s->err), -1);
	assert_false(is_there(s, "elsewhere"));
}

static void links_are_made_over_nothing(void **state)
{
	struct scratch *s = *state;

	put(s, "file", "one");
	assert_int_equal(file_make_symlink(s->fd, "link", "/any/where", &s->err), 0);
	assert_link(s, "link", "/any/where");
	assert_int_equal(file_make_symlink(s->fd, "link", "other", &s->err), -1);
	assert_int_equal(s->err.sys, EEXIST);
	assert_link(s, "link", "/any/where");
	assert_int_equal(file_make_link(s->fd, "file", "hard", &s->err), 0);
	assert_file(s, "hard", "one");
	assert_int_equal(file_make_link(s->fd, "file", "link", &s->err), -1);
	/* A hard link to a symbolic one is that link, not what it leads to. */
	assert_int_equal(file_make_link(s->fd, "link", "second", &s->err), 0);
	assert_link(s, "second", "/any/where");
}

static void reading_has_a_limit(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) text = buf_of("before ");
	AUTO(buf) big = BUF_INIT;
	AUTO(buf) got = BUF_INIT;

	put(s, "five", "12345");
	assert_int_equal(file_read(s->fd, "five", 5, &text, &s->err), 1);
	assert_buf(&text, "before 12345");
	buf_clear(&text);
	assert_int_equal(file_read(s->fd, "five", 4, &text, &s->err), -1);
	assert_err(&s->err, ERR_FAILED, "five: longer than 4 bytes");
	for (int i = 0; i < 30000; i++)
		buf_addf(&big, "%d\n", i);
	put(s, "big", big.s);
	assert_int_equal(file_read(s->fd, "big", big.n, &got, &s->err), 1);
	assert_true(span_is(buf_span(&got), buf_span(&big)));
	buf_clear(&got);
	assert_int_equal(file_read(s->fd, "big", big.n - 1, &got, &s->err), -1);
	/* No more than the limit and one chunk is taken in of what has no end. */
	buf_clear(&got);
	{
		AUTO_FD zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

		assert_int_equal(file_read_fd(zero, 100000, &got, &s->err), -1);
		assert_true(got.n < 200000);
	}
}

static void only_files_are_read(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) text = BUF_INIT;

	assert_int_equal(mkfifoat(s->fd, "fifo", 0644), 0);
	put_dir(s, "dir", 0755);
	assert_int_equal(file_read(s->fd, "fifo", 100, &text, &s->err), -1);
	assert_err(&s->err, ERR_FAILED, "fifo is not a file");
	assert_int_equal(file_read(s->fd, "dir", 100, &text, &s->err), -1);
	assert_err(&s->err, ERR_FAILED, "dir is not a file");
}

static void a_full_disk_is_said_to_be_full(void **state)
{
	AUTO_FD full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(file_write_all(full, "x", 1, &err), -1);
	assert_err(&err, ERR_NO_SPACE, "No space left");
}

/* How many names there are besides the given one. */
static int count_others(struct scratch *s, const char *but)
{
	AUTO(buf) command = BUF_INIT;
	char line[64] = "";
	FILE *f;

	buf_setf(&command, "find %s -mindepth 1 ! -name '%s' | wc -l", s->path, but);
	f = popen(command.s, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	return (int)strtol(line, NULL, 10);
}

/* First the file, while its old content stands; then the folder, when the new one does. */
static void look_at_replace(int fd, int call)
{
	struct stat st;
	char text[16] = "";

	assert_int_equal(fstat(fd, &st), 0);
	if (call == 1) {
		assert_true(S_ISREG(st.st_mode));
		assert_int_equal(st.st_size, 3);
		assert_file(sync_seen.s, "file", "old");
	} else {
		AUTO_FD now = openat(sync_seen.s->fd, "file", O_RDONLY | O_CLOEXEC);

		assert_true(S_ISDIR(st.st_mode));
		assert_int_equal(read(now, text, sizeof(text)), 3);
		assert_string_equal(text, "new");
	}
}

static void replacing_is_durable_and_whole(void **state)
{
	struct scratch *s = *state;

	put(s, "file", "old");
	assert_int_equal(linkat(s->fd, "file", s->fd, "other", 0), 0);
	put(s, ".file.new", "what a crash left behind, which is longer");
	watch_syncs(s, 0, look_at_replace);
	assert_int_equal(file_replace(s->fd, "file", 0600, SPAN("new"), &s->err), 0);
	watch_syncs(NULL, 0, NULL);
	assert_file(s, "file", "new");
	assert_int_equal(mode_of(s, "file"), 0600);
	/* The old bytes are not written over. */
	assert_file(s, "other", "old");
	assert_int_equal(unlinkat(s->fd, "other", 0), 0);
	assert_int_equal(count_others(s, "file"), 0);
	put_link(s, "link", "file");
	assert_int_equal(file_replace(s->fd, "link", 0644, SPAN("x"), &s->err), 0);
	assert_file(s, "link", "x");
	assert_file(s, "file", "new");
}

static void what_cannot_be_replaced_stays(void **state)
{
	struct scratch *s = *state;

	put(s, "file", "old");
	watch_syncs(s, 1, NULL);
	assert_int_equal(file_replace(s->fd, "file", 0644, SPAN("new"), &s->err), -1);
	assert_int_equal(s->err.sys, EIO);
	assert_int_equal(sync_seen.calls, 1); /* a failed sync is not tried again */
	watch_syncs(NULL, 0, NULL);
	assert_file(s, "file", "old");
	assert_int_equal(count_others(s, "file"), 0);
	put_dir(s, "file2", 0755);
	assert_int_equal(file_replace(s->fd, "file2", 0644, SPAN("new"), &s->err), -1);
	assert_int_equal(file_replace_link(s->fd, "file2", "x", &s->err), -1);
	assert_int_equal(unlinkat(s->fd, "file2", AT_REMOVEDIR), 0);
	assert_int_equal(count_others(s, "file"), 0);
	/* The folder's sync fails: the new content stands, and it is not said to be safe. */
	watch_syncs(s, 2, NULL);
	assert_int_equal(file_replace(s->fd, "file", 0644, SPAN("new"), &s->err), -1);
	watch_syncs(NULL, 0, NULL);
	assert_file(s, "file", "new");
}

static int replace_without_room(struct scratch *s)
{
	const struct rlimit small = {100, 100};
	char text[200] = "";

	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(file_replace(s->fd, "file", 0644, (struct span){text, sizeof(text)}, &s->err) < 0);
	CHECK(s->err.sys == EFBIG);
	return 0;
}

static void no_room_leaves_the_old(void **state)
{
	struct scratch *s = *state;

	put(s, "file", "old");
	assert_int_equal(in_child(replace_without_room, s), 0);
	assert_file(s, "file", "old");
	assert_int_equal(count_others(s, "file"), 0);
}

static void links_are_replaced(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(file_replace_link(s->fd, "link", "one", &s->err), 0);
	assert_link(s, "link", "one");
	put(s, ".link.new", "left");
	assert_int_equal(file_replace_link(s->fd, "link", "two", &s->err), 0);
	assert_link(s, "link", "two");
	assert_int_equal(count_others(s, "link"), 0);
	put(s, "sub/file", "x");
	assert_int_equal(file_replace_link(s->fd, "sub/file", "three", &s->err), 0);
	assert_link(s, "sub/file", "three");
}

static void two_change_places_at_once(void **state)
{
	struct scratch *s = *state;

	put(s, "a/folder/file", "new");
	put(s, "b/there/file", "old");
	assert_int_equal(file_swap(s->fd, "a/folder", s->fd, "b/none", &s->err), 0);
	assert_file(s, "a/folder/file", "new");
	assert_int_equal(file_swap(s->fd, "a/folder", s->fd, "b/there", &s->err), 1);
	assert_file(s, "b/there/file", "new");
	assert_file(s, "a/folder/file", "old");
	assert_int_equal(file_swap(s->fd, "a/folder", s->fd, "a/folder/file/x", &s->err), -1);
	assert_int_equal(s->err.sys, ENOTDIR);
}

static void publishing_never_replaces(void **state)
{
	struct scratch *s = *state;
	AUTO_FD from = file_make_dirs(s->fd, "from", 0755, &s->err);
	AUTO_FD to = file_make_dirs(s->fd, "to", 0755, &s->err);

	put(s, "from/a/file", "new");
	put_dir(s, "to/a", 0755); /* empty: a plain rename would take its place */
	assert_int_equal(file_publish(from, "a", to, "a", &s->err), -1);
	assert_int_equal(s->err.sys, EEXIST);
	assert_file(s, "from/a/file", "new");
	assert_false(is_there(s, "to/a/file"));
	watch_syncs(s, 0, NULL);
	assert_int_equal(file_publish(from, "a", to, "b", &s->err), 0);
	assert_int_equal(sync_seen.calls, 0);
	assert_file(s, "to/b/file", "new");
	assert_false(is_there(s, "from/a"));
	assert_int_equal(file_publish(from, "a", to, "c", &s->err), -1);
	assert_int_equal(s->err.sys, ENOENT);
}

static void removing_takes_one_name(void **state)
{
	struct scratch *s = *state;

	put(s, "file", "x");
	put_link(s, "link", "file");
	put_dir(s, "dir", 0755);
	assert_int_equal(file_remove(s->fd, "link", &s->err), 0);
	assert_false(is_there(s, "link"));
	assert_file(s, "file", "x");
	assert_int_equal(file_remove(s->fd, "dir", &s->err), -1);
	assert_true(is_there(s, "dir"));
	assert_int_equal(file_remove(s->fd, "file/x", &s->err), -1);
	assert_int_equal(file_remove(s->fd, "file", &s->err), 0);
	assert_false(is_there(s, "file"));
}

static void copies_are_whole(void **state)
{
	static const char *const folders[] = {
		NULL, "/dev/shm"}; /* here, and on another file system */
	struct scratch *s = *state;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD from = -1;

	for (int i = 0; i < 400000; i++)
		buf_addf(&text, "%d\n", i);
	put(s, "from", text.s);
	from = openat(s->fd, "from", O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(from, 1000, SEEK_SET), 1000);
	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(buf) got = BUF_INIT;
		AUTO_FD to = open(
			folders[i] ? folders[i] : s->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

		if (to < 0 && folders[i])
			continue;
		assert_true(to >= 0);
		assert_int_equal(file_copy(from, to, &s->err), 0);
		assert_int_equal(lseek(to, 0, SEEK_SET), 0);
		assert_int_equal(file_read_fd(to, text.n, &got, &s->err), 0);
		assert_true(span_is(buf_span(&got), buf_span(&text)));
	}
	assert_int_equal(file_copy(from, -1, &s->err), -1);
}

static void free_space_is_told(void **state)
{
	struct scratch *s = *state;
	int64_t bytes = -1;

	assert_int_equal(file_free_space(s->fd, &bytes, &s->err), 0);
	assert_true(bytes > 0);
	assert_int_equal(file_free_space(-1, &bytes, &s->err), -1);
}

static void modes_are_set_of_what_was_looked_at(void **state)
{
	struct scratch *s = *state;
	struct stat st, other;

	put(s, "shut", "x");
	put(s, "other", "x");
	put_link(s, "link", "other");
	assert_int_equal(fchmodat(s->fd, "shut", 0, 0), 0);
	assert_int_equal(file_stat(s->fd, "shut", &st, &s->err), 1);
	assert_int_equal(file_stat(s->fd, "link", &other, &s->err), 1);
	assert_int_equal(file_set_mode(s->fd, "shut", &st, 0640, &s->err), 0);
	assert_int_equal(mode_of(s, "shut"), 0640);
	assert_int_equal(file_set_mode(s->fd, "other", &st, 0777, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "something else has come in its place");
	/* Of a link there is none, and of what it leads to it is not asked. */
	assert_int_equal(file_set_mode(s->fd, "link", &other, 0777, &s->err), -1);
	assert_int_equal(file_set_mode(s->fd, "link", &st, 0777, &s->err), -1);
	assert_int_equal(mode_of(s, "other"), 0644);
}

static void what_others_can_change_is_refused(void **state)
{
	static const unsigned bad[] = {0664, 0646, 0666, 01777};
	struct scratch *s = *state;
	AUTO_FD fd = -1;

	put(s, "file", "x");
	fd = openat(s->fd, "file", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_check_owner(fd, "F", &s->err), 0);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(fchmod(fd, bad[i]), 0);
		assert_int_equal(file_check_owner(fd, "F", &s->err), -1);
		assert_err(&s->err, ERR_UNSAFE, "F can be written by others (mode ");
		assert_non_null(strstr(err_hint(&s->err), "chmod go-w F"));
	}
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(file_check_owner(-1, "F", &s->err), -1);
	if (!can_give_away(s))
		cannot(s, "a file of another user: only root can make one");
	assert_int_equal(fchown(fd, 1234, 1234), 0);
	assert_int_equal(file_check_owner(fd, "F", &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "F belongs to user 1234");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(look_ups_stay_beneath),
		SCRATCH_TEST(changes_stay_beneath),
		SCRATCH_TEST(opened_descriptors_are_closed_by_exec),
		SCRATCH_TEST(only_a_missing_file_is_no_error),
		SCRATCH_TEST(stat_shows_the_link_itself),
		SCRATCH_TEST(folders_are_made_where_there_are_none),
		SCRATCH_TEST(links_are_made_over_nothing),
		SCRATCH_TEST(reading_has_a_limit),
		SCRATCH_TEST(only_files_are_read),
		SCRATCH_TEST(a_full_disk_is_said_to_be_full),
		SCRATCH_TEST(replacing_is_durable_and_whole),
		SCRATCH_TEST(what_cannot_be_replaced_stays),
		SCRATCH_TEST(no_room_leaves_the_old),
		SCRATCH_TEST(links_are_replaced),
		SCRATCH_TEST(two_change_places_at_once),
		SCRATCH_TEST(publishing_never_replaces),
		SCRATCH_TEST(removing_takes_one_name),
		SCRATCH_TEST(copies_are_whole),
		SCRATCH_TEST(free_space_is_told),
		SCRATCH_TEST(modes_are_set_of_what_was_looked_at),
		SCRATCH_TEST(what_others_can_change_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of sys/tree. */
#include "sys/tree.h"

#include "scratch.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>

static void removing_follows_no_link(void **state)
{
	struct scratch *s = *state;

	put(s, "keep/file", "kept");
	put(s, "tree/sub/deep/file", "x");
	put_link(s, "tree/to-folder", "../keep");
	put_link(s, "tree/sub/to-file", "../../keep/file");
	put_link(s, "tree/sub/to-nothing", "nowhere");
	put_link(s, "link", "keep");
	put_mode(s, "keep", 0750);
	assert_int_equal(mkfifoat(s->fd, "tree/fifo", 0600), 0);
	assert_int_equal(tree_remove(s->fd, "tree", &s->err), 0);
	assert_false(is_there(s, "tree"));
	assert_int_equal(tree_remove(s->fd, "link", &s->err), 0);
	assert_false(is_there(s, "link"));
	assert_file(s, "keep/file", "kept");
	assert_int_equal(mode_of(s, "keep"), 0750);
}

static void removing_takes_what_was_named(void **state)
{
	struct scratch *s = *state;

	put(s, "a/b/one", "1");
	put(s, "a/b2/two", "2");
	put(s, "a/file", "3");
	put_link(s, "link", "a");
	assert_int_equal(tree_remove(s->fd, "a/b", &s->err), 0);
	assert_false(is_there(s, "a/b"));
	assert_file(s, "a/b2/two", "2");
	assert_int_equal(tree_remove(s->fd, "a/file", &s->err), 0);
	assert_false(is_there(s, "a/file"));
	assert_int_equal(tree_remove(s->fd, "a/b", &s->err), 0);
	assert_int_equal(tree_remove(s->fd, "none/x", &s->err), 0);
	assert_int_equal(tree_remove(s->fd, "link/b2", &s->err), -1);
	assert_int_equal(tree_remove(s->fd, "..", &s->err), -1);
	assert_int_equal(tree_remove(s->fd, "a/../../x", &s->err), -1);
	assert_file(s, "a/b2/two", "2");
}

static void clearing_keeps_the_folder(void **state)
{
	struct scratch *s = *state;
	AUTO_FD dir = file_make_dirs(s->fd, "a", 0750, &s->err);

	put(s, "a/b/c/file", "x");
	put(s, "a/.hidden", "x");
	assert_int_equal(tree_clear(dir, &s->err), 0);
	assert_int_equal(mode_of(s, "a"), 0750);
	assert_false(is_there(s, "a/b"));
	assert_false(is_there(s, "a/.hidden"));
	assert_int_equal(tree_clear(dir, &s->err), 0);
}

static int remove_what_is_closed(struct scratch *s)
{
	if (!become_ordinary())
		return CANNOT;
	CHECK(mkdirat(s->fd, "open/tree", 0755) == 0);
	CHECK(mkdirat(s->fd, "open/tree/dark", 0755) == 0);
	CHECK(mkdirat(s->fd, "open/tree/dark/inner", 0755) == 0);
	CHECK(mkdirat(s->fd, "open/tree/dark/inner/last", 0) == 0);
	CHECK(mkdirat(s->fd, "open/tree/fixed", 0755) == 0);
	CHECK(symlinkat("x", s->fd, "open/tree/fixed/link") == 0);
	CHECK(fchmodat(s->fd, "open/tree/dark/inner", 0, 0) == 0);
	CHECK(fchmodat(s->fd, "open/tree/dark", 0, 0) == 0);
	CHECK(fchmodat(s->fd, "open/tree/fixed", 0555, 0) == 0);
	CHECK(fchmodat(s->fd, "open/tree", 0500, 0) == 0);
	CHECK(tree_remove(s->fd, "open/tree", &s->err) == 0);
	return is_there(s, "open/tree");
}

static void closed_folders_are_removed_too(void **state)
{
	struct scratch *s = *state;

	put_dir(s, "open", 0777);
	try_in_child(remove_what_is_closed, s, "closed folders: no ordinary user can be had");
}

static void make_deep(struct scratch *s, const char *top, int depth)
{
	int at = file_make_dirs(s->fd, top, 0755, &s->err);

	for (int i = 0; i < depth; i++) {
		int next;

		assert_int_equal(mkdirat(at, "d", 0755), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	assert_int_equal(mkdirat(at, ".deep.0", 0755), 0);
	close(at);
}

static void deep_trees_are_removed_and_not_walked(void **state)
{
	struct scratch *s = *state;
	int64_t bytes, entries;
	AUTO_FD dir = -1;

	make_deep(s, "tree", 1500);
	put(s, "tree/.deep.0/file", "x");
	dir = file_open(s->fd, "tree", O_RDONLY | O_DIRECTORY, 0, &s->err);
	assert_int_equal(tree_measure(dir, &bytes, &entries, &s->err), -1);
	assert_err(&s->err, ERR_FAILED, "deep");
	assert_int_equal(tree_remove(s->fd, "tree", &s->err), 0);
	assert_false(is_there(s, "tree"));
}

/* Mounts of its own, as whom that is possible. */
static int enter_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int note_path(void *arg, const struct tree_entry *e, struct err *err)
{
	struct buf *paths = arg;

	(void)err;
	buf_addf(paths, "%s\n", e->path);
	return 0;
}

static int look_across_a_mount(struct scratch *s)
{
	AUTO(buf) from = buf_of(s->path);
	AUTO(buf) to = buf_of(s->path);
	AUTO(buf) paths = BUF_INIT;
	int64_t stripped = 0;
	AUTO_FD dir = -1;

	buf_add_path(&from, "keep");
	buf_add_path(&to, "tree/mnt");
	if (enter_mounts() < 0 || mount(from.s, to.s, NULL, MS_BIND, NULL) < 0)
		return CANNOT;
	/* The old descriptor sees the mounts of before. */
	fd_drop(&s->fd);
	s->fd = file_open_dir(s->path, &s->err);
	CHECK(tree_remove(s->fd, "tree/mnt", &s->err) < 0);
	CHECK(strstr(s->err.text, "mounted"));
	CHECK(tree_remove(s->fd, "tree", &s->err) < 0);
	dir = openat(s->fd, "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(tree_walk(dir, note_path, &paths, &s->err) == 0);
	CHECK(strcmp(paths.s, "mnt\n") == 0);
	CHECK(tree_settle(dir, geteuid(), getegid(), &stripped, &s->err) < 0);
	CHECK(tree_clear(dir, &s->err) < 0);
	return 0;
}

static void mounts_are_never_crossed(void **state)
{
	struct scratch *s = *state;
	int status;

	put(s, "keep/file", "kept");
	put_mode(s, "keep", 01077);
	put_dir(s, "tree/mnt", 0755);
	status = in_child(look_across_a_mount, s);
	assert_int_equal(mode_of(s, "keep"), 01077);
	put_mode(s, "keep", 0755);
	assert_file(s, "keep/file", "kept");
	if (status == CANNOT)
		cannot(s, "trees with mounts: mounting is refused here");
	assert_int_equal(status, 0);
}

static int64_t settle(struct scratch *s, const char *path, uid_t uid, gid_t gid)
{
	AUTO_FD dir = file_open(s->fd, path, O_RDONLY | O_DIRECTORY, 0, &s->err);
	int64_t stripped = -1;

	assert_int_equal(tree_settle(dir, uid, gid, &stripped, &s->err), 0);
	return stripped;
}

static void settling_takes_rights_away(void **state)
{
	static const struct {
		const char *path;
		unsigned before, after;
		bool is_dir;
	} table[] = {
		{"t/plain", 0644, 0644, false},
		{"t/run", 0755, 0755, false},
		{"t/secret", 0600, 0600, false},
		{"t/setuid", 04755, 0755, false},
		{"t/setgid", 02755, 0755, false},
		{"t/sticky", 01644, 0644, false},
		{"t/group", 0664, 0644, false},
		{"t/others", 0646, 0644, false},
		{"t/all", 07777, 0755, false},
		{"t/unread", 0200, 0600, false},
		{"t/nothing", 0000, 0400, false},
		{"t/dir", 0755, 0755, true},
		{"t/dir/open", 03777, 0755, true},
		{"t/dir/shut", 0055, 0755, true},
	};
	struct scratch *s = *state;
	const int bad = 8; /* of the table's rows lose something */

	for (size_t i = 0; i < COUNT(table); i++) {
		if (table[i].is_dir)
			put_dir(s, table[i].path, 0755);
		else
			put(s, table[i].path, "x");
	}
	for (size_t i = 0; i < COUNT(table); i++)
		put_mode(s, table[i].path, table[i].before);
	assert_int_equal(settle(s, "t", geteuid(), getegid()), bad - 1);
	for (size_t i = 0; i < COUNT(table); i++)
		if (mode_of(s, table[i].path) != table[i].after)
			fail_msg("%s is %04o", table[i].path, mode_of(s, table[i].path));
	/* What is as it should be loses nothing. */
	assert_int_equal(settle(s, "t", geteuid(), getegid()), 0);
	put_mode(s, "t", 02775);
	assert_int_equal(settle(s, "t", geteuid(), getegid()), 1);
	assert_int_equal(mode_of(s, "t"), 0755);
}

static void settling_refuses_files_that_are_somebody_elses(void **state)
{
	struct scratch *s = *state;
	AUTO_FD dir = -1;
	int64_t stripped;

	put(s, "t/dir/one", "x");
	put(s, "t/first", "x");
	put_mode(s, "t/first", 0666);
	assert_int_equal(linkat(s->fd, "t/dir/one", s->fd, "t/two", 0), 0);
	assert_int_equal(linkat(s->fd, "t/dir/one", s->fd, "t/dir/three", 0), 0);
	put_mode(s, "t/two", 0666);
	assert_int_equal(settle(s, "t", geteuid(), getegid()), 2);
	assert_int_equal(mode_of(s, "t/dir/three"), 0644);
	put_mode(s, "t/two", 0666);
	put_mode(s, "t/first", 0666);
	assert_int_equal(linkat(s->fd, "t/two", s->fd, "outside", 0), 0);
	dir = file_open(s->fd, "t", O_RDONLY | O_DIRECTORY, 0, &s->err);
	assert_int_equal(tree_settle(dir, geteuid(), getegid(), &stripped, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "hard link");
	assert_int_equal(mode_of(s, "outside"), 0666);
	assert_int_equal(mode_of(s, "t/first"), 0666);
}

static void settling_removes_what_is_neither_file_folder_nor_link(void **state)
{
	struct scratch *s = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_FD socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	put(s, "keep", "kept");
	put_mode(s, "keep", 0666);
	put_dir(s, "t/sub", 0755);
	put_link(s, "t/link", "../keep");
	put_link(s, "t/dangling", "/nowhere");
	assert_int_equal(mkfifoat(s->fd, "t/sub/fifo", 0644), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/t/socket", s->path);
	assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(settle(s, "t", geteuid(), getegid()), 2);
	assert_false(is_there(s, "t/sub/fifo"));
	assert_false(is_there(s, "t/socket"));
	assert_link(s, "t/link", "../keep");
	assert_link(s, "t/dangling", "/nowhere");
	assert_int_equal(mode_of(s, "keep"), 0666);
}

/* An ACL as the kernel takes it: user 1234 may read and write. */
static const unsigned char acl[] = {2, 0, 0, 0, /* version */
	1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* owner rw- */
	2, 0, 6, 0, 0xd2, 0x04, 0, 0, /* user 1234 rw- */
	4, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* group r-- */
	16, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* mask rw- */
	32, 0, 4, 0, 0xff, 0xff, 0xff, 0xff}; /* others r-- */

static void settling_drops_lists_of_rights(void **state)
{
	struct scratch *s = *state;
	AUTO_FD fd = -1;

	put(s, "t/file", "x");
	fd = openat(s->fd, "t/file", O_RDWR | O_CLOEXEC);
	if (fsetxattr(fd, "system.posix_acl_access", acl, sizeof(acl), 0) < 0)
		cannot(s, "ACLs: none can be set here");
	assert_int_equal(settle(s, "t", geteuid(), getegid()), 1);
	assert_int_equal(fgetxattr(fd, "system.posix_acl_access", NULL, 0), -1);
	assert_int_equal(mode_of(s, "t/file"), 0644);
}

/* cap_setuid=ep, as the kernel stores it. */
static const unsigned char capability[20] = {1, 0, 0, 2, 0x80};

static void settling_drops_capabilities(void **state)
{
	static const unsigned modes[] = {0755, 0775}; /* one loses a bit besides */
	struct scratch *s = *state;

	put(s, "t/file", "x");
	for (size_t i = 0; i < COUNT(modes); i++) {
		AUTO_FD fd = openat(s->fd, "t/file", O_RDWR | O_CLOEXEC);

		put_mode(s, "t/file", modes[i]);
		if (fsetxattr(fd, "security.capability", capability, sizeof(capability), 0) < 0)
			cannot(s, "file capabilities: only root can give them");
		assert_int_equal(settle(s, "t", geteuid(), getegid()), 1);
		assert_int_equal(fgetxattr(fd, "security.capability", NULL, 0), -1);
	}
}

static void settling_changes_the_owner(void **state)
{
	static const char *const paths[] = {"t", "t/dir", "t/dir/file", "t/link"};
	struct scratch *s = *state;
	struct stat st;

	if (!can_give_away(s))
		cannot(s, "other owners: only root can give files away");
	put(s, "keep", "kept");
	put(s, "t/dir/file", "x");
	put_link(s, "t/link", "../keep");
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_int_equal(fchownat(s->fd, paths[i], 1234, 1235, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(fchownat(s->fd, "keep", 1234, 1235, 0), 0);
	assert_int_equal(settle(s, "t", 0, 0), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(fstatat(s->fd, paths[i], &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_true(st.st_uid == 0 && st.st_gid == 0);
	}
	assert_int_equal(fstatat(s->fd, "keep", &st, 0), 0);
	assert_int_equal(st.st_uid, 1234);
}

static int settle_as_user(struct scratch *s)
{
	int64_t stripped = -1;
	AUTO_FD dir = -1;
	int file;

	if (!become_ordinary())
		return CANNOT;
	CHECK(mkdirat(s->fd, "open/t", 0755) == 0 && mkdirat(s->fd, "open/t/dark", 0755) == 0);
	file = openat(s->fd, "open/t/dark/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0);
	CHECK(file >= 0 && close(file) == 0);
	CHECK(fchmodat(s->fd, "open/t/dark", 0, 0) == 0);
	dir = openat(s->fd, "open/t", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(tree_settle(dir, geteuid(), getegid(), &stripped, &s->err) == 0);
	CHECK(stripped == 0);
	CHECK(mode_of(s, "open/t/dark") == 0700);
	CHECK(mode_of(s, "open/t/dark/file") == 0400);
	return 0;
}

static void settling_opens_what_is_closed(void **state)
{
	struct scratch *s = *state;

	put_dir(s, "open", 0777);
	try_in_child(settle_as_user, s, "closed folders: no ordinary user can be had");
}

static void measuring_adds_up_files(void **state)
{
	struct scratch *s = *state;
	int64_t bytes = -1, entries = -1;
	AUTO_FD dir = file_make_dirs(s->fd, "t", 0755, &s->err);

	assert_int_equal(tree_measure(dir, &bytes, &entries, &s->err), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(entries, 0);
	put(s, "t/a", "12345");
	put(s, "t/sub/b", "123");
	put_link(s, "t/link", "a-long-target");
	assert_int_equal(tree_measure(dir, &bytes, &entries, &s->err), 0);
	assert_int_equal(bytes, 8);
	assert_int_equal(entries, 4);
}

struct steered {
	struct buf seen;
	const char *out_of, *end_at;
};

static int steer(void *arg, const struct tree_entry *e, struct err *err)
{
	struct steered *w = arg;
	struct stat st;

	buf_addf(&w->seen, "%s ", e->path);
	assert_int_equal(fstatat(e->parent, e->name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_ino, e->st->st_ino);
	if (w->end_at && strcmp(e->path, w->end_at) == 0)
		return err_set(err, ERR_NO, "enough");
	return w->out_of && strcmp(e->path, w->out_of) == 0;
}

static void walks_are_steered(void **state)
{
	struct scratch *s = *state;
	AUTO_FD dir = -1;
	struct steered all = {BUF_INIT, NULL, NULL}, some = {BUF_INIT, "a/b", NULL},
		       few = {BUF_INIT, NULL, "a/b"};

	put(s, "t/a/b/c/d", "x");
	put_link(s, "t/a/b/c/up", "../..");
	dir = file_open(s->fd, "t", O_RDONLY | O_DIRECTORY, 0, &s->err);
	assert_int_equal(tree_walk(dir, steer, &all, &s->err), 0);
	assert_true(span_starts(buf_span(&all.seen), "a a/b a/b/c a/b/c/"));
	assert_non_null(strstr(all.seen.s, " a/b/c/d "));
	assert_non_null(strstr(all.seen.s, " a/b/c/up "));
	assert_int_equal(all.seen.n, strlen("a a/b a/b/c a/b/c/d a/b/c/up "));
	assert_int_equal(tree_walk(dir, steer, &some, &s->err), 0);
	assert_buf(&some.seen, "a a/b ");
	assert_int_equal(tree_walk(dir, steer, &few, &s->err), -1);
	assert_err(&s->err, ERR_NO, "enough");
	assert_buf(&few.seen, "a a/b ");
	buf_drop(&all.seen);
	buf_drop(&some.seen);
	buf_drop(&few.seen);
}

static void names_are_sorted_and_bounded(void **state)
{
	struct scratch *s = *state;
	AUTO(tree_names) names = {0};
	AUTO(tree_names) few = {0};
	AUTO(tree_names) more = {0};

	put(s, "d/b\nc", "");
	put(s, "d/\xff", "");
	put(s, "d/.hidden", "");
	put(s, "d/B", "");
	{
		AUTO_FD dir = file_open(s->fd, "d", O_RDONLY | O_DIRECTORY, 0, &s->err);

		assert_int_equal(tree_names(dir, 4, &names, &s->err), 0);
		assert_int_equal(tree_names(dir, 4, &more, &s->err), 0);
		assert_int_equal(tree_names(dir, 3, &few, &s->err), -1);
	}
	assert_err(&s->err, ERR_POLICY, "more than 3 names in one folder");
	assert_int_equal(names.of.n, 4);
	assert_int_equal(more.of.n, 4); /* read from its beginning again */
	assert_string_equal(names.of.v[0], ".hidden");
	assert_string_equal(names.of.v[1], "B");
	assert_string_equal(names.of.v[2], "b\nc");
	assert_string_equal(names.of.v[3], "\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(names_are_sorted_and_bounded),
		SCRATCH_TEST(removing_follows_no_link),
		SCRATCH_TEST(removing_takes_what_was_named),
		SCRATCH_TEST(clearing_keeps_the_folder),
		SCRATCH_TEST(closed_folders_are_removed_too),
		SCRATCH_TEST(deep_trees_are_removed_and_not_walked),
		SCRATCH_TEST(mounts_are_never_crossed),
		SCRATCH_TEST(settling_takes_rights_away),
		SCRATCH_TEST(settling_refuses_files_that_are_somebody_elses),
		SCRATCH_TEST(settling_removes_what_is_neither_file_folder_nor_link),
		SCRATCH_TEST(settling_drops_lists_of_rights),
		SCRATCH_TEST(settling_drops_capabilities),
		SCRATCH_TEST(settling_changes_the_owner),
		SCRATCH_TEST(settling_opens_what_is_closed),
		SCRATCH_TEST(measuring_adds_up_files),
		SCRATCH_TEST(walks_are_steered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of store/scan on layers made by hand: what a kernel of another version, or hostile rules, leave in them. */
#include "store/scan.h"

#include "overlaid.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static void mark(struct scratch *s, const char *path, const char *name, const char *value)
{
	AUTO(buf) whole = buf_of(s->path);

	buf_add_path(&whole, path);
	if (setxattr(whole.s, name, value, strlen(value), 0) < 0)
		cannot(s, "no attributes of users in /tmp");
}

static void put_whiteout(struct scratch *s, const char *path)
{
	if (mknodat(s->fd, path, S_IFCHR, makedev(0, 0)) < 0)
		cannot(s, "no whiteouts can be made here");
}

static void unit_assert_read(
	struct scratch *s, const struct scan *how, const char *want, const char *file, int line)
{
	AUTO(changes) c = CHANGES_INIT;

	if (read_stage(s, true, how, &c) < 0) {
		print_error("%s\n", s->err.text);
		_fail(file, line);
	}
	unit_assert_changes(&c, want, file, line);
}

#define assert_read(s, how, want) unit_assert_read(s, how, want, __FILE__, __LINE__)

static void unit_assert_refused(struct scratch *s, const struct scan *how, enum err_code code,
	const char *part, const char *file, int line)
{
	AUTO(changes) c = CHANGES_INIT;

	changes_add(&c, SPAN("/before"))->after.type = NODE_FILE;
	if (read_stage(s, true, how, &c) == 0) {
		print_error("it was read\n");
		_fail(file, line);
	}
	unit_assert_err(&s->err, code, part, file, line);
	unit_assert_changes(&c, "created /before file 0 0\n", file, line);
}

#define assert_refused(s, how, code, part) \
	unit_assert_refused(s, how, code, part, __FILE__, __LINE__)

static const struct scan usual = {
	"", NULL, SCAN_CHANGES_MAX, SCAN_BYTES_MAX, SCAN_CONTENT_MAX, NULL};

static void nothing_in_it_is_no_change(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put(s, "lower/etc/a", "1");
	put_dir(s, "upper/etc", 0755);
	assert_read(s, &usual, "");
}

static void the_top_folder_may_change_too(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put(s, "lower/a", "1");
	put_mode(s, "upper", 0700);
	mark(s, "upper", "user.overlay.opaque", "y"); /* of no meaning there */
	assert_read(s, &usual, "attributes / folder 755 | folder 700\n");
}

static void whiteouts_are_of_two_kinds(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put(s, "lower/a/device", "1");
	put(s, "lower/a/file", "1");
	put(s, "lower/a/folder/x", "1");
	put(s, "lower/b/file", "1");
	put_dir(s, "upper/a", 0755);
	put_whiteout(s, "upper/a/device");
	put_whiteout(s, "upper/a/never-was");
	put(s, "upper/a/file", "");
	put(s, "upper/a/folder", "");
	put(s, "upper/b/file", "");
	put(s, "upper/b/long", "1");
	mark(s, "upper/a/file", "user.overlay.whiteout", "");
	mark(s, "upper/a/folder", "user.overlay.whiteout", "");
	mark(s, "upper/b/file", "user.overlay.whiteout", "");
	assert_read(s, &usual,
		"deleted /a/device file 644 1\n"
		"replaced /a/file file 644 1 | file 644 0\n"
		"replaced /a/folder folder 755 | file 644 0\n"
		"deleted /a/folder/x file 644 1\n"
		"replaced /b/file file 644 1 | file 644 0\n"
		"created /b/long file 644 1\n");
	mark(s, "upper/a", "user.overlay.opaque", "x");
	mark(s, "upper/b", "user.overlay.whiteouts", "y");
	mark(s, "upper/b/long", "user.overlay.whiteout", "y");
	assert_read(s, &usual,
		"deleted /a/device file 644 1\n"
		"deleted /a/file file 644 1\n"
		"deleted /a/folder folder 755\n"
		"deleted /a/folder/x file 644 1\n"
		"deleted /b/file file 644 1\n"
		"created /b/long file 644 1\n");
}

static void only_y_is_opaque(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put(s, "lower/a/x", "1");
	put_dir(s, "upper/a", 0755);
	mark(s, "upper/a", "user.overlay.opaque", "yes");
	assert_read(s, &usual, "");
	mark(s, "upper/a", "user.overlay.opaque", "");
	assert_read(s, &usual, "");
	mark(s, "upper/a", "user.overlay.opaque", "y");
	assert_read(s, &usual, "deleted /a/x file 644 1\n");
}

static void what_leads_elsewhere_is_refused(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put_dir(s, "upper/a", 0755);
	mark(s, "upper/a", "user.overlay.redirect", "/etc");
	assert_refused(s, &usual, ERR_FAILED, "/a: the overlay noted a redirect there");
	assert_int_equal(tree_remove(s->fd, "upper/a", &s->err), 0);
	put(s, "upper/b", "");
	mark(s, "upper/b", "user.overlay.metacopy", "");
	assert_refused(s, &usual, ERR_FAILED, "/b: the overlay noted a metacopy there");
}

static void other_attributes_are_not_shown(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put(s, "upper/a", "");
	mark(s, "upper/a", "user.overlay.origin", "1");
	mark(s, "upper/a", "user.overlayed", "1");
	mark(s, "upper/a", "user.kept", "");
	if (geteuid() == 0)
		mark(s, "upper/a", "trusted.other", "1");
	assert_read(s, &usual, "created /a file 644 0 user.kept= user.overlayed=1\n");
}

static void rights_in_attributes_are_shown(void **state)
{
	/* cap_net_raw+ep; and user::rw-, user:1234:r--, group::r--, mask::r--, other::r-- */
	static const char capability[] = "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\4\0\322\4\0\0"
				  "\4\0\4\0\377\377\377\377\20\0\4\0\377\377\377\377"
				  "\40\0\4\0\377\377\377\377";
	struct scratch *s = *state;
	AUTO(buf) file = buf_of(s->path);
	AUTO(buf) pipe = buf_of(s->path);
	AUTO(changes) c = CHANGES_INIT;

	put_stage(s);
	put(s, "upper/file", "");
	assert_int_equal(mkfifoat(s->fd, "upper/pipe", 0644), 0);
	buf_adds(&file, "/upper/file");
	buf_adds(&pipe, "/upper/pipe");
	if (setxattr(file.s, "security.capability", capability, 20, 0) < 0 ||
		setxattr(pipe.s, "system.posix_acl_access", acl, 44, 0) < 0)
		cannot(s, "no capabilities or ACLs can be given here");
	assert_int_equal(read_stage(s, true, &usual, &c), 0);
	assert_int_equal(c.of.n, 2);
	assert_buf(&c.of.v[0].after.xattrs.v[0].name, "security.capability");
	assert_memory_equal(c.of.v[0].after.xattrs.v[0].value.s, capability, 20);
	assert_buf(&c.of.v[1].after.xattrs.v[0].name, "system.posix_acl_access");
	assert_memory_equal(c.of.v[1].after.xattrs.v[0].value.s, acl, 44);
}

static void sockets_and_devices_are_not_opened(void **state)
{
	struct scratch *s = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO(changes) c = CHANGES_INIT;

	put_stage(s);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/upper/socket", s->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	put_mode(s, "upper/socket", 0600);
	if (mknodat(s->fd, "upper/block", S_IFBLK | 0600, makedev(259, 300)) < 0 ||
		mknodat(s->fd, "upper/tty", S_IFCHR | 0600, makedev(5, 0)) < 0)
		cannot(s, "no devices can be made here");
	assert_int_equal(read_stage(s, true, &usual, &c), 0);
	assert_changes(&c, "created /block block 600\n"
			   "created /socket socket 600\n"
			   "created /tty char 600\n");
	assert_int_equal(c.of.v[0].after.device, makedev(259, 300));
	assert_int_equal(c.of.v[2].after.device, makedev(5, 0));
}

static void what_is_mounted_elsewhere_is_left_out(void **state)
{
	static const char *const except[] = {"/run", "/usr", NULL};
	struct scratch *s = *state;
	struct scan how = usual;

	put_stage(s);
	put(s, "upper/run/pid", "1");
	put(s, "upper/runner", "1");
	put(s, "upper/usr/bin/x", "1");
	put(s, "upper/opt/usr/x", "1");
	how.except = except;
	assert_read(s, &how,
		"created /opt folder 755\n"
		"created /opt/usr folder 755\n"
		"created /opt/usr/x file 644 1\n"
		"created /runner file 644 1\n");
}

static void a_packages_own_folder_is_marked(void **state)
{
	struct scratch *s = *state;
	struct scan how = usual;

	put_stage(s);
	put(s, "lower/lib/pkg/1/x", "1");
	put(s, "upper/lib/pkg/1/x", "2");
	put(s, "upper/lib/pkg/10", "2");
	put_mode(s, "upper/lib/pkg/1", 0700);
	how.own = "/lib/pkg/1";
	assert_read(s, &how,
		"attributes /lib/pkg/1 folder 755 | folder 700 own\n"
		"replaced /lib/pkg/1/x file 644 1 | file 644 1 own\n"
		"created /lib/pkg/10 file 644 1\n");
}

static void layers_are_one_list(void **state)
{
	struct scratch *s = *state;
	AUTO(changes) c = CHANGES_INIT;

	put_stage(s);
	put(s, "upper/a", "1");
	put(s, "upper/z", "1");
	assert_int_equal(linkat(s->fd, "upper/a", s->fd, "upper/a2", 0), 0);
	for (int i = 0; i < 2; i++) {
		AUTO_FD upper = file_open(s->fd, "upper", O_RDONLY | O_DIRECTORY, 0, &s->err);
		AUTO_FD lower = file_open(s->fd, "lower", O_PATH, 0, &s->err);
		const struct scan_layer layer = {upper, lower, i ? "/n" : "/", true};

		assert_int_equal(scan_layer(&usual, &layer, &c, &s->err), 0);
	}
	assert_changes(&c, "created /a file 644 1 #1\n"
			   "created /a2 file 644 1 #1\n"
			   "created /n/a file 644 1 #2\n"
			   "created /n/a2 file 644 1 #2\n"
			   "created /n/z file 644 1\n"
			   "created /z file 644 1\n");
}

static void too_much_is_refused(void **state)
{
	struct scratch *s = *state;
	struct scan how = usual;
	AUTO(changes) c = CHANGES_INIT;

	put_stage(s);
	put(s, "lower/a/1", "12345");
	put(s, "upper/a/1", "12354");
	put(s, "upper/b/1", "12345");
	put(s, "upper/b/2", "12345");
	how.changes_max = 4; /* and the one that is there */
	assert_refused(s, &how, ERR_POLICY, "/b/2: more than 4 changes");
	how.changes_max = 1;
	assert_refused(s, &how, ERR_POLICY, "more than 1 names in one folder");
	how = usual;
	how.bytes_max = 13;
	assert_refused(s, &how, ERR_POLICY, "/b/2: more than 13 bytes of names");
	how = usual;
	how.content_max = 19;
	assert_refused(s, &how, ERR_POLICY, "/b/2: more than 19 bytes of files");
	how = (struct scan){"", NULL, 5, 14, 20, NULL};
	assert_int_equal(read_stage(s, true, &how, &c), 0);
}

/* Folders in folders, each with a name of so many bytes. */
static void put_deep(struct scratch *s, const char *top, int depth, int length)
{
	char name[256] = {0};
	int fd = openat(s->fd, top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(name, 'd', (size_t)length);
	for (int i = 0; i < depth && fd >= 0; i++) {
		int inner = mkdirat(fd, name, 0755) < 0
				    ? -1
				    : openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		fd_drop(&fd);
		fd = inner;
	}
	assert_true(fd >= 0);
	assert_int_equal(mkdirat(fd, "end", 0755), 0);
	fd_drop(&fd);
}

/* The soft limit of open descriptors; gives what it was. */
static rlim_t limit_open(rlim_t most)
{
	struct rlimit limit;
	rlim_t before;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = most;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static void trees_may_be_deeper_than_a_path_is_long(void **state)
{
	struct scratch *s = *state;
	AUTO(changes) c = CHANGES_INIT;
	size_t most = 0;
	rlim_t before;

	put_stage(s);
	put_dir(s, "lower/gone", 0755);
	put_dir(s, "lower/stays", 0755);
	put_dir(s, "upper/made", 0755);
	put_dir(s, "upper/stays", 0755);
	put_deep(s, "lower/gone", 200, 100);
	put_deep(s, "lower/stays", 150, 100);
	put_deep(s, "upper/made", 200, 100);
	put_deep(s, "upper/stays", 200, 100);
	put_whiteout(s, "upper/gone");
	put(s, "upper/z", "1");
	before = limit_open(200);
	assert_int_equal(read_stage(s, true, &usual, &c), 0);
	limit_open(before);
	/* 202 deleted, 202 created, and 50 of "stays", where one "end" is another place's. */
	for (size_t i = 0; i < c.of.n; i++)
		most = c.of.v[i].path.n > most ? c.of.v[i].path.n : most;
	assert_int_equal(most, 6 + 200 * 101 + 4);
	assert_int_equal(c.of.n, 202 + 202 + 51 + 1);
	assert_buf(&c.of.v[c.of.n - 1].path, "/z");
}

static void depth_has_an_end(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put_deep(s, "upper", 2100, 1);
	assert_refused(s, &usual, ERR_POLICY, "folders more than 2048 deep");
}

/* As an ordinary user, of files of their own. */
static int read_unreadable(struct scratch *s)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) text = BUF_INIT;
	struct stat st;

	CHECK(become_ordinary());
	CHECK(mkdirat(s->fd, "home", 0755) == 0);
	fd_drop(&s->fd);
	s->fd = file_open_dir("home", &s->err);
	CHECK(s->fd >= 0);
	put_stage(s);
	put(s, "upper/file", "12");
	put_mode(s, "upper/file", 0);
	put(s, "upper/folder/inner/x", "1");
	put_mode(s, "upper/folder/inner", 0400);
	put_mode(s, "upper/folder", 0111);
	CHECK(read_stage(s, true, &usual, &c) == 0);
	show_changes(&c, &text);
	CHECK(!strcmp(text.s, "created /file file 0 2\n"
			      "created /folder folder 111\n"
			      "created /folder/inner folder 400\n"
			      "created /folder/inner/x file 644 1\n"));
	CHECK(fstatat(s->fd, "upper/file", &st, 0) == 0 && (st.st_mode & 07777) == 0);
	CHECK(fstatat(s->fd, "upper/folder", &st, 0) == 0 && (st.st_mode & 07777) == 0111);
	put(s, "lower/file", "12");
	put_mode(s, "lower/file", 0200);
	CHECK(read_stage(s, true, &usual, &c) < 0);
	CHECK(s->err.sys == EACCES && strstr(s->err.text, "/file: open file"));
	return 0;
}

static int read_unreadable_there(struct scratch *s)
{
	return fchdir(s->fd) < 0 ? 1 : read_unreadable(s);
}

static void what_may_not_be_read_of_our_own_is_read(void **state)
{
	struct scratch *s = *state;

	put_mode(s, ".", 0777);
	assert_int_equal(in_child(read_unreadable_there, s), 0);
}

/* In namespaces of its own. */
static int read_mounted(struct scratch *s)
{
	static const char *const except[] = {"/m", NULL};
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) place = buf_of(s->path);
	struct scan how = usual;

	buf_adds(&place, "/lower/m");
	if (!enter_namespaces() || mount("tmpfs", place.s, "tmpfs", 0, NULL) < 0)
		return CANNOT;
	fd_drop(&s->fd); /* of the folder in the old namespace */
	s->fd = file_open_dir(s->path, &s->err);
	put(s, "lower/m/theirs", "1");
	CHECK(read_stage(s, true, &how, &c) < 0);
	CHECK(s->err.code == ERR_FAILED && strstr(s->err.text, "/m: something is mounted there"));
	how.except = except;
	CHECK(read_stage(s, true, &how, &c) == 0);
	CHECK(c.of.n == 1 && !strcmp(c.of.v[0].path.s, "/new"));
	return 0;
}

static void mounts_are_not_crossed(void **state)
{
	struct scratch *s = *state;

	put_stage(s);
	put_dir(s, "lower/m", 0755);
	put(s, "upper/m/ours", "1");
	put(s, "upper/new", "1");
	try_in_child(read_mounted, s, "nothing can be mounted here");
	assert_int_equal(tree_remove(s->fd, "upper/m", &s->err), 0);
	put_whiteout(s, "upper/m");
	try_in_child(read_mounted, s, "nothing can be mounted here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(nothing_in_it_is_no_change),
		SCRATCH_TEST(the_top_folder_may_change_too),
		SCRATCH_TEST(whiteouts_are_of_two_kinds),
		SCRATCH_TEST(only_y_is_opaque),
		SCRATCH_TEST(what_leads_elsewhere_is_refused),
		SCRATCH_TEST(other_attributes_are_not_shown),
		SCRATCH_TEST(rights_in_attributes_are_shown),
		SCRATCH_TEST(sockets_and_devices_are_not_opened),
		SCRATCH_TEST(what_is_mounted_elsewhere_is_left_out),
		SCRATCH_TEST(a_packages_own_folder_is_marked),
		SCRATCH_TEST(layers_are_one_list),
		SCRATCH_TEST(too_much_is_refused),
		SCRATCH_TEST(trees_may_be_deeper_than_a_path_is_long),
		SCRATCH_TEST(depth_has_an_end),
		SCRATCH_TEST(what_may_not_be_read_of_our_own_is_read),
		SCRATCH_TEST(mounts_are_not_crossed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of sys/enclose: what a program is shown, and in which root. */
#include "sys/enclose.h"

#include "started.h"

static void binds_are_read_only_and_private(void **state)
{
	struct scratch *s = *state;
	unsigned means = process_means();
	AUTO(buf) from = buf_of(s->path);
	AUTO(buf) to = buf_of(s->path);
	struct process_bind bind = {.from = NULL};
	const char *argv[4];
	struct process_spec spec = shell(argv,
		"cat shown; (echo new >shown) 2>/dev/null || echo refused\n"
		"chmod 777 shown 2>/dev/null && echo bad; exit 0",
		true);
	AUTO(buf) out = BUF_INIT;

	if (!(means & MEANS_MOUNT)) {
		buf_drop(&from);
		buf_drop(&to);
		cannot(s, "binds: mount namespaces are refused here");
	}
	put(s, "pack", "bytes\n");
	put(s, "shown", "none\n");
	buf_add_path(&from, "pack");
	buf_add_path(&to, "shown");
	bind = (struct process_bind){.from = from.s, .to = to.s};
	spec.cwd = s->path;
	spec.means = means;
	spec.binds = &bind;
	spec.bind_count = 1;
	assert_int_equal(run(&spec, &out), 0);
	assert_buf(&out, "bytes\nrefused\n");
	assert_file(s, "pack", "bytes\n");
	assert_file(s, "shown", "none\n");
	assert_int_equal(mode_of(s, "pack"), 0644);
}

static void another_file_than_the_one_meant_is_not_shown(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) from = BUF_INIT;
	AUTO(buf) to = BUF_INIT;
	struct process_bind bind = {.from = NULL};
	const char *argv[4];
	struct process_spec spec = shell(argv, "cat shown", true);
	AUTO(buf) out = BUF_INIT;
	AUTO_FD meant = -1;
	struct process p;
	struct stat is;

	spec.means = process_means();
	if (!(spec.means & MEANS_MOUNT))
		cannot(s, "binds: mount namespaces are refused here");
	put(s, "pack", "bytes\n");
	put(s, "other", "bytes\n");
	put(s, "shown", "none\n");
	buf_addf(&from, "%s/pack", s->path);
	buf_addf(&to, "%s/shown", s->path);
	meant = file_open(s->fd, "pack", O_RDONLY, 0, &s->err);
	assert_int_equal(fstat(meant, &is), 0);
	bind = (struct process_bind){.from = from.s, .to = to.s, .is = &is};
	spec.cwd = s->path;
	spec.binds = &bind;
	spec.bind_count = 1;
	assert_int_equal(run(&spec, &out), 0);
	assert_buf(&out, "bytes\n");
	assert_int_equal(renameat(s->fd, "other", s->fd, "pack"), 0);
	assert_int_equal(process_start(&spec, &p, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "another file has come in the place of");
	put_link(s, "link", "shown");
	assert_int_equal(renameat(s->fd, "link", s->fd, "pack"), 0);
	assert_int_equal(process_start(&spec, &p, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "another file has come in the place of");
	assert_int_equal(unlinkat(s->fd, "pack", 0), 0);
	assert_int_equal(process_start(&spec, &p, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "bind ");
}

/* A root of this system's programs only. */
static void furnish_root(struct scratch *s)
{
	struct stat st;

	if (lstat("/bin", &st) < 0 || !S_ISLNK(st.st_mode))
		cannot(s, "another root: /bin and /usr/bin are not one here");
	put_dir(s, "root/usr", 0755);
	put_dir(s, "root/dev", 0755);
	put_dir(s, "root/proc", 0755);
	put(s, "root/etc/inside", "");
	put_link(s, "root/bin", "usr/bin");
	put_link(s, "root/lib", "usr/lib");
	put_link(s, "root/lib64", "usr/lib64");
}

static void another_root_is_all_there_is(void **state)
{
	struct scratch *s = *state;
	unsigned means = process_means();
	AUTO(buf) root = BUF_INIT;
	AUTO(buf) usr = BUF_INIT;
	struct process_bind bind = {.from = "/usr"};
	const char *argv[4];
	struct process_spec spec = shell(argv,
		"echo /*; echo /etc/*; pwd; echo x >/dev/null && echo quiet; cat /proc/self/comm; "
		"exit 0",
		true);
	AUTO(buf) out = BUF_INIT;

	if (!(means & MEANS_MOUNT) || !(means & MEANS_CHROOT))
		cannot(s, "another root: mount namespaces are refused here");
	furnish_root(s);
	buf_addf(&root, "%s/root", s->path);
	buf_addf(&usr, "%s/root/usr", s->path);
	bind.to = usr.s;
	spec.cwd = "/etc";
	spec.means = means;
	spec.root = root.s;
	spec.binds = &bind;
	spec.bind_count = 1;
	assert_int_equal(run(&spec, &out), 0);
	assert_buf(&out, "/bin /dev /etc /lib /lib64 /proc /usr\n/etc/inside\n/etc\nquiet\ncat\n");
	assert_false(is_there(s, "root/usr/bin"));
	assert_false(is_there(s, "root/dev/null"));
}

static void surroundings_that_cannot_be_made_are_errors(void **state)
{
	struct scratch *s = *state;
	const char *argv[4];
	struct process_spec spec = shell(argv, "exit 0", true);
	struct process_bind bind = {.from = "/nonexistent/from", .to = "/nonexistent/to"};
	struct process p;

	spec.means = MEANS_MOUNT | MEANS_CHROOT;
	spec.binds = &bind;
	spec.bind_count = 1;
	assert_int_equal(process_start(&spec, &p, &s->err), -1);
	assert_err(&s->err, ERR_SYSTEM, "set up its surroundings");
	spec.bind_count = 0;
	spec.root = "/nonexistent/root";
	assert_int_equal(process_start(&spec, &p, &s->err), -1);
	assert_err(&s->err, ERR_SYSTEM, "set up its surroundings");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(binds_are_read_only_and_private),
		SCRATCH_TEST(another_file_than_the_one_meant_is_not_shown),
		SCRATCH_TEST(another_root_is_all_there_is),
		SCRATCH_TEST(surroundings_that_cannot_be_made_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

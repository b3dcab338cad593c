/* Tests of sys/stage: roots of several file systems, of kinds that make it hard. In a mount namespace of the test's own; an ordinary
 * user's also in a user namespace. */
#include "sys/stage.h"

#include "mounted.h"

#include <sched.h>
#include <sys/resource.h>

static void each_file_system_has_an_overlay(void **state)
{
	struct scratch *s = *state;

	need_mounts(s);
	put_root(s);
	put(s, "other/kept", "as it was");
	put(s, "one", "file");
	put(s, "root/etc/one", "");
	put_memory(s, "root/usr");
	put_memory(s, "root/usr/local");
	put_memory(s, "root/a b,c:d\\");
	put_dir(s, "root/ro", 0755);
	mount_at(s, "", "root/ro", "tmpfs", MS_RDONLY, NULL);
	put_memory(s, "root/var/lib");
	put_memory(s, "root/var/lib/hidden");
	put_memory(s, "root/var");
	put_dir(s, "root/var/tmp", 0777);
	put_memory(s, "root/run");
	put_memory(s, "root/tmp/below");
	mount_at(s, "other", "root/opt", NULL, MS_BIND, NULL);
	mount_at(s, "one", "root/etc/one", NULL, MS_BIND, NULL);
	put_dir(s, "root/etc/pts", 0755);
	mount_at(s, "", "root/etc/pts", "devpts", 0, "ptmxmode=666");
	put_memory(s, "root/dev");
	put(s, "root/dev/not", "");
	STAGE(v, s, "root");
	check_places(&v, "/ same\n/a b,c:d\\\n/opt\n/usr\n/usr/local\n/var\nclosed /etc/one\n");
	assert_run(&v.r,
		"for d in / /usr /usr/local /opt /var '/a b,c:d\\' /ro; do (echo x >\"$d/new\") 2>/dev/null || echo \"not $d\"; done\n"
		"(echo x >/etc/one) 2>/dev/null || echo not /etc/one; read -r one </etc/one; echo $one; echo changed >/opt/kept\n"
		"b=/bin/busybox; echo /dev/n* /run/* /tmp/* /etc/pts/*; $b mv /usr/new /opt/from-usr; $b mv /usr/local /usr/x 2>/dev/null || echo not moved",
		"not /ro\nnot /etc/one\nfile\n/dev/null /run/lock /tmp/* /etc/pts/*\nnot moved\n");
	assert_int_equal(in_upper(&v, "/", "new"), 'f');
	assert_int_equal(in_upper(&v, "/usr", "new"), '-');
	assert_int_equal(in_upper(&v, "/usr/local", "new"), 'f');
	assert_int_equal(in_upper(&v, "/opt", "from-usr"), 'f');
	assert_int_equal(in_upper(&v, "/var", "new"), 'f');
	assert_int_equal(in_upper(&v, "/a b,c:d\\", "new"), 'f');
	assert_int_equal(in_upper(&v, "/", "opt"), '-');
	assert_file(s, "other/kept", "as it was");
	assert_false(is_there(s, "root/usr/new") || is_there(s, "root/new"));
}

static void an_overlay_as_root_has_its_uppers_in_memory(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) options = BUF_INIT;

	need_mounts(s);
	put_root(s);
	put_memory(s, "upper");
	put_dir(s, "upper/upper", 0755);
	put_dir(s, "upper/work", 0755);
	put(s, "root/etc/kept", "as it was");
	buf_addf(&options, "lowerdir=%s/root,upperdir=%s/upper/upper,workdir=%s/upper/work%s",
		s->path, s->path, s->path, geteuid() == 0 && can_give_away(s) ? "" : ",userxattr");
	mount_at(s, "", "root", "overlay", 0, options.s);
	{
		AUTO(show) v;
		if (plan_in(&v, s, "root", "root/var/stage") < 0 ||
			process_try(&v.r.spec, &s->err) < 0)
			fail_msg("%s", s->err.text);
		check_places(&v, "/ memory\n");
		assert_run(&v.r, "echo 1 >/opt/n; echo changed >/etc/kept; echo /var/stage/*",
			"/var/stage/*\n");
		for (int i = 0; i < 3; i++)
			assert_run(&v.r, "read -r n </opt/n; echo $((n + 1)) >/opt/n", "");
		/* One that cannot be started takes nothing with it. */
		v.r.spec.program = "/bin/not-there";
		assert_int_equal(process_try(&v.r.spec, &s->err), 0);
		{
			struct process p;

			assert_int_equal(process_start(&v.r.spec, &p, &s->err), -1);
			assert_err(&s->err, ERR_SYSTEM, "/bin/not-there: execute: No such file");
		}
		v.r.spec.program = "/bin/sh";
		assert_run(&v.r, "read -r n </opt/n; echo $n", "4\n");
		assert_int_equal(in_upper(&v, "/", "opt/n"), 'f');
		assert_int_equal(in_upper(&v, "/", "etc/kept"), 'f');
		run(&v.r, "/bin/busybox head -c 20000000 /dev/zero >/opt/much 2>/dev/null");
		assert_int_not_equal(v.r.status, 0);
		assert_run(&v.r,
			"[ $(/bin/busybox stat -c %s /opt/much) -lt 17000000 ] || echo too much",
			"");
	}
	assert_file(s, "root/etc/kept", "as it was");
	assert_false(is_there(s, "root/opt/n"));
}

static void a_read_only_root_stays_so(void **state)
{
	struct scratch *s = *state;

	need_mounts(s);
	put_root(s);
	put_memory(s, "root/opt");
	mount_at(s, "root", "root", NULL, MS_BIND | MS_REC, NULL);
	mount_at(s, "", "root", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
	STAGE(v, s, "root");
	check_places(&v, "/opt\n");
	assert_run(&v.r, "(echo >/new) 2>/dev/null || echo not; echo >/opt/new; echo >/tmp/new",
		"not\n");
}

/* Its server never answers: whoever asks it something waits for good. */
static void fuse_is_not_asked(void **state)
{
	struct scratch *s = *state;
	AUTO_FD server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[100];
	AUTO(buf) target = buf_of(s->path);

	need_mounts(s);
	put_root(s);
	put_dir(s, "root/opt/fuse", 0755);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", server);
	buf_add_path(&target, "root/opt/fuse");
	if (server < 0 || mount("test", target.s, "fuse", 0, options) < 0)
		cannot(s, "no FUSE here");
	{
		STAGE(v, s, "root");
		check_places(&v, "/ same\nclosed /opt/fuse\n");
		assert_run(&v.r, "echo x >/opt/new; echo /opt/*", "/opt/fuse /opt/new\n");
	}
	unmount(s, "root/opt/fuse");
}

/* Another system's /proc, say, with something mounted in it: where that stands, the stage has nothing. */
static void what_stands_on_what_is_hidden_is_hidden(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) target = buf_of(s->path);

	need_mounts(s);
	put_root(s);
	put_dir(s, "root/opt/proc", 0755);
	buf_add_path(&target, "root/opt/proc");
	assert_int_equal(mount("/proc", target.s, NULL, MS_BIND | MS_REC, NULL), 0);
	buf_add_path(&target, "tty");
	assert_int_equal(mount("tmpfs", target.s, "tmpfs", 0, "size=1m"), 0);
	{
		STAGE(v, s, "root");
		check_places(&v, "/ same\n");
		assert_run(&v.r, "echo x >/opt/new; echo /opt/* /opt/proc/*",
			"/opt/new /opt/proc /opt/proc/*\n");
	}
}

/* Links of the root's make no difference to what is outside of it. */
static void links_do_not_lead_out(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "outside/kept", "as it was");
	put_dir(s, "outside/tmp", 0777);
	for (int i = 0; i < 3; i++) {
		static const char *const places[] = {"root/tmp", "root/run", "root/sys"};

		assert_int_equal(unlinkat(s->fd, places[i], AT_REMOVEDIR), 0);
	}
	put_link(s, "root/tmp", "../../../../../../outside");
	put_link(s, "root/run", "../outside");
	put_link(s, "root/sys", "/proc/self/cwd");
	STAGE(v, s, "root");
	assert_run(&v.r,
		"(echo x >/tmp/new; echo x >/run/new) 2>/dev/null; echo >/x; /bin/busybox ls -d /outside 2>/dev/null; echo",
		"\n");
	assert_run(&v.r, "/bin/busybox mkdir /outside; echo x >/tmp/in; echo /outside/*",
		"/outside/in\n");
	assert_file(s, "outside/kept", "as it was");
	assert_false(is_there(s, "outside/new") || is_there(s, "outside/in"));
}

/* The root is changed by somebody else between the plan and the start. */
static void a_changed_root_is_noticed(void **state)
{
	struct scratch *s = *state;
	struct process p;
	AUTO_FD output = -1;

	need_mounts(s);
	put_root(s);
	put(s, "outside/kept", "as it was");
	put_memory(s, "root/opt");
	STAGE(v, s, "root");
	unmount(s, "root/opt");
	assert_int_equal(unlinkat(s->fd, "root/opt", AT_REMOVEDIR), 0);
	put_link(s, "root/opt", "../outside");
	assert_int_equal(begin(&v.r, "echo changed >/opt/kept", &p, &output), -1);
	assert_err(&s->err, ERR_FAILED, "there is no /opt any more");
	assert_int_equal(unlinkat(s->fd, "root/opt", 0), 0);
	put_dir(s, "root/opt", 0755);
	mount_at(s, "outside", "root/opt", NULL, MS_BIND, NULL);
	assert_run(&v.r, "(echo changed >/opt/kept) 2>/dev/null || echo not", "not\n");
	assert_true(is_closed(&v, "/opt"));
	assert_file(s, "outside/kept", "as it was");
}

static void what_a_stage_needs_is_told(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	{
		STAGE(v, s, "root");
	}
	assert_int_equal(tree_remove(s->fd, "stage", &s->err), 0);
	assert_int_equal(unlinkat(s->fd, "root/proc", AT_REMOVEDIR), 0);
	AUTO(show) v;
	assert_int_equal(plan(&v, s, "root"), 0);
	assert_int_equal(process_try(&v.r.spec, &s->err), -1);
	assert_err(&s->err, ERR_POLICY, "the root has no folder /proc");
}

/* Where descriptors run out, no file system is left out: all of them, or an error. */
static int plan_without_descriptors(struct scratch *s)
{
	AUTO(buf) root = buf_of(s->path);
	int failed = 0;

	buf_add_path(&root, "root");
	for (rlim_t more = 1; more < 40; more++) {
		struct rlimit few = {.rlim_cur = (rlim_t)s->fd + more, .rlim_max = 4096};
		struct overlay o = OVERLAY_INIT;
		AUTO_FD folder = -1;
		int result;

		err_clear(&s->err);
		CHECK(tree_remove(s->fd, "stage", &s->err) == 0);
		folder = file_make_dirs(s->fd, "stage", 0700, &s->err);
		CHECK(folder >= 0 && setrlimit(RLIMIT_NOFILE, &few) == 0);
		result = overlay_open(root.s, folder, MEMORY, &o, &s->err);
		few.rlim_cur = 1024;
		CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
		CHECK(result == 0 || s->err.sys == EMFILE);
		CHECK(result < 0 || o.plan->pieces.n == 9);
		for (size_t i = 0; result == 0 && i < o.plan->pieces.n; i++)
			CHECK(o.plan->pieces.v[i].kind == STAGE_OVERLAY);
		failed += result < 0;
		overlay_drop(&o);
	}
	CHECK(failed > 8 && failed < 38);
	return 0;
}

static void no_file_system_is_left_out(void **state)
{
	struct scratch *s = *state;

	need_mounts(s);
	put_root(s);
	for (int i = 0; i < 8; i++) {
		AUTO(buf) path = BUF_INIT;

		buf_setf(&path, "root/opt/%d", i);
		put_memory(s, path.s);
	}
	assert_int_equal(in_child(plan_without_descriptors, s), 0);
}

/* What somebody with more rights has mounted below is locked to it: it comes with it, but not what shows the running system. */
static int stage_with_locked(struct scratch *s)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	AUTO(buf) text = BUF_INIT;
	AUTO_FD output = -1;
	struct process p;
	AUTO(show) v;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
		sandbox_map_user(uid, gid, 0, 0, &s->err) < 0)
		return CANNOT;
	mount_at(s, "box", "root/opt", NULL, MS_BIND | MS_REC, NULL);
	CHECK(plan(&v, s, "root") == 0);
	if (begin(&v.r,
		    "echo /opt/* /opt/in/* /opt/pts/*; (echo >/opt/in/new) 2>/dev/null || echo not",
		    &p, &output) < 0) {
		fprintf(stderr, "%s\n", s->err.text);
		return 1;
	}
	CHECK(file_read_fd(output, 9999, &text, &s->err) == 0);
	process_end(&p);
	if (!span_starts(buf_span(&text), "/opt/in /opt/pts /opt/in/file"))
		fputs(text.s, stderr);
	CHECK(strcmp(text.s, "/opt/in /opt/pts /opt/in/file /opt/pts/*\nnot\n") == 0);
	CHECK(is_closed(&v, "/opt") && is_closed(&v, "/opt/in"));
	return 0;
}

static void what_is_locked_comes_along(void **state)
{
	struct scratch *s = *state;

	need_mounts(s);
	put_root(s);
	put_memory(s, "box");
	put_memory(s, "box/in");
	put(s, "box/in/file", "");
	put_dir(s, "box/pts", 0755);
	mount_at(s, "", "box/pts", "devpts", 0, "ptmxmode=666");
	try_in_child(stage_with_locked, s, "no user namespace here");
}

/* As the commit will have it: what is written to by one name is a file of its own then. */
static void a_name_that_is_written_to_is_a_file_of_its_own(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/opt/a", "old\n");
	assert_int_equal(linkat(s->fd, "root/opt/a", s->fd, "root/opt/b", 0), 0);
	STAGE(v, s, "root");
	assert_run(&v.r, "echo new >>/opt/a; /bin/busybox cat /opt/b", "old\n");
	assert_run(&v.r, "/bin/busybox cat /opt/a; echo more >>/opt/b; /bin/busybox cat /opt/b",
		"old\nnew\nold\nmore\n");
	assert_file(s, "root/opt/a", "old\n");
}

static void the_root_looks_as_it_is(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put_mode(s, "root", 0751);
	put_mode(s, "root/opt", 01777);
	STAGE(v, s, "root");
	assert_run(&v.r, "/bin/busybox stat -c %a / /opt", "751\n1777\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(each_file_system_has_an_overlay),
		STAGE_TEST(an_overlay_as_root_has_its_uppers_in_memory),
		STAGE_TEST(a_read_only_root_stays_so),
		STAGE_TEST(fuse_is_not_asked),
		STAGE_TEST(what_stands_on_what_is_hidden_is_hidden),
		STAGE_TEST(links_do_not_lead_out),
		STAGE_TEST(a_changed_root_is_noticed),
		STAGE_TEST(what_a_stage_needs_is_told),
		STAGE_TEST(no_file_system_is_left_out),
		STAGE_TEST(what_is_locked_comes_along),
		STAGE_TEST(a_name_that_is_written_to_is_a_file_of_its_own),
		STAGE_TEST(the_root_looks_as_it_is),
	};

	can_mount = enter_mounts() == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

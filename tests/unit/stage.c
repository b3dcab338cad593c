/* Tests of sys/stage: roots of several file systems, of kinds that make it hard. In a mount namespace of the test's own; an ordinary
 * user's also in a user namespace. */
#include "sys/stage.h"

#include "staged.h"

#include <sched.h>
#include <sys/resource.h>

#include "sys/mounts.h"

static bool can_mount;

static void need_mounts(struct scratch *s)
{
	if (!can_mount)
		cannot(s, "nothing can be mounted here");
}

static void mount_at(struct scratch *s, const char *from, const char *path, const char *type,
	unsigned long flags, const char *options)
{
	AUTO(buf) source = buf_of(s->path);
	AUTO(buf) target = buf_of(s->path);

	buf_add_path(&source, from);
	buf_add_path(&target, path);
	if (mount(source.s, target.s, type, flags, options) < 0)
		fail_msg("mount %s: %s", path, strerror(errno));
}

static void put_memory(struct scratch *s, const char *path)
{
	put_dir(s, path, 0755);
	mount_at(s, "", path, "tmpfs", 0, "size=1m");
}

static void unmount(struct scratch *s, const char *path)
{
	AUTO(buf) target = buf_of(s->path);

	buf_add_path(&target, path);
	assert_int_equal(umount2(target.s, MNT_DETACH), 0);
}

/* What the test has mounted does not outlive it, however it ended: the uppermost first, with all that it hides. */
static int teardown(void **state)
{
	struct scratch *s = *state;
	AUTO(mounts) mounts = MOUNTS_INIT;
	size_t n = strlen(s->path);

	if (can_mount && mounts_read(&mounts, &s->err) == 0)
		VEC_FOR (struct mounted, m, &mounts.of)
			if (strncmp(m->place.s, s->path, n) == 0)
				umount2(m->place.s, MNT_DETACH);
	return scratch_teardown(state);
}

static void check_places(const struct show *v, const char *wanted)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (struct overlay_layer, l, &v->o.of)
		buf_addf(&text, "%s%s%s\n", l->place.s, l->same ? " same" : "",
			l->memory ? " memory" : "");
	VEC_FOR (struct overlay_closed, c, &v->o.closed)
		buf_addf(&text, "closed %s\n", c->place.s);
	assert_buf(&text, wanted);
}

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

static int start_in_chroot(struct scratch *s)
{
	static const char *const argv[] = {"sh", "-c", "exit 0", NULL}, *const envp[] = {NULL};
	const struct sandbox box = {.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.namespaces = MOST,
		.capabilities = SANDBOX_STAGE_CAPABILITIES,
		.stage = true};
	struct overlay o = OVERLAY_INIT;
	const struct process_spec spec = {.program = "/bin/sh",
		.argv = argv,
		.envp = envp,
		.output = -1,
		.keep = true,
		.hold = -1,
		.sandbox = &box,
		.overlay = &o};
	struct err err = ERR_INIT;
	int folder;

	CHECK(fchdir(s->fd) == 0 && chroot("root") == 0 && chdir("/") == 0);
	CHECK(mkdir("/stage", 0700) == 0 || errno == EEXIST);
	folder = open("/stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(folder >= 0);
	CHECK(tree_clear(folder, &err) == 0);
	CHECK(overlay_open("", folder, MEMORY, &o, &err) == 0);
	CHECK(process_try(&spec, &err) < 0);
	fprintf(stderr, "%s\n", err.text);
	CHECK(err.code == ERR_POLICY);
	overlay_drop(&o);
	return 0;
}

/* What the kernel has, in a chroot. */
static void mount_kernel(struct scratch *s)
{
	static const char *const places[] = {"/proc", "/dev"};

	for (size_t i = 0; i < COUNT(places); i++) {
		AUTO(buf) target = buf_of(s->path);

		buf_add_path(&target, "root");
		buf_adds(&target, places[i]);
		assert_int_equal(mount(places[i], target.s, NULL, MS_BIND | MS_REC, NULL), 0);
	}
}

/* From a chroot's stage there would be a way to the root outside. */
static void there_is_no_stage_in_a_chroot(void **state)
{
	struct scratch *s = *state;

	need_mounts(s);
	put_root(s);
	{
		STAGE(v, s, "root");
	}
	mount_kernel(s);
	assert_int_equal(in_child(start_in_chroot, s), 0);
	/* Also where it is a mount of its own, that can be exchanged for another. */
	unmount(s, "root/proc");
	unmount(s, "root/dev");
	mount_at(s, "root", "root", NULL, MS_BIND, NULL);
	mount_kernel(s);
	assert_int_equal(in_child(start_in_chroot, s), 0);
}

/* Where descriptors run out, no file system is left out. */
static int plan_without_descriptors(struct scratch *s)
{
	struct rlimit few = {.rlim_cur = (rlim_t)dup(0) + 6, .rlim_max = 4096};
	AUTO(show) v;

	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	CHECK(plan(&v, s, "root") < 0);
	CHECK(s->err.sys == EMFILE);
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

static void hard_links_stay_one_file(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/opt/a", "old\n");
	assert_int_equal(linkat(s->fd, "root/opt/a", s->fd, "root/opt/b", 0), 0);
	STAGE(v, s, "root");
	if (layer(&v, "/")->user_attributes) {
		show_drop(&v);
		cannot(s, "in a user namespace the kernel splits hard links");
	}
	assert_run(&v.r, "echo new >>/opt/a; /bin/busybox cat /opt/b", "old\nnew\n");
	assert_run(&v.r, "/bin/busybox cat /opt/b; echo more >>/opt/b; /bin/busybox cat /opt/a",
		"old\nnew\nold\nnew\nmore\n");
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

static void programs_are_shown(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) tool = buf_of(s->path);
	AUTO(buf) folder = buf_of(s->path);

	put_root(s);
	put(s, "shown/tool", "#!/bin/sh\necho stand-in\n");
	put_mode(s, "shown/tool", 0755);
	put(s, "root/usr/tool", "real");
	buf_add_path(&tool, "shown/tool");
	buf_add_path(&folder, "shown");
	const struct process_bind binds[] = {{tool.s, "/usr/tool"}, {tool.s, "/usr/not-there"},
		{tool.s, "/run/a/b/tool"}, {folder.s, "/run/a/c"}};
	STAGE(v, s, "root");
	v.r.spec.binds = binds;
	v.r.spec.bind_count = COUNT(binds);
	assert_run(&v.r,
		"/usr/tool; /run/a/b/tool; /run/a/c/tool; echo /usr/t*; for f in /usr/tool /run/a/b/tool /run/a/c/new; do"
		" (echo x >$f) 2>/dev/null || echo not $f; done; /bin/busybox rm /usr/tool 2>/dev/null || echo stays",
		"stand-in\nstand-in\nstand-in\n/usr/tool\nnot /usr/tool\nnot /run/a/b/tool\nnot /run/a/c/new\nstays\n");
	assert_file(s, "shown/tool", "#!/bin/sh\necho stand-in\n");
}

static void nothing_outlives_the_program(void **state)
{
	struct scratch *s = *state;
	struct process p;
	AUTO_FD output = -1;

	put_root(s);
	STAGE(v, s, "root");
	/* They hold the output: it would not end before they do. */
	assert_run(&v.r,
		"/bin/busybox setsid /bin/busybox sleep 1000 & (trap '' TERM HUP; /bin/busybox sleep 1000) & echo x",
		"x\n");
	for (int how = 0; how < 2; how++) {
		char byte;

		fd_drop(&output);
		assert_int_equal(
			begin(&v.r, "/bin/busybox setsid /bin/busybox sleep 1000 & echo x; wait",
				&p, &output),
			0);
		assert_true(read(output, &byte, 1) == 1 && read(output, &byte, 1) == 1);
		if (how)
			process_kill(&p);
		else
			assert_int_equal(kill(p.pid, SIGKILL), 0);
		assert_true(read(output, &byte, 1) == 0);
		process_end(&p);
	}
	/* And the next one begins all the same. */
	assert_run(&v.r, "echo x >/opt/x; echo /proc/[0-9]*", "/proc/1 /proc/2\n");
}

static void it_gets_no_descriptors_but_its_own(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	STAGE(v, s, "root");
	assert_run(&v.r,
		"/bin/busybox ls /proc/self/fd; /bin/busybox readlink /proc/self/fd/0; for f in root cwd exe fd/0 fd/1 fd/2 fd/3; do /bin/busybox readlink /proc/1/$f; done; (: </proc/1/environ) 2>/dev/null || echo refused",
		"0\n1\n2\n3\n/dev/null\nrefused\n");
}

static void it_has_few_rights(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	STAGE(v, s, "root");
	assert_run(&v.r,
		"while read -r name rest; do case $name in Uid:|CapInh:|CapPrm:|CapEff:|CapBnd:|CapAmb:|NoNewPrivs:|Seccomp:)"
		" echo $name $rest;; esac; done </proc/self/status; /bin/busybox hostname x 2>/dev/null || echo no hostname",
		"Uid: 0 0 0 0\nCapInh: 0000000000000000\nCapPrm: 00000000800400db\nCapEff: 00000000800400db\n"
		"CapBnd: 00000000800400db\nCapAmb: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\nno hostname\n");
}

/* In the stage. */
static int connect_to(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path + (*name != '/'), sizeof(at.sun_path) - 1, "%s", name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					  strlen(name))) == 0)
		puts("reached");
	return 0;
}

/* What is read-only can be spoken to all the same: a socket, a pipe that somebody of outside reads. */
static void read_only_places_are_mute(void **state)
{
	struct scratch *s = *state;
	AUTO_FD listener = -1;
	AUTO_FD one = -1;
	AUTO_FD pipe = -1;
	char byte;

	need_mounts(s);
	put_root(s);
	put_dir(s, "other", 0755);
	put(s, "root/etc/socket", "");
	put_dir(s, "root/ro", 0755);
	listener = listen_at(s, "other/socket");
	one = listen_at(s, "one");
	assert_int_equal(mkfifoat(s->fd, "other/pipe", 0666), 0);
	pipe = openat(s->fd, "other/pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	put(s, "other/file", "content\n");
	mount_at(s, "other", "root/ro", NULL, MS_BIND, NULL);
	mount_at(s, "", "root/ro", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
	mount_at(s, "one", "root/etc/socket", NULL, MS_BIND, NULL);
	STAGE(v, s, "root");
	check_places(&v, "/ same\n");
	show_self(&v);
	assert_run(&v.r,
		"/run/self connect /ro/socket; /run/self connect /etc/socket; (echo x 1<>/ro/pipe) 2>/dev/null\n"
		"(echo x >/ro/new) 2>/dev/null || echo not; read -r x </ro/file; echo $x",
		"not\ncontent\n");
	assert_int_equal(read(pipe, &byte, 1), 0);
}

/* Sockets in the kernel's own list of names belong to a network: with the machine's network, to all. */
static void sockets_of_outside_are_not_reached(void **state)
{
	struct scratch *s = *state;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	AUTO_FD listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO(buf) script = BUF_INIT;
	socklen_t size;

	put_root(s);
	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "fardel-unit-%d", (int)getpid());
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at.sun_path + 1));
	assert_true(listener >= 0 && bind(listener, (struct sockaddr *)&at, size) == 0 &&
		    listen(listener, 5) == 0);
	buf_addf(&script, "/run/self connect %s", at.sun_path + 1);
	STAGE(v, s, "root");
	show_self(&v);
	assert_run(&v.r, script.s, "");
	v.r.sandbox.namespaces &= ~(unsigned)SANDBOX_NET;
	v.r.sandbox.filter = seccomp_filter(SECCOMP_STAGE);
	if (landlock_abi() < 6) {
		show_drop(&v);
		cannot(s, "Landlock knows no scopes here");
	}
	assert_run(&v.r, script.s, "");
	assert_run(&v.r,
		"b=/bin/busybox; $b mkdir -p /opt/a/b; echo x >/opt/x; $b mv /opt/x /opt/a; $b mv /opt/a/b /opt; echo /opt/*",
		"/opt/a /opt/b\n");
}

static int enter_mounts(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct err err = ERR_INIT;

	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	if (uid != 0 && sandbox_map_user(uid, gid, 0, 0, &err) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(each_file_system_has_an_overlay),
		STAGE_TEST(an_overlay_as_root_has_its_uppers_in_memory),
		STAGE_TEST(a_read_only_root_stays_so),
		STAGE_TEST(fuse_is_not_asked),
		STAGE_TEST(links_do_not_lead_out),
		STAGE_TEST(a_changed_root_is_noticed),
		STAGE_TEST(what_a_stage_needs_is_told),
		STAGE_TEST(there_is_no_stage_in_a_chroot),
		STAGE_TEST(no_file_system_is_left_out),
		STAGE_TEST(hard_links_stay_one_file),
		STAGE_TEST(the_root_looks_as_it_is),
		STAGE_TEST(programs_are_shown),
		STAGE_TEST(nothing_outlives_the_program),
		STAGE_TEST(it_gets_no_descriptors_but_its_own),
		STAGE_TEST(it_has_few_rights),
		STAGE_TEST(read_only_places_are_mute),
		STAGE_TEST(sockets_of_outside_are_not_reached),
	};

	if (argc > 2 && strcmp(argv[1], "connect") == 0)
		return connect_to(argv[2]);
	can_mount = enter_mounts() == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

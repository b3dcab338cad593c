/* Tests of sys/stage: what a program in it has, reaches and leaves behind. */
#include "sys/stage.h"

#include "mounted.h"

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
	const struct process_bind binds[] = {{.from = tool.s, .to = "/usr/tool"},
		{.from = tool.s, .to = "/usr/not-there"}, {.from = tool.s, .to = "/run/a/b/tool"},
		{.from = folder.s, .to = "/run/a/c"}};
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

static void no_folder_is_passed_in(void **state)
{
	struct scratch *s = *state;
	AUTO_FD file = -1;
	struct process p;
	AUTO_FD output = -1;

	put_root(s);
	put(s, "outside", "content\n");
	file = file_open(s->fd, "outside", O_RDONLY, 0, &s->err);
	STAGE(v, s, "root");
	v.r.spec.fds = &file;
	v.r.spec.fd_count = 1;
	assert_run(&v.r, "read -r x <&3; echo $x", "content\n");
	v.r.spec.fds = &s->fd;
	assert_int_equal(begin(&v.r, "/bin/busybox ls /proc/self/fd/3/", &p, &output), -1);
	assert_err(&s->err, ERR_FAILED, "a way out");
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
NORETURN static void connect_to(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path + (*name != '/'), sizeof(at.sun_path) - 1, "%s", name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					  strlen(name))) == 0)
		puts("reached");
	end_here();
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(there_is_no_stage_in_a_chroot),
		STAGE_TEST(programs_are_shown),
		STAGE_TEST(nothing_outlives_the_program),
		STAGE_TEST(it_gets_no_descriptors_but_its_own),
		STAGE_TEST(no_folder_is_passed_in),
		STAGE_TEST(it_has_few_rights),
		STAGE_TEST(read_only_places_are_mute),
		STAGE_TEST(sockets_of_outside_are_not_reached),
	};

	if (argc > 2 && strcmp(argv[1], "connect") == 0)
		connect_to(argv[2]);
	can_mount = enter_mounts() == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

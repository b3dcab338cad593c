/* Tests of sys/overlay and sys/stage, as sys/process uses them: real programs that change a root, on real overlays. The machine's root
 * stands below some: what is changed there is changed in the stage, or the first test has failed. */
#include "sys/overlay.h"

#include "staged.h"

#include <sched.h>
#include <sys/xattr.h>

/* What the machine has in places that the tests' programs change. */
static void note_machine(struct buf *out)
{
	static const char *const script =
		"find /etc /opt /srv /usr/bin /usr/sbin /usr/share/mime /dev/null /home -maxdepth 1"
		" -printf '%p %i %m %u %g %s %t %l\\n' 2>/dev/null | sort | cksum; cat /etc/passwd";
	FILE *f = popen(script, "r");
	char bytes[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_add(out, bytes, n);
	pclose(f);
	assert_true(out->n > 0);
}

static void what_a_program_writes_stays_in_the_stage(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) content = BUF_INIT;

	put_root(s);
	put(s, "root/etc/kept", "as it was");
	{
		STAGE(v, s, "root");

		assert_run(&v.r, "echo new >/etc/new; echo changed >/etc/kept; cat /etc/kept",
			"changed\n");
		assert_int_equal(in_upper(&v, "/", "etc/new"), 'f');
		assert_int_equal(in_upper(&v, "/", "etc/kept"), 'f');
		assert_int_equal(in_upper(&v, "/", "bin"), '-');
		assert_int_equal(v.o.of.n, 1);
		assert_int_equal(v.o.closed.n, 0);
		/* A setuid file in there is nobody's to run. */
		assert_int_equal(mode_of(s, "stage/0"), 0700);
		assert_true(
			file_read(layer(&v, "/")->upper, "etc/kept", 99, &content, &s->err) == 1);
		assert_buf(&content, "changed\n");
		assert_true(faccessat(layer(&v, "/")->lower, "etc/kept", F_OK, 0) == 0);
	}
	assert_false(is_there(s, "root/etc/new"));
	assert_file(s, "root/etc/kept", "as it was");
}

static void real_tools_do_what_they_do(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;
	STAGE(v, s, NULL);

	if (geteuid() != 0 || !can_give_away(s)) {
		show_drop(&v);
		cannot(s, "this user may not become another");
	}
	/* Before anything that would hurt. */
	assert_run(&v.r, "echo x >/opt/.fardel-unit", "");
	assert_false(unlink("/opt/.fardel-unit") == 0);
	note_machine(&before);
	assert_run(&v.r,
		"set -e; cd /opt; mkdir -p a/b; echo one >a/b/file; ln a/b/file a/hard; ln -sfn a current; ln -sfn a/b current\n"
		"readlink current; mv a/b a/c; mv a moved; cat moved/c/file; rm -r moved/c\n"
		"chown 1234:1235 moved/hard; chmod 4755 moved/hard; stat -c '%a %u %g' moved/hard; sed -i s/one/two/ moved/hard; cat moved/hard\n"
		"useradd -m -s /bin/sh fardel-tester; id -nu $(id -u fardel-tester); passwd -l fardel-tester >/dev/null\n"
		"groupadd fardel-testers; usermod -aG fardel-testers fardel-tester; id -nG fardel-tester\n"
		"install -D -m 640 -g fardel-testers /etc/passwd /opt/x/y/z; stat -c '%a %G' /opt/x/y/z; chroot / echo chrooted\n"
		"ldconfig; su fardel-tester -c 'id -nu; touch /opt/not 2>/dev/null || echo refused' </dev/null\n"
		"mkdir -p /tmp/deb/DEBIAN /tmp/deb/opt/from-deb; echo content >/tmp/deb/opt/from-deb/file\n"
		"printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/deb/DEBIAN/control\n"
		"dpkg-deb -b /tmp/deb /tmp/x.deb >/dev/null; dpkg -x /tmp/x.deb /; cat /opt/from-deb/file; mv /etc/passwd /etc/passwd.moved\n"
		"! command -v update-mime-database >/dev/null || ! [ -d /usr/share/mime ] || update-mime-database /usr/share/mime\n"
		"rm -r /srv; mkdir /srv; touch /srv/new; userdel -r fardel-tester 2>/dev/null || true; rm -f /usr/bin/env; echo x >/var/tmp/x; cat /tmp/x",
		"a/b\none\n4755 1234 1235\ntwo\nfardel-tester\nfardel-tester fardel-testers\n640 fardel-testers\nchrooted\nfardel-tester\nrefused\n"
		"content\nx\n");
	note_machine(&after);
	assert_buf(&after, before.s);
	assert_false(access("/opt/from-deb", F_OK) == 0);
}

static void deletions_are_whiteouts(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/usr/gone/file", "");
	put(s, "root/usr/again/old", "");
	put(s, "root/usr/file", "");
	STAGE(v, s, "root");
	assert_run(&v.r,
		"b=/bin/busybox; $b rm -r /usr/gone /usr/file; $b rm -r /usr/again; $b mkdir /usr/again; echo >/usr/again/new; echo /usr/again/*",
		"/usr/again/new\n");
	if (geteuid() == 0) {
		assert_int_equal(in_upper(&v, "/", "usr/gone"), 'w');
		assert_int_equal(in_upper(&v, "/", "usr/file"), 'w');
	}
	assert_int_equal(in_upper(&v, "/", "usr/again"), 'd');
	assert_true(is_there(s, "root/usr/again/old"));
}

/* The next program finds what the one before has done. */
static void the_next_program_goes_on(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	STAGE(v, s, "root");
	assert_run(&v.r, "echo 1 >/opt/a; : >/tmp/t; : >/run/r", "");
	for (int i = 0; i < 3; i++)
		assert_run(&v.r, "read -r n </opt/a; echo $((n + 1)) >/opt/a; echo /tmp/* /run/*",
			"/tmp/* /run/lock\n");
	assert_run(&v.r, "read -r n </opt/a; echo $n", "4\n");
	assert_int_equal(in_upper(&v, "/", "opt/a"), 'f');
}

/* As hostile as root can be: each of these must fail. Prints what did not. */
NORETURN static void attack(int argc, char **argv)
{
	static const char *const files[] = {"/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
		"/proc/1/oom_score_adj", "/proc/sys/vm/drop_caches", "/sys/kernel/uevent_helper",
		"/sys/power/state", "/sys/kernel/mm/ksm/run", "/dev/kmsg", "/dev/mem",
		"/opt/device"};
	static const char *const seen[] = {"/proc/1/root/.", "/proc/1/cwd/.", "/proc/1/exe",
		"/dev/vda", "/dev/sda", "/run/systemd", "/run/dbus", "/stage", "/proc/3/root"};
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (size_t i = 0; i < COUNT(files); i++)
		if (open(files[i], O_WRONLY | O_CLOEXEC) >= 0)
			printf("opened %s\n", files[i]);
	for (size_t i = 0; i < COUNT(seen); i++)
		if (open(seen[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC) >= 0)
			printf("saw %s\n", seen[i]);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argc > 2 ? argv[2] : "/nothing");
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		printf("reached a socket of outside\n");
	if (mknod("/opt/node", S_IFCHR | 0600, makedev(1, 3)) == 0 ||
		mknod("/dev/node", S_IFBLK | 0600, makedev(254, 0)) == 0)
		printf("made a device\n");
	if (mount("tmpfs", "/opt", "tmpfs", 0, NULL) == 0 || umount2("/proc", MNT_DETACH) == 0 ||
		mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		printf("mounted\n");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		printf("made namespaces\n");
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EAFNOSUPPORT)
		printf("has a network\n");
	if (setxattr("/opt", "trusted.overlay.opaque", "y", 1, 0) == 0)
		printf("set an overlay's attribute\n");
	kill(1, SIGKILL);
	kill(-1, SIGCONT);
	/* The way out of a chroot. */
	if (mkdir("/opt/jail", 0755) < 0 || chroot("/opt/jail") < 0)
		printf("cannot chroot: %s\n", strerror(errno));
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			printf("cannot go up\n");
	if (chroot(".") < 0 || access("/opt/jail", F_OK) < 0 || access("/outside", F_OK) == 0)
		printf("went out\n");
	end_here();
}

static void attacks_fail(void **state)
{
	struct scratch *s = *state;
	AUTO_FD listener = -1;

	put_root(s);
	put(s, "outside", "");
	listener = listen_at(s, "root/opt/socket");
	if (mknodat(s->fd, "root/opt/device", S_IFCHR | 0666, makedev(1, 3)) < 0)
		print_message("no device in the root\n");
	STAGE(v, s, "root");
	show_self(&v);
	assert_run(&v.r, "/run/self attack /opt/socket", "");
}

/* This program again, as one. */
static int run_as_ordinary(struct scratch *s)
{
	char *const argv[] = {(char *)"overlay", (char *)"ordinary", NULL};
	AUTO_FD self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)s;
	CHECK(self >= 0);
	if (!become_ordinary())
		return CANNOT;
	fexecve(self, argv, environ);
	return CANNOT;
}

static void ordinary_users_have_stages_too(void **state)
{
	if (geteuid() != 0)
		cannot(*state, "all tests are an ordinary user's");
	try_in_child(run_as_ordinary, *state, "no other user can be had");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest of_a_user[] = {
		SCRATCH_TEST(what_a_program_writes_stays_in_the_stage),
		SCRATCH_TEST(deletions_are_whiteouts),
		SCRATCH_TEST(the_next_program_goes_on),
	};
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_a_program_writes_stays_in_the_stage),
		SCRATCH_TEST(real_tools_do_what_they_do),
		SCRATCH_TEST(deletions_are_whiteouts),
		SCRATCH_TEST(the_next_program_goes_on),
		SCRATCH_TEST(attacks_fail),
		SCRATCH_TEST(ordinary_users_have_stages_too),
	};

	if (argc > 1 && strcmp(argv[1], "attack") == 0)
		attack(argc, argv);
	if (argc > 1 && strcmp(argv[1], "ordinary") == 0)
		return cmocka_run_group_tests(of_a_user, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

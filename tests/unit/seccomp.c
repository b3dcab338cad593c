/* Tests of sys/seccomp: what each profile lets through, tried for real in a child under it. */
#include "sys/seccomp.h"

#include "scratch.h"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

static enum seccomp_profile profile; /* of the child that is started next */

static int enter(void)
{
	struct sandbox_filter filter = seccomp_filter(profile);
	struct sock_fprog loaded;

	CHECK(filter.count > 10);
	loaded.len = filter.count;
	memcpy(&loaded.filter, &filter.instructions, sizeof(loaded.filter));
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded) == 0);
	return 0;
}

/* Root, unfiltered, gets other errors than EPERM for these arguments. */
static int try_what_is_never_allowed(struct scratch *s)
{
	static const struct {
		const char *name;
		long number, args[3];
	} table[] = {
		{"ptrace", SYS_ptrace, {PTRACE_PEEKUSER, 0, 0}},
		{"process_vm_readv", SYS_process_vm_readv, {0, 0, 0}},
		{"process_vm_writev", SYS_process_vm_writev, {0, 0, 0}},
		{"kcmp", SYS_kcmp, {0, 0, 99}},
		{"mount", SYS_mount, {0, 0, 0}},
		{"umount", SYS_umount2, {0, 0x10000, 0}},
		{"pivot_root", SYS_pivot_root, {0, 0, 0}},
		{"open_tree", SYS_open_tree, {-1, 0, 0x10000}},
		{"move_mount", SYS_move_mount, {-1, 0, -1}},
		{"fsopen", SYS_fsopen, {0, 0x10000, 0}},
		{"unshare nothing", SYS_unshare, {0, 0, 0}},
		{"setns", SYS_setns, {-1, 0, 0}},
		{"keyctl", SYS_keyctl, {0x10000, 0, 0}},
		{"add_key", SYS_add_key, {0, 0, 0}},
		{"request_key", SYS_request_key, {0, 0, 0}},
		{"bpf", SYS_bpf, {0x10000, 0, 0}},
		{"perf_event_open", SYS_perf_event_open, {0, 0, 0}},
		{"userfaultfd", SYS_userfaultfd, {0x10000, 0, 0}},
		{"kexec_load", SYS_kexec_load, {0, 0, 0}},
		{"init_module", SYS_init_module, {0, 0, 0}},
		{"finit_module", SYS_finit_module, {-1, 0, 0}},
		{"delete_module", SYS_delete_module, {0, 0, 0}},
		{"open_by_handle_at", SYS_open_by_handle_at, {-1, 0, 0}},
		{"name_to_handle_at", SYS_name_to_handle_at, {-1, 0, 0}},
		{"io_uring_setup", SYS_io_uring_setup, {0, 0, 0}},
		{"io_uring_enter", SYS_io_uring_enter, {-1, 0, 0}},
		{"io_uring_register", SYS_io_uring_register, {-1, 0, 0}},
		{"fanotify_init", SYS_fanotify_init, {-1, 0, 0}},
		{"quotactl", SYS_quotactl, {-1, 0, 0}},
		{"acct", SYS_acct, {1, 0, 0}},
		{"reboot", SYS_reboot, {0, 0, 0}},
		{"swapon", SYS_swapon, {0, 0, 0}},
		{"settimeofday", SYS_settimeofday, {1, 1, 0}},
		{"clock_settime", SYS_clock_settime, {-1, 0, 0}},
		{"clock_adjtime", SYS_clock_adjtime, {-1, 0, 0}},
		{"sethostname", SYS_sethostname, {0, -1, 0}},
		{"syslog", SYS_syslog, {99, 0, 0}},
		{"personality", SYS_personality, {ADDR_NO_RANDOMIZE, 0, 0}},
		{"clone a user namespace", SYS_clone, {CLONE_NEWUSER | CLONE_FS, 0, 0}},
		{"a call of the future", 999, {0, 0, 0}},
	};
	int result = enter();

	(void)s;
	for (size_t i = 0; result == 0 && i < COUNT(table); i++) {
		errno = 0;
		if (syscall(table[i].number, table[i].args[0], table[i].args[1], table[i].args[2],
			    0, 0) < 0 &&
			errno == EPERM)
			continue;
		fprintf(stderr, "%s in profile %d: %s\n", table[i].name, (int)profile,
			strerror(errno));
		result = 1;
	}
	/* A script's has no use for either. */
	CHECK(syscall(SYS_clone3, NULL, 0) < 0 &&
		errno == (profile == SECCOMP_SCRIPT ? EPERM : ENOSYS));
	CHECK((personality(0) >= 0 && personality(0xffffffff) >= 0) == (profile != SECCOMP_SCRIPT));
	return result;
}

static void some_calls_are_never_allowed(void **state)
{
	for (int p = 0; p < SECCOMP_PROFILES; p++) {
		profile = (enum seccomp_profile)p;
		assert_int_equal(in_child(try_what_is_never_allowed, *state), 0);
	}
}

static bool refused(long result)
{
	return result < 0 && errno == EPERM;
}

static bool is_stage(void)
{
	return profile == SECCOMP_STAGE || profile == SECCOMP_STAGE_OFFLINE;
}

/* Tools of root's go on without the kernel's audit where it is not there, and without a network. */
static int try_stage(struct scratch *s)
{
	bool network = profile == SECCOMP_STAGE;

	(void)s;
	CHECK(enter() == 0);
	CHECK(chroot("/nowhere") < 0 && errno == (is_stage() ? ENOENT : EPERM));
	CHECK(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT) < 0 &&
		errno == (is_stage() ? EPROTONOSUPPORT : EPERM));
	if (!is_stage())
		return 0;
	CHECK(network == (socket(AF_INET, SOCK_DGRAM, 0) >= 0));
	CHECK(network || errno == EAFNOSUPPORT);
	CHECK(network || (socket(AF_INET6, SOCK_RAW, 0) < 0 && errno == EAFNOSUPPORT));
	return 0;
}

static void a_stage_has_what_tools_of_root_need(void **state)
{
	for (int p = 0; p < SECCOMP_PROFILES; p++) {
		profile = (enum seccomp_profile)p;
		assert_int_equal(in_child(try_stage, *state), 0);
	}
}

static bool can_open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0)
		close(fd);
	/* A kernel without IPv6; but a stage that is offline is told so. */
	return fd >= 0 || (errno == EAFNOSUPPORT && profile != SECCOMP_STAGE_OFFLINE);
}

static int try_sockets(struct scratch *s)
{
	bool network =
		profile == SECCOMP_FETCH || profile == SECCOMP_RULES || profile == SECCOMP_STAGE;
	int missing = profile == SECCOMP_STAGE_OFFLINE ? EAFNOSUPPORT : EPERM, pair[2];
	char byte = 'x';

	(void)s;
	CHECK(enter() == 0);
	CHECK(can_open_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) == network);
	CHECK(can_open_socket(AF_INET6, SOCK_STREAM, 0) == network);
	CHECK(can_open_socket(AF_INET, SOCK_DGRAM, 0) == network);
	CHECK(can_open_socket(AF_NETLINK, SOCK_RAW, 0) == network);
	CHECK(can_open_socket(AF_UNIX, SOCK_STREAM, 0) ==
		(profile != SECCOMP_WORKER && profile != SECCOMP_SCRIPT));
	CHECK(refused(socket(AF_NETLINK, SOCK_RAW, 16)));
	CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 && errno == missing);
	CHECK(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) < 0 && errno == missing);
	CHECK(refused(socket(AF_PACKET, SOCK_DGRAM, 0)));
	CHECK(refused(socket(AF_VSOCK, SOCK_STREAM, 0)));
	CHECK(refused(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0)));
	/* The kernel looks at the lower half only: so must the filter. */
	CHECK(refused(syscall(SYS_socket, 1L << 32 | AF_PACKET, SOCK_DGRAM, 0)));
	if (profile == SECCOMP_SCRIPT)
		return refused(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) ? 0 : 1;
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(send(pair[0], &byte, 1, 0) == 1 && recv(pair[1], &byte, 1, 0) == 1);
	CHECK(refused(socketpair(AF_VSOCK, SOCK_STREAM, 0, pair)));
	return 0;
}

static void sockets_are_by_profile(void **state)
{
	for (int p = 0; p < SECCOMP_PROFILES; p++) {
		profile = (enum seccomp_profile)p;
		assert_int_equal(in_child(try_sockets, *state), 0);
	}
}

static void *do_nothing(void *arg)
{
	return arg;
}

static int try_processes(struct scratch *s)
{
	bool rules = profile == SECCOMP_RULES || profile == SECCOMP_RULES_OFFLINE || is_stage();
	pthread_t thread;
	pid_t pid;

	(void)s;
	CHECK(enter() == 0);
	if (profile == SECCOMP_SCRIPT) {
		CHECK(pthread_create(&thread, NULL, do_nothing, NULL) != 0);
	} else {
		CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	pid = fork();
	if (pid == 0)
		_exit(7);
	CHECK(pid > 0 ? rules : errno == EPERM && !rules);
	if (pid > 0) {
		int status;

		CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
	}
	CHECK(rules ? kill(getpid(), 0) == 0 : refused(kill(getpid(), 0)));
	CHECK(refused(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0)));
	return 0;
}

static void threads_are_for_all_but_scripts_and_processes_for_rules(void **state)
{
	for (int p = 0; p < SECCOMP_PROFILES; p++) {
		profile = (enum seccomp_profile)p;
		assert_int_equal(in_child(try_processes, *state), 0);
	}
}

/* What unpacks must be able to: else dpkg-deb -x and tar -p fail on every package that has such a file. */
static int try_modes(struct scratch *s)
{
	CHECK(enter() == 0);
	CHECK(fchmodat(s->fd, "file", 04755, 0) == 0);
	CHECK(openat(s->fd, "new", O_WRONLY | O_CREAT, 06755) >= 0);
	CHECK(mknodat(s->fd, "fifo", S_IFIFO | 0600, 0) == 0);
	CHECK(syscall(SYS_openat2, s->fd, "file", NULL, 0) < 0 && errno == EINVAL);
	return 0;
}

static void any_mode_can_be_set(void **state)
{
	struct scratch *s = *state;

	profile = SECCOMP_RULES_OFFLINE;
	put(s, "file", "");
	assert_int_equal(in_child(try_modes, s), 0);
}

#if defined(__x86_64__)
static long call_as_i386(void)
{
	long result = 20; /* getpid there */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static long call_as_x32(void)
{
	return syscall(0x40000000L | SYS_getpid);
}
#else
static long call_as_i386(void)
{
	return -1;
}

static long call_as_x32(void)
{
	return -1;
}
#endif

static int killed_by(long (*call)(void), bool filtered)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (filtered && enter() != 0)
			_exit(1);
		_exit(call() < 0 ? CANNOT : 0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void other_architectures_are_ended(void **state)
{
	if (killed_by(call_as_i386, false) != 0)
		cannot(*state, "other architectures: this one, or its kernel, has only its own");
	for (int p = 0; p < SECCOMP_PROFILES; p++) {
		profile = (enum seccomp_profile)p;
		assert_int_equal(killed_by(call_as_i386, true), SIGSYS);
		assert_int_equal(killed_by(call_as_x32, true), SIGSYS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(some_calls_are_never_allowed),
		SCRATCH_TEST(sockets_are_by_profile),
		SCRATCH_TEST(a_stage_has_what_tools_of_root_need),
		SCRATCH_TEST(threads_are_for_all_but_scripts_and_processes_for_rules),
		SCRATCH_TEST(any_mode_can_be_set),
		SCRATCH_TEST(other_architectures_are_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

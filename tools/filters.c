/* filters: prints the filters of system calls as C, one array for each profile of sys/seccomp.h; sys/seccomp.c includes
 * them. libseccomp makes them, when fardel is built: at each start that would take several milliseconds. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROGRAM_MAX 4096 /* instructions: the kernel's BPF_MAXINSNS */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum profile { WORKER, FETCH, RULES, RULES_OFFLINE, STAGE, STAGE_OFFLINE, SCRIPT, PROFILES };

static const char *const profiles[PROFILES] = {
	"worker", "fetch", "rules", "rules_offline", "stage", "stage_offline", "script"};

/* Numbers that an older libseccomp has no names for; since 5.1 they are the same everywhere. */
#define CALL_CACHESTAT 451
#define CALL_FCHMODAT2 452
#define CALL_MAP_SHADOW_STACK 453

/* Kernel constants that headers hide behind other names. */
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		CLONE_NEWPID | CLONE_NEWNET)
#define INT 0xffffffffU /* the kernel looks at so much of an int */

/* What any program does with what it was given: for all profiles. */
static const char *const plain[] = {
	/* files by descriptor */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2",
	"pwritev2", "lseek", "_llseek", "close", "close_range", "dup", "dup2", "dup3", "fcntl",
	"fcntl64", "flock", "ioctl", "fsync", "fdatasync", "sync", "syncfs", "sync_file_range",
	"sync_file_range2", "ftruncate", "ftruncate64", "fallocate", "fadvise64", "fadvise64_64",
	"arm_fadvise64_64", "readahead", "sendfile", "sendfile64", "copy_file_range", "splice",
	"tee", "vmsplice", "pipe", "pipe2", "memfd_create", "eventfd", "eventfd2", "signalfd",
	"signalfd4", "timerfd_create", "timerfd_settime", "timerfd_settime64", "timerfd_gettime",
	"timerfd_gettime64", "inotify_init", "inotify_init1", "inotify_add_watch",
	"inotify_rm_watch",
	/* waiting */
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
	/* files by name: Landlock and the user say which */
	"stat", "lstat", "fstat", "stat64", "lstat64", "fstat64", "fstatat64", "newfstatat",
	"statx", "statfs", "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getdents", "getdents64", "getcwd", "chdir", "fchdir", "rename",
	"renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "link", "linkat", "unlink",
	"unlinkat", "symlink", "symlinkat", "truncate", "truncate64", "utime", "utimes",
	"futimesat", "utimensat", "utimensat_time64", "chown", "chown32", "fchown", "fchown32",
	"lchown", "lchown32", "fchownat", "umask", "getxattr", "lgetxattr", "fgetxattr",
	"listxattr", "llistxattr", "flistxattr", "setxattr", "lsetxattr", "fsetxattr",
	"removexattr", "lremovexattr", "fremovexattr", "chmod", "fchmod", "fchmodat", "mknod",
	"mknodat", "creat", "open", "openat", "openat2",
	/* memory */
	"brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "msync", "mincore",
	"mlock", "mlock2", "munlock", "mlockall", "munlockall", "membarrier", "pkey_alloc",
	"pkey_free", "pkey_mprotect", "get_mempolicy", "set_mempolicy", "mbind",
	"riscv_flush_icache", "cacheflush",
	/* itself and its threads */
	"execve", "execveat", "exit", "exit_group", "set_tid_address", "set_robust_list",
	"get_robust_list", "rseq", "futex", "futex_time64", "futex_waitv", "arch_prctl", "prctl",
	"set_thread_area", "get_thread_area", "set_tls", "getpid", "getppid", "gettid", "getpgid",
	"getpgrp", "getsid", "getuid", "getuid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getegid", "getegid32", "getresuid", "getresuid32", "getresgid", "getresgid32", "getgroups",
	"getgroups32", "capget", "getrlimit", "ugetrlimit", "setrlimit", "prlimit64", "getrusage",
	"times", "uname", "sysinfo", "getcpu", "getrandom", "sched_yield", "sched_getaffinity",
	"sched_setaffinity", "sched_getparam", "sched_getscheduler", "sched_getattr",
	"sched_get_priority_max", "sched_get_priority_min", "sched_rr_get_interval",
	"sched_rr_get_interval_time64", "getpriority", "ioprio_get", "restart_syscall",
	"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp",
	/* signals; tgkill is how a program aborts */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend",
	"rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaction", "sigprocmask", "sigreturn",
	"sigpending", "sigsuspend", "sigaltstack", "pause", "tgkill",
	/* time */
	"time", "gettimeofday", "clock_gettime", "clock_gettime64", "clock_getres",
	"clock_getres_time64", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "alarm",
	"getitimer", "setitimer", "timer_create", "timer_settime", "timer_settime64",
	"timer_gettime", "timer_gettime64", "timer_getoverrun", "timer_delete",
	/* sockets that were inherited */
	"sendto", "send", "recvfrom", "recv", "sendmsg", "recvmsg", "shutdown", "getsockopt",
	"setsockopt", "getsockname", "getpeername"};

/* A script that runs no program: files, memory, the socket it has, its own clock. */
static const char *const script[] = {"read", "write", "readv", "writev", "pread64", "pwrite64",
	"lseek", "_llseek", "close", "close_range", "dup", "dup3", "fcntl", "fcntl64", "fsync",
	"fdatasync", "ftruncate", "ftruncate64", "fadvise64", "sendfile", "sendfile64",
	"copy_file_range", "openat", "openat2", "open", "stat", "lstat", "fstat", "stat64",
	"lstat64", "fstat64", "fstatat64", "newfstatat", "statx", "statfs", "fstatfs", "readlink",
	"readlinkat", "faccessat", "faccessat2", "access", "getdents64", "rename", "renameat",
	"renameat2", "mkdirat", "unlinkat", "symlinkat", "linkat", "fchmod", "fchmodat", "fchown",
	"fchown32", "utimensat", "umask", "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect",
	"madvise", "exit", "exit_group", "rseq", "futex", "getpid", "gettid", "tgkill", "getuid",
	"geteuid", "getgid", "getegid", "getrlimit", "ugetrlimit", "getrusage", "times", "uname",
	"sysinfo", "getrandom", "sched_yield", "restart_syscall", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "sigreturn", "sigaltstack", "setitimer", "time", "gettimeofday",
	"clock_gettime", "clock_gettime64", "clock_getres", "poll", "ppoll", "sendmsg", "recvmsg",
	"sendto", "recvfrom"};

static const char *const network[] = {"connect", "bind", "listen", "accept", "accept4", "sendmmsg",
	"recvmmsg", "recvmmsg_time64"};

static const char *const processes[] = {"fork", "vfork", "wait4", "waitid", "waitpid", "kill",
	"tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal",
	"setpgid", "setsid", "setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam",
	"sched_setattr", "capset", "setuid", "setuid32", "setgid", "setgid32", "setreuid",
	"setreuid32", "setregid", "setregid32", "setresuid", "setresuid32", "setresgid",
	"setresgid32", "setgroups", "setgroups32", "setfsuid", "setfsuid32", "setfsgid",
	"setfsgid32", "shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semtimedop",
	"semtimedop_time64", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl", "ipc"};

static void fail(const char *what, int error)
{
	fprintf(stderr, "filters: %s: %s\n", what, strerror(error));
	exit(1);
}

/* A name that this architecture has no call for is passed over. */
static void rule(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned count,
	const struct scmp_arg_cmp *compare)
{
	int number = seccomp_syscall_resolve_name(name);
	int result;

	if (number == __NR_SCMP_ERROR || number < 0)
		return;
	result = seccomp_rule_add_array(ctx, action, number, count, compare);
	if (result < 0)
		fail(name, -result);
}

static void allow_all(scmp_filter_ctx ctx, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rule(ctx, SCMP_ACT_ALLOW, names[i], 0, NULL);
}

static void allow_number(scmp_filter_ctx ctx, int number)
{
	int result = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);

	if (result < 0 && result != -EEXIST)
		fail("a rule", -result);
}

static struct scmp_arg_cmp is(int at, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){(unsigned)at, SCMP_CMP_MASKED_EQ, mask, value};
}

static void allow_socket(scmp_filter_ctx ctx, int family, int type, int protocol)
{
	const struct scmp_arg_cmp compare[] = {is(0, INT, (uint64_t)family),
		is(1, INT & ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), (uint64_t)type),
		is(2, INT, (uint64_t)protocol)};

	rule(ctx, SCMP_ACT_ALLOW, "socket", COUNT(compare), compare);
}

/* Families by name, and of each only what is common: a socket of a rare family or protocol makes
 * the kernel load its module. */
static void allow_sockets(scmp_filter_ctx ctx, bool online)
{
	static const int families[] = {AF_INET, AF_INET6};
	const struct scmp_arg_cmp of_files = is(0, INT, AF_UNIX);

	rule(ctx, SCMP_ACT_ALLOW, "socket", 1, &of_files);
	for (size_t i = 0; online && i < COUNT(families); i++) {
		allow_socket(ctx, families[i], SOCK_STREAM, 0);
		allow_socket(ctx, families[i], SOCK_STREAM, IPPROTO_TCP);
		allow_socket(ctx, families[i], SOCK_DGRAM, 0);
		allow_socket(ctx, families[i], SOCK_DGRAM, IPPROTO_UDP);
	}
	/* NETLINK_ROUTE is 0: how the C library learns the addresses that this machine has. */
	for (int type = SOCK_DGRAM; online && type <= SOCK_RAW; type++)
		allow_socket(ctx, AF_NETLINK, type, 0);
}

/* A thread, or any process that stays in our namespaces. s390 has the arguments the other way. */
static void allow_clone(scmp_filter_ctx ctx, bool process)
{
	uint64_t mask = NAMESPACES | (process ? 0 : CLONE_THREAD);
	int at = seccomp_arch_native() == SCMP_ARCH_S390X ? 1 : 0;
	const struct scmp_arg_cmp compare = is(at, mask, process ? 0 : CLONE_THREAD);

	rule(ctx, SCMP_ACT_ALLOW, "clone", 1, &compare);
	rule(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL); /* flags in memory */
}

/* What only root does to files; and useradd, passwd and their like give up where the kernel's audit refuses them a socket,
 * but not where there is none. */
static void allow_stage(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp audit[] = {is(0, INT, AF_NETLINK), is(2, INT, NETLINK_AUDIT)};

	rule(ctx, SCMP_ACT_ALLOW, "chroot", 0, NULL);
	rule(ctx, SCMP_ACT_ERRNO(EPROTONOSUPPORT), "socket", COUNT(audit), audit);
}

/* Programs that would ask for addresses do without, as on a machine without a network. */
static void miss_network(scmp_filter_ctx ctx)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < COUNT(families); i++) {
		const struct scmp_arg_cmp compare = is(0, INT, (uint64_t)families[i]);

		rule(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1, &compare);
	}
}

/* Of ioctl what copies by reference. */
static void fill_script(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp clone_file = is(1, INT, FICLONE);

	allow_all(ctx, script, COUNT(script));
	rule(ctx, SCMP_ACT_ALLOW, "ioctl", 1, &clone_file);
}

static void fill(scmp_filter_ctx ctx, enum profile profile)
{
	bool stage = profile == STAGE || profile == STAGE_OFFLINE;
	bool rules = profile == RULES || profile == RULES_OFFLINE || stage;
	const struct scmp_arg_cmp of_files = is(0, INT, AF_UNIX);
	const struct scmp_arg_cmp plain_one = is(0, INT, 0), asked = is(0, INT, INT);

	allow_all(ctx, plain, COUNT(plain));
	allow_number(ctx, CALL_CACHESTAT);
	allow_number(ctx, CALL_FCHMODAT2);
	allow_number(ctx, CALL_MAP_SHADOW_STACK);
	allow_clone(ctx, rules);
	rule(ctx, SCMP_ACT_ALLOW, "socketpair", 1, &of_files);
	rule(ctx, SCMP_ACT_ALLOW, "personality", 1, &plain_one);
	rule(ctx, SCMP_ACT_ALLOW, "personality", 1, &asked);
	if (profile != WORKER) {
		allow_sockets(ctx, profile != RULES_OFFLINE && profile != STAGE_OFFLINE);
		allow_all(ctx, network, COUNT(network));
	}
	if (rules)
		allow_all(ctx, processes, COUNT(processes));
	if (stage)
		allow_stage(ctx);
	if (profile == STAGE_OFFLINE)
		miss_network(ctx);
}

static void print(const char *name, const struct sock_filter *program, size_t count)
{
	printf("\nstatic const struct sock_filter %s[] = {\n", name);
	for (size_t i = 0; i < count; i++)
		printf("\t{0x%04x, %u, %u, 0x%08x},\n", program[i].code, program[i].jt,
			program[i].jf, program[i].k);
	printf("};\n");
}

/* The compiled program comes through a file: libseccomp 2.5 knows no other way. */
static void make(enum profile profile)
{
	static struct sock_filter program[PROGRAM_MAX];
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	FILE *file = tmpfile();
	size_t count;
	int result;

	if (!ctx || !file)
		fail("begin", errno);
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) < 0 ||
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
		fail("libseccomp is too old: 2.5 is needed", EINVAL);
	if (profile == SCRIPT)
		fill_script(ctx);
	else
		fill(ctx, profile);
	result = seccomp_export_bpf(ctx, fileno(file));
	if (result < 0)
		fail("compile", -result);
	rewind(file);
	count = fread(program, sizeof(program[0]), PROGRAM_MAX, file);
	if (count == 0 || count == PROGRAM_MAX)
		fail("read what was compiled", EINVAL);
	print(profiles[profile], program, count);
	fclose(file);
	seccomp_release(ctx);
}

int main(void)
{
	printf("/* Made by tools/filters.c. */\n");
	/* Numbers differ from one architecture to another. */
	printf("_Static_assert(SYS_write == %d && SYS_execve == %d && SYS_fchmodat == %d,\n"
	       "\t\"made for another architecture\");\n",
		SYS_write, SYS_execve, SYS_fchmodat);
	for (enum profile profile = 0; profile < PROFILES; profile++)
		make(profile);
	return fflush(stdout) == 0 ? 0 : 1;
}

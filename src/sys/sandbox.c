/* What is taken from a program before it runs. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define STAYS ((uid_t)-1)

/* In the order in which a process that takes them one by one needs them. */
static const struct {
	unsigned part;
	int flag; /* of clone, 0: no namespace */
	const char *name;
} parts[] = {
	{SANDBOX_MOUNT, CLONE_NEWNS, "a mount namespace"},
	{SANDBOX_PID, CLONE_NEWPID, "a PID namespace"},
	{SANDBOX_NET, CLONE_NEWNET, "a network namespace"},
	{SANDBOX_IPC, CLONE_NEWIPC, "an IPC namespace"},
	{SANDBOX_UTS, CLONE_NEWUTS, "a UTS namespace"},
	{SANDBOX_USER, 0, "another user"},
	{SANDBOX_FILES, 0, "Landlock"},
	{SANDBOX_CALLS, 0, "seccomp"},
};

#define RUN (LANDLOCK_READ | LANDLOCK_EXECUTE)

/* Links are followed by the kernel without rights on them: only where files are, counts. */
const struct landlock_path sandbox_programs[] = {
	{"/usr", -1, RUN},
	{"/bin", -1, RUN},
	{"/sbin", -1, RUN},
	{"/lib", -1, RUN},
	{"/lib32", -1, RUN},
	{"/lib64", -1, RUN},
	{"/libx32", -1, RUN},
	{"/opt", -1, RUN},
	{"/etc", -1, LANDLOCK_READ},
	{"/proc", -1, LANDLOCK_READ},
	{"/sys/devices/system/cpu", -1, LANDLOCK_READ},
	{"/var/lib/dpkg/arch", -1, LANDLOCK_READ},
	/* where the links /etc/resolv.conf and /etc/localtime may lead */
	{"/run/systemd/resolve", -1, LANDLOCK_READ},
	{"/run/resolvconf", -1, LANDLOCK_READ},
	{"/run/NetworkManager", -1, LANDLOCK_READ},
	{"/run/connman", -1, LANDLOCK_READ},
	{"/dev/null", -1, LANDLOCK_READ | LANDLOCK_WRITE},
	{"/dev/zero", -1, LANDLOCK_READ | LANDLOCK_WRITE},
	{"/dev/full", -1, LANDLOCK_READ | LANDLOCK_WRITE},
	{"/dev/random", -1, LANDLOCK_READ},
	{"/dev/urandom", -1, LANDLOCK_READ},
};
const unsigned sandbox_programs_count = COUNT(sandbox_programs);

/* Whether the kernel, or who rules this machine, does not want to give something. */
static bool is_refusal(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
	case EINVAL:
	case ENOSYS:
	case EOPNOTSUPP:
	case EUSERS: /* a limit on namespaces */
	case ENOSPC: return true;
	default: return false;
	}
}

static bool needs_user_namespace(void)
{
	return geteuid() != 0;
}

static uint64_t flags_of(unsigned wanted)
{
	uint64_t flags = 0;

	for (size_t i = 0; i < COUNT(parts); i++)
		if (wanted & parts[i].part)
			flags |= (uint64_t)parts[i].flag;
	return flags;
}

/* One that is there already is entered by the child; a user namespace of ours has no right to. */
static bool is_given(unsigned wanted, int net)
{
	return net > 0 && (wanted & SANDBOX_NET) && (wanted & SANDBOX_PID) &&
	       !needs_user_namespace();
}

pid_t sandbox_fork(unsigned wanted, int net, struct sandbox_spaces *out)
{
	struct clone_args args = {
		.flags = flags_of(wanted & SANDBOX_NAMESPACES), .exit_signal = SIGCHLD};
	pid_t pid;

	*out = (struct sandbox_spaces){.wanted = wanted & SANDBOX_NAMESPACES,
		.user = needs_user_namespace(),
		.uid = geteuid(),
		.gid = getegid()};
	if (!args.flags) {
		out->user = false;
		return fork();
	}
	if (out->user)
		args.flags |= CLONE_NEWUSER;
	if (is_given(wanted, net)) {
		out->net = net;
		args.flags &= ~(uint64_t)CLONE_NEWNET;
	}
	out->inside = out->wanted; /* before: the child has it in its copy */
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid >= 0 || !is_refusal(errno))
		return pid;
	out->inside = 0;
	out->net = 0;
	return fork();
}

static int write_text(const char *path, const char *text, struct err *err)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	return file_write_all(fd, text, strlen(text), err);
}

int sandbox_map_user(uid_t uid, gid_t gid, uid_t inside_uid, gid_t inside_gid, struct err *err)
{
	char map[64];

	/* Else the files below are root's. */
	prctl(PR_SET_DUMPABLE, 1);
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)inside_uid, (unsigned)uid);
	if (write_text("/proc/self/setgroups", "deny", err) < 0 ||
		write_text("/proc/self/uid_map", map, err) < 0)
		return -1;
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)inside_gid, (unsigned)gid);
	return write_text("/proc/self/gid_map", map, err);
}

/* What clone would not give together. A PID namespace is clone's alone. */
static int take_each(struct sandbox_spaces *s, struct err *err)
{
	if (s->user && unshare(CLONE_NEWUSER) < 0) {
		s->user = false;
		return is_refusal(errno) ? 0 : err_sys(err, "make a user namespace");
	}
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (parts[i].part == SANDBOX_PID || !(s->wanted & parts[i].part))
			continue;
		if (unshare(parts[i].flag) == 0)
			s->inside |= parts[i].part;
		else if (!is_refusal(errno))
			return err_sys(err, "make %s", parts[i].name);
	}
	return 0;
}

/* Shows `from` at `to` below the root, where there is such a folder. */
static bool show(const char *from, const char *root, const char *to)
{
	AUTO(buf) path = buf_of(root);

	buf_adds(&path, to);
	if (mount(from, path.s, NULL, MS_BIND, NULL) < 0)
		return false;
	mount(NULL, path.s, NULL, MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV, NULL);
	return true;
}

/* Mounts of ours stay inside. Where a container hides parts of /proc, no new one may be mounted:
 * then the old one stays, which shows more names, and still opens nothing. */
static int furnish(
	const struct sandbox *s, struct sandbox_spaces *spaces, const char *root, struct err *err)
{
	AUTO(buf) proc = buf_of(root);

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, "make mounts private");
	if (s->stage)
		return 0;
	buf_adds(&proc, "/proc");
	if (spaces->inside & SANDBOX_PID)
		mount("proc", proc.s, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	if (s->tmp) {
		show(s->tmp, root, "/var/tmp"); /* first: /tmp may hide where it is */
		spaces->tmp = show(s->tmp, root, "/tmp");
	}
	return 0;
}

int sandbox_enter_namespaces(
	const struct sandbox *s, struct sandbox_spaces *spaces, const char *root, struct err *err)
{
	if (!spaces->wanted)
		return 0;
	if (!spaces->inside && take_each(spaces, err) < 0)
		return -1;
	if (spaces->net && setns(spaces->net, CLONE_NEWNET) < 0)
		return err_sys(err, "enter a network namespace");
	if (spaces->user && sandbox_map_user(spaces->uid, spaces->gid, s->stage ? 0 : spaces->uid,
				    s->stage ? 0 : spaces->gid, err) < 0)
		return -1;
	if (!(spaces->inside & SANDBOX_MOUNT))
		return 0;
	return furnish(s, spaces, root ? root : "", err);
}

/* Never above what this process may have itself. */
static int limit(__rlimit_resource_t resource, int64_t value, int64_t grace, const char *what,
	struct err *err)
{
	struct rlimit now, set;

	if (getrlimit(resource, &now) < 0)
		return err_sys(err, "ask for the limit of %s", what);
	set.rlim_max = (rlim_t)(value + grace);
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < set.rlim_max)
		set.rlim_max = now.rlim_max;
	set.rlim_cur = (rlim_t)value < set.rlim_max ? (rlim_t)value : set.rlim_max;
	if (setrlimit(resource, &set) < 0)
		return err_sys(err, "limit %s", what);
	return 0;
}

static int set_limits(const struct sandbox *s, bool own_user, struct err *err)
{
	const struct sandbox_limits *l = &s->limits;

	if (limit(RLIMIT_CORE, 0, 0, "core files", err) < 0)
		return -1;
	/* A second between the signal that can be caught and the one that cannot. */
	if (l->cpu_seconds && limit(RLIMIT_CPU, l->cpu_seconds, 1, "processor time", err) < 0)
		return -1;
	if (l->file_size && limit(RLIMIT_FSIZE, l->file_size, 0, "file sizes", err) < 0)
		return -1;
	if (l->open_files && limit(RLIMIT_NOFILE, l->open_files, 0, "open files", err) < 0)
		return -1;
	if (l->address_space && limit(RLIMIT_AS, l->address_space, 0, "memory", err) < 0)
		return -1;
	/* Of a user who also works elsewhere, all processes would count. */
	if (l->processes && own_user && limit(RLIMIT_NPROC, l->processes, 0, "processes", err) < 0)
		return -1;
	return 0;
}

/* By system call: this process may come of a clone that the C library knows nothing of, whose own functions would look for the threads of its parent
 * (sys/flush), and wait for them. */
static int become(const struct sandbox *s, unsigned *missing, struct err *err)
{
	if (syscall(SYS_setgroups, 0, NULL) == 0 &&
		syscall(SYS_setresgid, s->gid, s->gid, s->gid) == 0 &&
		syscall(SYS_setresuid, s->uid, s->uid, s->uid) == 0)
		return 0;
	if (!is_refusal(errno))
		return err_sys(err, "become user %u", (unsigned)s->uid);
	*missing |= SANDBOX_USER;
	return 0;
}

/* To those that may stay, as far as we have them. */
static int drop_capabilities(uint64_t stay, struct err *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct set[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (stay && syscall(SYS_capget, &header, set) < 0)
		return err_sys(err, "ask for capabilities");
	for (size_t i = 0; i < COUNT(set); i++) {
		set[i].permitted &= (uint32_t)(stay >> 32 * i);
		set[i].effective = set[i].permitted;
		set[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, set) < 0)
		return err_sys(err, "drop capabilities");
	return 0;
}

/* The bounding set goes while that is still allowed. Where it is not, no_new_privs holds. */
static int drop_rights(const struct sandbox *s, bool other_user, unsigned *missing, struct err *err)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (i >= 64 || !(s->capabilities >> i & 1))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	if (other_user && become(s, missing, err) < 0)
		return -1;
	if (drop_capabilities(s->capabilities, err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "forgo new privileges");
	return 0;
}

/* In a stage all files may be reached; but with the machine's network, so may sockets that have no file. */
static int make_scope(const struct sandbox *s, unsigned *missing, struct err *err)
{
	if (!s->stage || (s->namespaces & SANDBOX_NET))
		return -1;
	if (landlock_abi() >= 6)
		return landlock_make_scope(err);
	*missing |= SANDBOX_FILES;
	return -1;
}

/* The ruleset, made while everything can be opened; -1 without an error: none. */
static int make_ruleset(const struct sandbox *s, const struct sandbox_spaces *spaces,
	unsigned *missing, struct err *err)
{
	const struct landlock_path tmp = {"/tmp", -1, RUN | LANDLOCK_WRITE};
	AUTO_FD ruleset = -1;

	if (!s->programs && !s->path_count)
		return make_scope(s, missing, err);
	if (landlock_abi() == 0) {
		*missing |= SANDBOX_FILES;
		return -1;
	}
	ruleset = landlock_make(s->network, err);
	if (ruleset < 0)
		return -1;
	if (s->programs &&
		landlock_allow(ruleset, sandbox_programs, sandbox_programs_count, err) < 0)
		return -1;
	if (landlock_allow(ruleset, s->paths, s->path_count, err) < 0 ||
		landlock_allow(ruleset, &tmp, spaces->tmp, err) < 0)
		return -1;
	return fd_take(&ruleset);
}

static int set_filter(const struct sandbox *s, unsigned *missing, struct err *err)
{
	struct sock_fprog program = {.len = s->filter.count};

	if (!s->filter.count)
		return 0;
	memcpy(&program.filter, &s->filter.instructions, sizeof(program.filter));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
		return 0;
	if (!is_refusal(errno))
		return err_sys(err, "filter system calls");
	*missing |= SANDBOX_CALLS;
	return 0;
}

int sandbox_apply(const struct sandbox *s, const struct sandbox_spaces *spaces, unsigned *missing,
	struct err *err)
{
	bool other_user = s->uid != STAYS && geteuid() == 0;
	AUTO_FD ruleset = -1;

	*missing = spaces->wanted & ~spaces->inside;
	err_clear(err);
	ruleset = make_ruleset(s, spaces, missing, err);
	if (ruleset < 0 && err->code != ERR_NONE)
		return -1;
	if (set_limits(s, other_user || spaces->user, err) < 0 ||
		drop_rights(s, other_user, missing, err) < 0)
		return -1;
	if (ruleset >= 0 && landlock_enter(ruleset, err) < 0)
		return -1;
	return set_filter(s, missing, err);
}

NORETURN static void try_it(const struct sandbox *s, struct sandbox_spaces *spaces, int report)
{
	struct err err = ERR_INIT;
	unsigned missing;

	if (sandbox_enter_namespaces(s, spaces, NULL, &err) < 0 ||
		sandbox_apply(s, spaces, &missing, &err) < 0)
		_exit(1);
	_exit(write(report, &missing, sizeof(missing)) == sizeof(missing) ? 0 : 1);
}

static bool try_with(const struct sandbox *s, unsigned namespaces, unsigned *missing)
{
	struct sandbox_spaces spaces;
	int report[2];
	bool known;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return false;
	pid = sandbox_fork(namespaces, s->net, &spaces);
	if (pid == 0)
		try_it(s, &spaces, report[1]);
	fd_drop(&report[1]);
	known = pid > 0 && read(report[0], missing, sizeof(*missing)) == sizeof(*missing);
	fd_drop(&report[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return known;
}

unsigned sandbox_missing(const struct sandbox *s)
{
	unsigned missing = 0;

	if (try_with(s, s->namespaces, &missing))
		return missing;
	if (try_with(s, 0, &missing))
		return missing | (s->namespaces & SANDBOX_NAMESPACES);
	return SANDBOX_ALL;
}

void sandbox_name_parts(unsigned missing, struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < COUNT(parts); i++) {
		if (!(missing & parts[i].part))
			continue;
		buf_adds(out, between);
		buf_adds(out, parts[i].name);
		between = ", ";
	}
}

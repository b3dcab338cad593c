/* A library that is preloaded into a program and fails its N-th call of a kind. Only for tests.
 *
 * The runner writes a struct control into the file FAULT_CONTROL; it is shared by all processes of
 * the program that it names, so calls are counted over forks and workers. A worker could not open
 * that file any more when its main begins (another user, Landlock): the descriptor is kept at
 * KEPT, and close_range goes around it. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef FAULT_CONTROL
#define FAULT_CONTROL "/opt/fardel-test/fault"
#endif
#define KEPT 900
#define FRAMES 24
#define POINTS 65536

/* Bits: one control may name several. The runner has the same table. */
enum kind {
	WRITE = 1, /* to files */
	SEND = 2, /* to pipes and sockets */
	READ = 4, /* from files */
	RECEIVE = 8, /* from pipes and sockets */
	SYNC = 16,
	RENAME = 32,
	FORK = 64,
	OPEN = 128, /* to read */
	CREATE = 256, /* to write */
	ALLOC = 512,
	CHANGE = 1024, /* names, modes and owners */
	PIPE = 2048, /* new descriptors of other kinds */
};

enum how {
	ONCE, /* the N-th call fails */
	EVER, /* that one, and all behind it */
	BITS, /* none fails: each reads or writes but a part, or is interrupted first */
	COUNT, /* none fails: each one's stack is kept */
};

struct control {
	char program[32];
	uint32_t kinds, at, how;
	int32_t error;
	uint32_t depth; /* how many callers make a stack */
	uint32_t calls, hits;
	uint64_t stacks[POINTS];
};

static struct control *control; /* NULL: this is another program */
static bool kept;
static __thread bool busy __attribute__((tls_model("initial-exec")));

/* What is called from where, the same in each process: relative to where each file is mapped. */
static uint64_t stack(void)
{
	void *frames[FRAMES + 8];
	int n = backtrace(frames, FRAMES + 8);
	uint64_t sum = 14695981039346656037u;
	Dl_info own, info;
	uint32_t depth = 0;

	dladdr(&control, &own);
	for (int i = 0; i < n && depth < control->depth; i++) {
		uint64_t at = (uint64_t)(uintptr_t)frames[i];

		if (dladdr(frames[i], &info)) {
			if (info.dli_fbase == own.dli_fbase)
				continue;
			at -= (uint64_t)(uintptr_t)info.dli_fbase;
		}
		sum = (sum ^ at) * 1099511628211u;
		depth++;
	}
	return sum;
}

/* Counts a call; true, with errno, when it is to fail. */
static bool fails(enum kind kind)
{
	uint32_t number;
	bool hit;

	if (!control || busy || !(control->kinds & kind) || control->how == BITS)
		return false;
	number = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
	if (control->how == COUNT && number <= POINTS) {
		busy = true;
		control->stacks[number - 1] = stack();
		busy = false;
	}
	hit = control->at &&
	      (number == control->at || (control->how == EVER && number > control->at));
	if (!hit)
		return false;
	__atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
	errno = control->error;
	return true;
}

/* Which kind of call one on `fd` is; none of ours (0) on memory that has a descriptor. */
static enum kind kind_of(int fd, enum kind file, enum kind other)
{
	struct stat st;
	int saved = errno;
	bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

	errno = saved;
	return !is_file ? other : st.st_nlink ? file : (enum kind)0;
}

static bool fails_on(int fd, enum kind file, enum kind other)
{
	return control && control->kinds & (file | other) && fails(kind_of(fd, file, other));
}

/* How much of `n` bytes a call gets to do: with BITS each second call is interrupted (0), each
 * other one does about half. */
static size_t part(int fd, size_t n, enum kind file, enum kind other)
{
	uint32_t number;

	if (!control || busy || control->how != BITS ||
		!(control->kinds & kind_of(fd, file, other)))
		return n;
	number = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
	if (number % 2) {
		errno = EINTR;
		return 0;
	}
	return (n + 1) / 2;
}

#define REAL(name) ((__typeof__(&name))next(#name))

static void *next(const char *name)
{
	bool was = busy;
	void *found;

	busy = true;
	found = dlsym(RTLD_NEXT, name);
	busy = was;
	return found;
}

__attribute__((constructor)) static void begin(void)
{
	void *at, *frames[2];
	int fd;

	/* Inherited, or opened here first. */
	if (fcntl(KEPT, F_GETFD) < 0) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, FAULT_CONTROL, O_RDWR | O_CLOEXEC, 0);
		if (fd < 0)
			return;
		dup2(fd, KEPT);
		close(fd);
	}
	kept = true;
	at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, KEPT, 0);
	if (at == MAP_FAILED)
		return;
	if (strcmp(((struct control *)at)->program, program_invocation_short_name) != 0) {
		munmap(at, sizeof(*control));
		return;
	}
	backtrace(frames, 2); /* loads what it needs while nothing is counted yet */
	control = at;
}

/* --- memory --- */

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

/* The loader has no way to say that it got no memory for a thread's data: it ends the program. */
static bool is_loader(const void *caller)
{
	return (uintptr_t)caller - getauxval(AT_BASE) < 1 << 18;
}

static bool fails_alloc(const void *caller)
{
	return control && control->kinds & ALLOC && !is_loader(caller) && fails(ALLOC);
}

void *malloc(size_t n)
{
	return fails_alloc(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails_alloc(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails_alloc(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}

/* The C library's name service asserts that it gets memory, or goes on with NULL: not ours to mend. */
struct passwd *getpwnam(const char *name)
{
	struct passwd *found;

	busy = true;
	found = REAL(getpwnam)(name);
	busy = false;
	return found;
}

/* --- bytes --- */

ssize_t write(int fd, const void *bytes, size_t n)
{
	size_t some = n;

	if (fails_on(fd, WRITE, SEND) || (n && !(some = part(fd, n, WRITE, SEND))))
		return -1;
	return REAL(write)(fd, bytes, some);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	size_t some = n;

	if (fails_on(fd, WRITE, SEND) || (n && !(some = part(fd, n, WRITE, SEND))))
		return -1;
	return REAL(pwrite64)(fd, bytes, some, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return pwrite64(fd, bytes, n, at);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	return fails_on(fd, WRITE, SEND) ? -1 : REAL(send)(fd, bytes, n, flags);
}

/* What is sent by whole messages is never cut. */
static bool is_stream(int fd)
{
	int type = SOCK_STREAM;
	socklen_t size = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type == SOCK_STREAM;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	struct iovec one;
	struct msghdr some = *m;

	if (fails_on(fd, WRITE, SEND))
		return -1;
	if (m->msg_iovlen && m->msg_iov[0].iov_len && is_stream(fd)) {
		one = m->msg_iov[0];
		one.iov_len = part(fd, one.iov_len, WRITE, SEND);
		if (!one.iov_len)
			return -1;
		if (one.iov_len < m->msg_iov[0].iov_len) {
			some.msg_iov = &one;
			some.msg_iovlen = 1;
		}
	}
	return REAL(sendmsg)(fd, &some, flags);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t n, unsigned flags)
{
	size_t some;

	if (fails_on(to, WRITE, SEND))
		return -1;
	some = part(to, n, WRITE, SEND);
	if (!some)
		return -1;
	return REAL(copy_file_range)(from, at, to, there, some < n ? 4096 : n, flags);
}

int ftruncate(int fd, off_t size)
{
	return fails_on(fd, WRITE, SEND) ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
	return fails_on(fd, WRITE, SEND) ? -1 : REAL(ftruncate64)(fd, size);
}

ssize_t read(int fd, void *bytes, size_t n)
{
	size_t some = n;

	if (fails_on(fd, READ, RECEIVE) || (n && !(some = part(fd, n, READ, RECEIVE))))
		return -1;
	return REAL(read)(fd, bytes, some);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t at)
{
	size_t some = n;

	if (fails_on(fd, READ, RECEIVE) || (n && !(some = part(fd, n, READ, RECEIVE))))
		return -1;
	return REAL(pread64)(fd, bytes, some, at);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
	return pread64(fd, bytes, n, at);
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
	return fails_on(fd, READ, RECEIVE) ? -1 : REAL(recv)(fd, bytes, n, flags);
}

/* --- what is to last --- */

int fsync(int fd)
{
	return fails(SYNC) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	return fails(SYNC) ? -1 : REAL(fdatasync)(fd);
}

int syncfs(int fd)
{
	return fails(SYNC) ? -1 : REAL(syncfs)(fd);
}

/* --- names --- */

int rename(const char *from, const char *to)
{
	return fails(RENAME) ? -1 : REAL(rename)(from, to);
}

int renameat(int a, const char *from, int b, const char *to)
{
	return fails(RENAME) ? -1 : REAL(renameat)(a, from, b, to);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	return fails(RENAME) ? -1 : REAL(renameat2)(a, from, b, to, flags);
}

int mkdirat(int dir, const char *name, mode_t mode)
{
	return fails(CHANGE) ? -1 : REAL(mkdirat)(dir, name, mode);
}

int symlinkat(const char *to, int dir, const char *name)
{
	return fails(CHANGE) ? -1 : REAL(symlinkat)(to, dir, name);
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
	return fails(CHANGE) ? -1 : REAL(linkat)(a, from, b, to, flags);
}

int unlink(const char *name)
{
	return fails(CHANGE) ? -1 : REAL(unlink)(name);
}

int unlinkat(int dir, const char *name, int flags)
{
	return fails(CHANGE) ? -1 : REAL(unlinkat)(dir, name, flags);
}

int fchmod(int fd, mode_t mode)
{
	return fails(CHANGE) ? -1 : REAL(fchmod)(fd, mode);
}

int fchmodat(int dir, const char *name, mode_t mode, int flags)
{
	return fails(CHANGE) ? -1 : REAL(fchmodat)(dir, name, mode, flags);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	return fails(CHANGE) ? -1 : REAL(fchown)(fd, uid, gid);
}

int fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags)
{
	return fails(CHANGE) ? -1 : REAL(fchownat)(dir, name, uid, gid, flags);
}

/* --- descriptors --- */

static bool fails_to_open(int flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);

	return fails(writes ? CREATE : OPEN);
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPENS(name) \
	int name(const char *path, int flags, ...) \
	{ \
		va_list args; \
		mode_t mode; \
\
		va_start(args, flags); \
		mode = mode_of(flags, args); \
		va_end(args); \
		return fails_to_open(flags) ? -1 : REAL(name)(path, flags, mode); \
	}
#define OPENS_AT(name) \
	int name(int dir, const char *path, int flags, ...) \
	{ \
		va_list args; \
		mode_t mode; \
\
		va_start(args, flags); \
		mode = mode_of(flags, args); \
		va_end(args); \
		return fails_to_open(flags) ? -1 : REAL(name)(dir, path, flags, mode); \
	}
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

/* What the two become where the compiler checks their flags. */
int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags);
}

DIR *opendir(const char *path)
{
	return fails(OPEN) ? NULL : REAL(opendir)(path);
}

int pipe2(int fds[2], int flags)
{
	return fails(PIPE) ? -1 : REAL(pipe2)(fds, flags);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return fails(PIPE) ? -1 : REAL(socketpair)(domain, type, protocol, fds);
}

int dup2(int from, int to)
{
	return fails(PIPE) ? -1 : REAL(dup2)(from, to);
}

int dup3(int from, int to, int flags)
{
	return fails(PIPE) ? -1 : REAL(dup3)(from, to, flags);
}

int fcntl(int fd, int what, ...)
{
	va_list args;
	void *argument;

	va_start(args, what);
	argument = va_arg(args, void *);
	va_end(args);
	if ((what == F_DUPFD || what == F_DUPFD_CLOEXEC) && fails(PIPE))
		return -1;
	return REAL(fcntl)(fd, what, argument);
}

/* All but the one that is kept. */
int close_range(unsigned first, unsigned last, int flags)
{
	if (!kept || first > KEPT || last < KEPT)
		return REAL(close_range)(first, last, flags);
	if (first < KEPT && REAL(close_range)(first, KEPT - 1, flags) < 0)
		return -1;
	return REAL(close_range)(KEPT + 1, last, flags);
}

/* --- processes, and what has no function of its own --- */

pid_t fork(void)
{
	return fails(FORK) ? -1 : REAL(fork)();
}

static bool fails_by_number(long number, const long *args)
{
	switch (number) {
	case SYS_clone3: return fails(FORK);
	case SYS_pidfd_open: return fails(PIPE);
	case SYS_openat2: return fails_to_open((int)((const struct open_how *)args[2])->flags);
	default: return false;
	}
}

long syscall(long number, ...)
{
	long args[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	if (fails_by_number(number, args))
		return -1;
	return REAL(syscall)(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

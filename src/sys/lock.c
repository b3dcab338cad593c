/* The lock that one writing fardel holds at a time. */
#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/signals.h"

#define LOOK_AGAIN 100 /* ms */
#define HOLDER_MAX 4096
#define LOCKS_MAX (256 << 10)

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "fardel install zoom (pid 123)". */
static void read_holder(int fd, struct buf *out)
{
	char text[HOLDER_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	struct span rest = {text, n > 0 ? (size_t)n : 0}, pid, command;

	if (!span_split(&rest, '\n', &pid) || !span_split(&rest, '\n', &command)) {
		buf_adds(out, "another fardel");
		return;
	}
	buf_addf(out, "%.*s (pid %.*s)", SPAN_ARG(command), SPAN_ARG(pid));
}

static int write_holder(int fd, const char *command, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "%ld\n%.3000s\n", (long)getpid(), command);
	if (ftruncate(fd, 0) < 0)
		return err_sys(err, "empty the lock file");
	return file_write_all(fd, text.s, text.n, err) < 0 ? err_at(err, "the lock file") : 0;
}

static int wait_for(int fd, int64_t timeout, const char *holder, struct err *err)
{
	int64_t until = now_ms() + timeout * 1000;
	struct pollfd stop = {.fd = signals_fd(), .events = POLLIN};

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "lock");
		if (timeout >= 0 && now_ms() >= until)
			return err_set(err, ERR_LOCKED, "%s holds the lock", holder);
		poll(&stop, 1, LOOK_AGAIN);
		if (signals_pending()) {
			err_set(err, ERR_SIGNAL, "interrupted while waiting for %s", holder);
			err->sys = signals_pending();
			return -1;
		}
	}
	return 0;
}

/* Some file systems of other machines' know no locks. */
static int fail(const char *what, struct err *err)
{
	err_sys(err, "%s cannot be locked", what);
	return err->sys == ENOLCK || err->sys == ENOSYS || err->sys == EOPNOTSUPP
		       ? err_next(err, "have it on a file system that has locks")
		       : -1;
}

int lock_take(struct lock *lock, int dirfd, const char *name, const char *command, int64_t timeout,
	void (*waiting)(void *arg, const char *holder), void *arg, struct err *err)
{
	AUTO_FD fd = file_open(dirfd, name, O_RDWR | O_CREAT, 0600, err);
	AUTO(buf) holder = BUF_INIT;

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(name, err);
		read_holder(fd, &holder);
		if (timeout != 0)
			waiting(arg, holder.s);
		if (wait_for(fd, timeout, holder.s, err) < 0)
			return -1;
	}
	if (write_holder(fd, command, err) < 0)
		return -1;
	lock->fd = fd_take(&fd);
	return 0;
}

void lock_drop(struct lock *lock)
{
	fd_drop(&lock->fd);
}

/* A line of /proc/locks: "1: POSIX  ADVISORY  READ 1234 fd:01:5678 120 127", or up to "EOF". The device is not compared:
 * overlayfs shows another one than stat does. */
static bool names_other(const char *line, ino_t inode, struct lock_bytes bytes, long *pid)
{
	unsigned long long found, first, last;
	int n = sscanf(
		line, "%*d: %*s %*s %*s %ld %*x:%*x:%llu %llu %llu", pid, &found, &first, &last);

	if (n < 3 || found != inode || *pid <= 0 || *pid == (long)getpid())
		return false;
	return first <= bytes.last && (n < 4 || last >= bytes.first);
}

void lock_holder(const char *path, struct lock_bytes bytes, struct buf *out)
{
	AUTO_FD fd = open("/proc/locks", O_RDONLY | O_CLOEXEC);
	AUTO(buf) text = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct span rest, line;
	struct stat st;
	char process[32];
	long pid;

	if (stat(path, &st) < 0 || fd < 0 || file_read_fd(fd, LOCKS_MAX, &text, &ignored) < 0)
		return;
	rest = buf_span(&text);
	while (span_split(&rest, '\n', &line)) {
		if (!names_other(line.s, st.st_ino, bytes, &pid))
			continue;
		snprintf(process, sizeof(process), "/proc/%ld", pid);
		buf_addf(out, "process %ld", pid);
		if (stat(process, &st) == 0)
			buf_addf(out, " of user %u", (unsigned)st.st_uid);
		return;
	}
}

int lock_folder(struct lock *lock, int fd, const char *what, int64_t timeout,
	void (*waiting)(void *arg, const char *holder), void *arg, struct err *err)
{
	AUTO(buf) holder = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	lock->fd = fd;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fail(what, err);
	buf_addf(&path, "/proc/self/fd/%d", fd);
	lock_holder(path.s, (struct lock_bytes){0, UINT64_MAX}, &holder);
	if (!holder.n)
		buf_addf(&holder, "another fardel, on a system that shares %s,", what);
	if (timeout != 0)
		waiting(arg, holder.s);
	return wait_for(fd, timeout, holder.s, err);
}

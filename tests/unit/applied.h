/* What the tests of store/apply share: a root, a tree that it is to become, the changes between both, and libc's functions that
 * change something, which can be made to fail, or to end the process, at the n-th call. */
#pragma once

#include "overlaid.h"

#include <dlfcn.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "model/changes_math.h"
#include "store/apply.h"

#define KILLED 99

static struct {
	int at; /* the call that is the last; 0: none */
	int fail; /* with this errno, and once; 0: the process ends there */
	int calls;
	int opens, open_at; /* of what is opened this one fails, with ENOSPC; 0: none */
	bool apart; /* the kept folders seem to be on a file system of their own */
	ino_t kept[2];
	bool no_exchange;
	const char *no_sync; /* the path of a folder whose syncs fail */
	void (*before_call)(const char *call);
} faults;

static bool fails(const char *call)
{
	faults.calls++;
	if (faults.before_call)
		faults.before_call(call);
	if (!faults.at || faults.calls != faults.at)
		return false;
	if (!faults.fail)
		_exit(KILLED);
	errno = faults.fail;
	return true;
}

#define STANDS_BEFORE(type, name, parameters, ...) \
	type name parameters \
	{ \
		return fails(#name) ? -1 : (type)syscall(__VA_ARGS__); \
	}

STANDS_BEFORE(int, mkdirat, (int fd, const char *p, mode_t m), SYS_mkdirat, fd, p, m)
STANDS_BEFORE(int, unlinkat, (int fd, const char *p, int f), SYS_unlinkat, fd, p, f)
STANDS_BEFORE(
	int, renameat, (int a, const char *p, int b, const char *q), SYS_renameat2, a, p, b, q, 0)
STANDS_BEFORE(int, symlinkat, (const char *t, int fd, const char *p), SYS_symlinkat, t, fd, p)
STANDS_BEFORE(int, mknodat, (int fd, const char *p, mode_t m, dev_t d), SYS_mknodat, fd, p, m, d)
STANDS_BEFORE(int, fchownat, (int fd, const char *p, uid_t u, gid_t g, int f), SYS_fchownat, fd, p,
	u, g, f)
STANDS_BEFORE(int, fchmod, (int fd, mode_t m), SYS_fchmod, fd, m)
STANDS_BEFORE(int, chmod, (const char *p, mode_t m), SYS_fchmodat, AT_FDCWD, p, m)
STANDS_BEFORE(int, fsetxattr, (int fd, const char *n, const void *v, size_t s, int f),
	SYS_fsetxattr, fd, n, v, s, f)
STANDS_BEFORE(int, setxattr, (const char *p, const char *n, const void *v, size_t s, int f),
	SYS_setxattr, p, n, v, s, f)
STANDS_BEFORE(int, fremovexattr, (int fd, const char *n), SYS_fremovexattr, fd, n)
STANDS_BEFORE(int, removexattr, (const char *p, const char *n), SYS_removexattr, p, n)
STANDS_BEFORE(
	ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), SYS_pwrite64, fd, b, n, o)
STANDS_BEFORE(ssize_t, copy_file_range, (int a, off_t *p, int b, off_t *q, size_t n, unsigned f),
	SYS_copy_file_range, a, p, b, q, n, f)
STANDS_BEFORE(int, ftruncate, (int fd, off_t n), SYS_ftruncate, fd, n)
STANDS_BEFORE(int, futimens, (int fd, const struct timespec t[2]), SYS_utimensat, fd, NULL, t, 0)

int renameat2(int a, const char *p, int b, const char *q, unsigned flags)
{
	if (fails("renameat2"))
		return -1;
	if (flags == RENAME_EXCHANGE && faults.no_exchange) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_renameat2, a, p, b, q, flags);
}

static bool is_kept(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_ino == faults.kept[0] || st.st_ino == faults.kept[1]);
}

int linkat(int a, const char *p, int b, const char *q, int flags)
{
	if (fails("linkat"))
		return -1;
	if (faults.apart && is_kept(a) != is_kept(b)) {
		errno = EXDEV;
		return -1;
	}
	return (int)syscall(SYS_linkat, a, p, b, q, flags);
}

/* The C library has no name of its own for openat2. */
long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[5];
	va_list args;

	va_start(args, number);
	for (size_t i = 0; i < COUNT(a); i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_openat2 && ++faults.opens == faults.open_at) {
		errno = ENOSPC;
		return -1;
	}
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4]);
}

/* Not waited for: the disk is the machine's. */
int syncfs(int fd)
{
	struct stat a, b;

	if (fails("syncfs"))
		return -1;
	if (faults.no_sync && fstat(fd, &a) == 0 && stat(faults.no_sync, &b) == 0 &&
		a.st_ino == b.st_ino) {
		errno = EIO;
		return -1;
	}
	return 0;
}

int fsync(int fd)
{
	return fails("fsync") || fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

/* root/ is to become new/; both hold what the tests make in t/. */
struct trial {
	struct scratch *s;
	int root, fresh;
	struct apply_kept kept;
	struct changes changes, before, after; /* done; and all of root, as made from nothing */
};
#define TRIAL_INIT ((struct trial){.root = -1, .fresh = -1, .kept = {-1, -1}})

static inline void trial_drop(struct trial *t)
{
	fd_drop(&t->root);
	fd_drop(&t->fresh);
	fd_drop(&t->kept.after);
	fd_drop(&t->kept.before);
	changes_drop(&t->changes);
	changes_drop(&t->before);
	changes_drop(&t->after);
}

static inline int open_in(struct scratch *s, const char *path)
{
	return openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The folders, empty. */
static inline void trial_begin(struct trial *t, struct scratch *s)
{
	struct stat st;

	faults.at = 0;
	t->s = s;
	put_dir(s, "root/t", 0755);
	put_dir(s, "new", 0755);
	put_dir(s, "none", 0755);
	put_dir(s, "kept/after", 0700);
	put_dir(s, "kept/before", 0700);
	t->root = open_in(s, "root");
	t->fresh = open_in(s, "new");
	t->kept = (struct apply_kept){open_in(s, "kept/after"), open_in(s, "kept/before"), false};
	faults.kept[0] = fstat(t->kept.after, &st) == 0 ? st.st_ino : 0;
	faults.kept[1] = fstat(t->kept.before, &st) == 0 ? st.st_ino : 0;
}

static inline int run_in(struct scratch *s, const char *text)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (chdir(s->path) == 0)
			execl("/bin/sh", "sh", "-euc", text, NULL);
		_exit(1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int read_all(struct trial *t, int folder, struct changes *out)
{
	const struct scan how = SCAN_INIT;
	AUTO_FD none = open_in(t->s, "none");
	const struct scan_layer layer = {folder, none, "/", true};

	changes_drop(out);
	return scan_layer(&how, &layer, out, &t->s->err);
}

/* A name that is not in the changes stays the file that it was. */
static inline void expect_links(struct trial *t)
{
	VEC_FOR (struct change, x, &t->after.of) {
		const struct change *done = changes_get(&t->changes, buf_span(&x->path));
		const struct change *had = changes_get(&t->before, buf_span(&x->path));

		if (done)
			x->after.inode = done->after.inode ? done->after.inode + 1000000 : 0;
		else
			x->after.inode = had ? had->after.inode : 0;
	}
	changes_number_links(&t->after);
}

/* What new/ says of root/: its t is opaque, as if it were a layer that hides all of root's. False: it cannot be said so here. */
static inline bool trial_compare(struct trial *t)
{
	const struct scan how = SCAN_INIT;
	const struct scan_layer layer = {t->fresh, t->root, "/", true};
	AUTO(buf) top = buf_of(t->s->path);

	buf_adds(&top, "/new/t");
	if (setxattr(top.s, "user.overlay.opaque", "y", 1, 0) < 0)
		return false;
	if (scan_layer(&how, &layer, &t->changes, &t->s->err) < 0 ||
		read_all(t, t->root, &t->before) < 0 || read_all(t, t->fresh, &t->after) < 0) {
		fprintf(stderr, "%s\n", t->s->err.text);
		return false;
	}
	changes_number_links(&t->before);
	expect_links(t);
	return true;
}

static inline int trial_keep(struct trial *t)
{
	const struct apply_layer layer = {"/", t->fresh};

	return apply_keep(t->root, &t->changes, &layer, 1, &t->kept, &t->s->err);
}

/* Whether root is exactly that now. */
static inline bool trial_is(struct trial *t, const struct changes *want, const char *when)
{
	AUTO(changes) is = CHANGES_INIT;
	AUTO(buf) left = BUF_INIT;
	AUTO(buf) right = BUF_INIT;

	if (read_all(t, t->root, &is) < 0) {
		fprintf(stderr, "%s: %s\n", when, t->s->err.text);
		return false;
	}
	changes_number_links(&is);
	show_changes(want, &left);
	show_changes(&is, &right);
	if (span_is(buf_span(&left), buf_span(&right)))
		return true;
	fprintf(stderr, "%s: wanted\n%s---\nis\n%s", when, left.s, right.s);
	return false;
}

static inline int trial_go(struct trial *t, bool forward)
{
	err_clear(&t->s->err);
	return forward ? apply_forward(t->root, &t->changes, &t->kept, NULL, &t->s->err)
		       : apply_back(t->root, &t->changes, &t->kept, NULL, &t->s->err);
}

/* Makes root/ and new/ by scripts, what is between them, and (if wanted) keeps. */
static inline void begin(struct trial *t, struct scratch *s, const char *before, const char *after)
{
	faults.apart = faults.no_exchange = false;
	faults.no_sync = NULL;
	faults.open_at = 0;
	faults.before_call = NULL;
	trial_begin(t, s);
	assert_int_equal(run_in(s, before), 0);
	assert_int_equal(run_in(s, "cp -a root/t new/t"), 0);
	assert_int_equal(run_in(s, after), 0);
	if (!trial_compare(t))
		cannot(s, "no attributes of users in /tmp");
}

static inline void begin_and_keep(
	struct trial *t, struct scratch *s, const char *before, const char *after)
{
	begin(t, s, before, after);
	if (trial_keep(t) < 0)
		print_error("%s\n", s->err.text);
	assert_int_equal(s->err.code, ERR_NONE);
}

#define assert_goes(t, forward) \
	do { \
		if (trial_go(t, forward) < 0) \
			print_error("%s\n", (t)->s->err.text); \
		assert_int_equal((t)->s->err.code, ERR_NONE); \
		assert_true(trial_is(t, (forward) ? &(t)->after : &(t)->before, "afterwards")); \
	} while (0)

#define PLAIN_BEFORE "cd root/t; echo 1 >a; echo 1 >b; mkdir d; echo 1 >d/x"
#define PLAIN_AFTER "cd new/t; echo 22 >a; rm b; rm -r d; echo 1 >n; chmod 700 ."

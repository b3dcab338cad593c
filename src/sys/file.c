/* Files by folder descriptor. */
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COPY_CHUNK (1 << 20)

int file_open_dir(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open folder %s", path);
	return fd;
}

static int open_beneath(int dirfd, const char *path, int flags, mode_t mode, unsigned also)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW |
				    (flags & O_PATH ? 0 : O_NOCTTY)),
		.mode = mode, /* 0 unless something is made */
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | also,
	};
	int fd;

	/* EAGAIN: a rename elsewhere made the kernel unsure; it says to try again. */
	do
		fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd;
}

int file_open(int dirfd, const char *path, int flags, mode_t mode, struct err *err)
{
	int fd = open_beneath(dirfd, path, flags, mode, 0);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	return fd;
}

int file_open_if(int dirfd, const char *path, int flags, struct err *err)
{
	int fd = open_beneath(dirfd, path, flags, 0, 0);

	if (fd < 0 && errno != ENOENT)
		return err_sys(err, "open %s", path);
	err_clear(err); /* so that the caller can tell */
	return fd;
}

int file_open_unmounted(int dirfd, const char *path, int flags, struct err *err)
{
	int fd = open_beneath(dirfd, path, flags, 0, RESOLVE_NO_XDEV);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	return fd;
}

int file_open_within(const char *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC |
				    (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY)),
		.resolve = *root ? RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS : 0,
	};
	AUTO_FD top = -1;
	int fd;

	if (*root && (top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	do
		fd = (int)syscall(SYS_openat2, *root ? top : AT_FDCWD, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd;
}

/* The folder that holds path's last part, and that part. */
static int open_parent(int dirfd, const char *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	AUTO(buf) parent = BUF_INIT;

	*name = slash ? slash + 1 : path;
	buf_add_span(
		&parent, slash ? span_cut(span_of(path), 0, (size_t)(slash - path)) : SPAN("."));
	return file_open(dirfd, parent.s, O_RDONLY | O_DIRECTORY, 0, err);
}

int file_stat(int dirfd, const char *path, struct stat *st, struct err *err)
{
	AUTO_FD fd = open_beneath(dirfd, path, O_PATH, 0, 0);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, st) < 0)
		return err_sys(err, "look at %s", path);
	return 1;
}

int file_make_dir(int dirfd, const char *path, mode_t mode, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(dirfd, path, &name, err);
	struct stat st;

	if (parent < 0)
		return -1;
	if (mkdirat(parent, name, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, "make folder %s", path);
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "look at %s", path);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return err_sys(err, "make folder %s", path);
	}
	return 0;
}

int file_make_dirs(int dirfd, const char *path, mode_t mode, struct err *err)
{
	AUTO(buf) upto = BUF_INIT;
	struct span rest = span_of(path), part;

	while (span_split(&rest, '/', &part)) {
		if (!part.n)
			continue;
		if (upto.n)
			buf_addc(&upto, '/');
		buf_add_span(&upto, part);
		if (file_make_dir(dirfd, upto.s, mode, err) < 0)
			return -1;
	}
	return file_open(dirfd, upto.n ? upto.s : ".", O_RDONLY | O_DIRECTORY, 0, err);
}

int file_make_symlink(int dirfd, const char *path, const char *target, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(dirfd, path, &name, err);

	if (parent < 0)
		return -1;
	if (symlinkat(target, parent, name) < 0)
		return err_sys(err, "link %s", path);
	return 0;
}

int file_make_link(int dirfd, const char *from, const char *to, struct err *err)
{
	const char *from_name, *to_name;
	AUTO_FD from_dir = open_parent(dirfd, from, &from_name, err);
	AUTO_FD to_dir = from_dir < 0 ? -1 : open_parent(dirfd, to, &to_name, err);

	if (to_dir < 0)
		return -1;
	if (linkat(from_dir, from_name, to_dir, to_name, 0) < 0)
		return err_sys(err, "link %s to %s", to, from);
	return 0;
}

int file_read_fd(int fd, size_t max, struct buf *out, struct err *err)
{
	size_t start = out->n;

	for (;;) {
		ssize_t n;

		buf_reserve(out, 65536);
		n = read(fd, out->s + out->n, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		out->n += (size_t)n;
		out->s[out->n] = 0;
		if (out->n - start > max)
			return err_set(err, ERR_FAILED, "longer than %zu bytes", max);
	}
}

int file_read(int dirfd, const char *path, size_t max, struct buf *out, struct err *err)
{
	AUTO_FD fd = file_open_if(dirfd, path, O_RDONLY | O_NONBLOCK, err);
	struct stat st;

	if (fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is not a file", path);
	if (file_read_fd(fd, max, out, err) < 0)
		return err_at(err, "%s", path);
	return 1;
}

int file_write_all(int fd, const void *bytes, size_t n, struct err *err)
{
	const char *at = bytes;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_sys(err, "write");
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

int file_sync(int fd, struct err *err)
{
	if (fsync(fd) < 0)
		return err_sys(err, "sync to disk");
	return 0;
}

/* A name beside the one that is to be replaced; a leftover of a crash is taken over. */
static void name_beside(struct buf *out, const char *name)
{
	buf_addf(out, ".%s.new", name);
}

bool file_is_beside(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] == '.' && strcmp(name + n - 4, ".new") == 0;
}

static int rename_over(int dirfd, const char *from, const char *to, struct err *err)
{
	if (renameat(dirfd, from, dirfd, to) == 0)
		return 0;
	err_sys(err, "rename to %s", to);
	unlinkat(dirfd, from, 0);
	return -1;
}

/* Its content, and whose it is: all by its descriptor. */
static int fill(int fd, const struct file_put *put, struct err *err)
{
	const struct stat *owner = put->owner;
	struct stat st;
	int rc = put->from < 0 ? file_write_all(fd, put->content.s, put->content.n, err)
			       : file_copy(put->from, fd, err);

	if (rc < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at it");
	if (owner && (st.st_uid != owner->st_uid || st.st_gid != owner->st_gid) &&
		fchown(fd, owner->st_uid, owner->st_gid) < 0)
		return err_sys(err, "give it to whom it belonged");
	if (put->exact && (st.st_mode & 07777) != put->mode && fchmod(fd, put->mode) < 0)
		return err_sys(err, "set its mode");
	return put->sync ? file_sync(fd, err) : 0;
}

int file_put(int dirfd, const char *path, const struct file_put *put, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(dirfd, path, &name, err);
	AUTO(buf) beside = BUF_INIT;
	AUTO_FD fd = -1;

	if (parent < 0)
		return -1;
	name_beside(&beside, name);
	if (file_remove(parent, beside.s, err) < 0)
		return -1;
	fd = file_open(parent, beside.s, O_WRONLY | O_CREAT | O_EXCL, put->mode & 0777, err);
	if (fd < 0)
		return -1;
	if (fill(fd, put, err) < 0) {
		unlinkat(parent, beside.s, 0);
		return err_at(err, "%s", path);
	}
	if (rename_over(parent, beside.s, name, err) < 0)
		return -1;
	return put->sync ? file_sync(parent, err) : 0;
}

int file_replace(int dirfd, const char *path, mode_t mode, struct span content, struct err *err)
{
	const struct file_put put = {.mode = mode, .content = content, .from = -1, .sync = true};

	return file_put(dirfd, path, &put, err);
}

static int fill_and_link(int fd, int dirfd, const char *name, struct span content, struct err *err)
{
	char path[64];

	if (file_write_all(fd, content.s, content.n, err) < 0 || file_sync(fd, err) < 0)
		return err_at(err, "%s", name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, path, dirfd, name, AT_SYMLINK_FOLLOW) < 0)
		return errno == EEXIST ? 0 : err_sys(err, "make %s", name);
	return file_sync(dirfd, err) < 0 ? -1 : 1;
}

int file_make_whole(int dirfd, const char *name, mode_t mode, struct span content, struct err *err)
{
	AUTO_FD fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);

	if (fd >= 0)
		return fill_and_link(fd, dirfd, name, content, err);
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return err_sys(err, "make %s", name);
	return file_replace(dirfd, name, mode, content, err) < 0 ? -1 : 1;
}

int file_replace_from(int dirfd, const char *path, mode_t mode, int from, struct err *err)
{
	return file_put(dirfd, path, &(struct file_put){.mode = mode, .from = from}, err);
}

int file_replace_link(int dirfd, const char *path, const char *target, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(dirfd, path, &name, err);
	AUTO(buf) beside = BUF_INIT;

	if (parent < 0)
		return -1;
	name_beside(&beside, name);
	if (file_remove(parent, beside.s, err) < 0)
		return -1;
	/* Where nothing is in its place, nothing can be left beside it. */
	if (symlinkat(target, parent, name) == 0)
		return 0;
	if (errno != EEXIST || symlinkat(target, parent, beside.s) < 0)
		return err_sys(err, "link %s", path);
	return rename_over(parent, beside.s, name, err);
}

int file_publish(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	const char *from_name, *to_name;
	AUTO_FD from_parent = open_parent(from_dir, from, &from_name, err);
	AUTO_FD to_parent = from_parent < 0 ? -1 : open_parent(to_dir, to, &to_name, err);

	if (to_parent < 0)
		return -1;
	if (renameat2(from_parent, from_name, to_parent, to_name, RENAME_NOREPLACE) < 0)
		return err_sys(err, "rename %s to %s", from, to);
	return 0;
}

int file_rename(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	if (renameat(from_dir, from, to_dir, to) < 0)
		return err_sys(err, "rename %s to %s", from, to);
	return 0;
}

int file_swap(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	if (renameat2(from_dir, from, to_dir, to, RENAME_EXCHANGE) < 0) {
		if (errno == ENOENT || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
			return 0;
		return err_sys(err, "exchange %s and %s", from, to);
	}
	if (file_sync(to_dir, err) < 0 || file_sync(from_dir, err) < 0)
		return -1;
	return 1;
}

int file_remove(int dirfd, const char *path, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(dirfd, path, &name, err);

	if (parent < 0 && err->sys == ENOENT) {
		err_clear(err);
		return 0;
	}
	if (parent < 0)
		return -1;
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return err_sys(err, "remove %s", path);
	return 0;
}

static int copy_by_reading(int from, int to, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;
	off_t at = 0;

	buf_reserve(&chunk, COPY_CHUNK);
	for (;;) {
		ssize_t n = pread(from, chunk.s, COPY_CHUNK, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		if (file_write_all(to, chunk.s, (size_t)n, err) < 0)
			return -1;
		at += n;
	}
}

int file_copy(int from, int to, struct err *err)
{
	off_t at = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	for (;;) {
		ssize_t n = copy_file_range(from, &at, to, NULL, SSIZE_MAX / 2, 0);

		if (n == 0)
			return 0;
		if (n < 0 && at == 0 &&
			(errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
				errno == EOPNOTSUPP))
			return copy_by_reading(from, to, err);
		if (n < 0 && errno != EINTR)
			return err_sys(err, "copy");
	}
}

int file_free_space(int fd, int64_t *bytes, struct err *err)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) < 0)
		return err_sys(err, "ask for free space");
	*bytes = (int64_t)fs.f_frsize * (int64_t)(geteuid() == 0 ? fs.f_bfree : fs.f_bavail);
	return 0;
}

int file_set_mode(int dirfd, const char *name, const struct stat *is, mode_t mode, struct err *err)
{
	AUTO_FD fd = file_open(dirfd, name, O_PATH, 0, err);
	char path[32];
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !file_is_one(&st, is))
		return err_set(err, ERR_UNSAFE, "%s: something else has come in its place", name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return chmod(path, mode) < 0 ? err_sys(err, "set the mode of %s", name) : 0;
}

static int check_uid(uid_t uid, const char *what, struct err *err)
{
	if (uid == 0 || uid == geteuid())
		return 0;
	err_set(err, ERR_UNSAFE, "%s belongs to user %u", what, (unsigned)uid);
	return err_next(err, "chown root %s, after looking at what is in it", what);
}

static int check_mode(mode_t mode, mode_t writers, const char *what, struct err *err)
{
	if (!(mode & writers))
		return 0;
	err_set(err, ERR_UNSAFE, "%s can be written by others (mode %04o)", what,
		(unsigned)mode & 07777);
	return err_next(err, "chmod %s-w %s, after looking at what is in it",
		writers & S_IWGRP ? "go" : "o", what);
}

int file_check_owner(int fd, const char *what, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", what);
	if (check_uid(st.st_uid, what, err) < 0)
		return -1;
	return check_mode(st.st_mode, S_IWGRP | S_IWOTH, what, err);
}

int file_check_above(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "look at %s", path);
	if (check_uid(st.st_uid, path, err) < 0)
		return -1;
	return st.st_mode & S_ISVTX ? 0 : check_mode(st.st_mode, S_IWOTH, path, err);
}

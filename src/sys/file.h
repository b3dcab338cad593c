/* Files by folder descriptor. No path is followed out of the folder given: every look-up below a
 * dirfd goes through openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and
 * RESOLVE_NO_MAGICLINKS. All descriptors are CLOEXEC. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sys/fd.h"

/* A folder by a path that is trusted (links are followed). -1 with err. */
MUST_USE int file_open_dir(const char *path, struct err *err);

/* Opens path below dirfd; flags and mode as open(2). Returns the descriptor, or -1 with errno
 * kept in err->sys. */
MUST_USE int file_open(int dirfd, const char *path, int flags, mode_t mode, struct err *err);
/* The same, but a missing file is no error: -1 with err->code still ERR_NONE. */
MUST_USE int file_open_if(int dirfd, const char *path, int flags, struct err *err);
/* As file_open, but nothing that is mounted below dirfd, a bind mount neither: EXDEV in err->sys. */
MUST_USE int file_open_unmounted(int dirfd, const char *path, int flags, struct err *err);

/* Opens a path that the admin may have made of links, to be read: as the system below `root` sees it, so that links do not
 * lead out of there; with `root` empty, as it stands. Flags as open(2). -1 with errno. */
int file_open_within(const char *root, const char *path, int flags);

/* Whether both are of one file: of one that is open meanwhile, as else another may have got its number. */
static inline bool file_is_one(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* 1 there, 0 not there, -1 error; the last part is not followed when it is a link. */
MUST_USE int file_stat(int dirfd, const char *path, struct stat *st, struct err *err);

/* Makes the folder and those above it (each as `mode`), gives a descriptor of it. */
MUST_USE int file_make_dirs(int dirfd, const char *path, mode_t mode, struct err *err);
/* Makes one folder below dirfd; there already as a folder: fine. */
MUST_USE int file_make_dir(int dirfd, const char *path, mode_t mode, struct err *err);
/* New, never over anything: for extraction. */
MUST_USE int file_make_symlink(int dirfd, const char *path, const char *target, struct err *err);
MUST_USE int file_make_link(int dirfd, const char *from, const char *to, struct err *err);

/* The whole file, at most max bytes (more is an error). 1 read, 0 not there, -1 error. */
MUST_USE int file_read(int dirfd, const char *path, size_t max, struct buf *out, struct err *err);
MUST_USE int file_read_fd(int fd, size_t max, struct buf *out, struct err *err);
MUST_USE int file_write_all(int fd, const void *bytes, size_t n, struct err *err);

/* Puts a file with this content in the place of what is there: written beside, fsynced, renamed,
 * the folder fsynced. */
MUST_USE int file_replace(
	int dirfd, const char *path, mode_t mode, struct span content, struct err *err);
/* Makes a file with this content, durably, which is whole from the moment it has its name (of no folders): 1; 0 where there is one by then, which stays. Where
 * the file system has no files without a name (overlayfs before Linux 6.3, NFS), of two at once the later one's stays. */
MUST_USE int file_make_whole(
	int dirfd, const char *name, mode_t mode, struct span content, struct err *err);
/* The same as file_replace with what is in `from`, which is read from its offset 0; but nothing is synced. */
MUST_USE int file_replace_from(int dirfd, const char *path, mode_t mode, int from, struct err *err);
/* What these two do, and more: mode and owner are set before it has its name, for afterwards that may be another file's. */
struct file_put {
	mode_t mode;
	bool exact; /* whatever the umask, and with setuid and the like */
	const struct stat *owner; /* whose it is to be; NULL: whose the process is */
	struct span content;
	int from; /* its content, from its offset 0; -1: `content` */
	bool sync;
};
MUST_USE int file_put(int dirfd, const char *path, const struct file_put *put, struct err *err);
/* The same for a symbolic link, but that nothing is synced: place_sync does that for all links at once. */
MUST_USE int file_replace_link(int dirfd, const char *path, const char *target, struct err *err);
/* Whether that is what these two name what they have not renamed yet: where they were killed, it stays. */
bool file_is_beside(const char *name);
/* Renames without replacing; syncs nothing. */
MUST_USE int file_publish(
	int from_dir, const char *from, int to_dir, const char *to, struct err *err);
/* Renames in the place of what is there; syncs nothing. The names have no folders in them. */
MUST_USE int file_rename(
	int from_dir, const char *from, int to_dir, const char *to, struct err *err);

/* Puts `from` in the place of `to` by one rename, after which what was there is at `from`, and fsyncs both folders. 0:
 * there is nothing at `to`, or the file system cannot do that; nothing is changed. */
MUST_USE int file_swap(int from_dir, const char *from, int to_dir, const char *to, struct err *err);

/* Removes a file or link; missing is fine. */
MUST_USE int file_remove(int dirfd, const char *path, struct err *err);
MUST_USE int file_sync(int fd, struct err *err); /* fsync; a failure is final */
/* Copies all of `from` from its offset 0 to `to` (reflink where possible, else copy_file_range). */
MUST_USE int file_copy(int from, int to, struct err *err);

/* Bytes free for us on the file system of fd. */
MUST_USE int file_free_space(int fd, int64_t *bytes, struct err *err);
/* Sets the mode of what cannot be opened, a file or folder: of that which `is` was asked of, else ERR_UNSAFE, for another may have come in its place, or
 * a link to another. Needs /proc. */
MUST_USE int file_set_mode(
	int dirfd, const char *name, const struct stat *is, mode_t mode, struct err *err);
/* ERR_UNSAFE unless fd belongs to root or to us and neither group nor others may write to it. */
MUST_USE int file_check_owner(int fd, const char *what, struct err *err);

/* ERR_UNSAFE where others could put something else in the place of what is in the folder: it belongs to somebody else, or
 * all may write to it and it is not sticky. Groups may: /var/log belongs to one in places. 0 where it is not there. */
MUST_USE int file_check_above(const char *path, struct err *err);

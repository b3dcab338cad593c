/* Whole trees by folder descriptor. */
#include "sys/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/flush.h"

#define DEPTH_MAX 512 /* folders; each costs a descriptor while it is walked */
#define REMOVE_DEPTH 128
#define MANY 2000 /* entries, of which the disk takes longer than we do */

static void free_name(char **name)
{
	free(*name);
}

void tree_names_drop(struct tree_names *n)
{
	vec_drop_each(&n->of, free_name);
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* All of them, before anything in the folder is changed. */
static int read_names(int dirfd, size_t max, struct tree_names *out, struct err *err)
{
	int again = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(dir_close))) DIR *dir = again < 0 ? NULL : fdopendir(again);

	if (!dir) {
		fd_drop(&again);
		return err_sys(err, "open a folder");
	}
	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? err_sys(err, "read a folder") : 0;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (out->of.n == max)
			return err_set(err, ERR_POLICY, "more than %zu names in one folder", max);
		*vec_push(&out->of) = mem_dup(entry->d_name);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tree_names(int dirfd, size_t max, struct tree_names *out, struct err *err)
{
	if (read_names(dirfd, max, out, err) < 0)
		return -1;
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), by_bytes);
	return 0;
}

/* One removal. What is too deep is moved up to its top, and removed from there: a tree of any depth can go. */
struct removal {
	int top;
	unsigned moved;
};

static int move_up(struct removal *r, int dirfd, const char *name, struct err *err)
{
	for (;;) {
		char up[32];

		snprintf(up, sizeof(up), ".deep.%u", r->moved++);
		if (renameat2(dirfd, name, r->top, up, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(err, "move %s", name);
	}
}

/* Opens what is not mounted there. What is our own, and shut even to us, as an ordinary user, has its owner's rights first. */
static int open_ours(int dirfd, const char *name, int flags, struct err *err)
{
	int fd = file_open_unmounted(dirfd, name, flags, err);
	struct stat st;
	mode_t mode;

	if (fd >= 0 || err->sys != EACCES)
		return fd;
	err_clear(err);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "look at %s", name);
	mode = (st.st_mode & 07777) | (S_ISDIR(st.st_mode) ? S_IRWXU : S_IRUSR);
	if (file_set_mode(dirfd, name, &st, mode, err) < 0)
		return -1;
	return file_open_unmounted(dirfd, name, flags, err);
}

/* The same for a folder: its owner may list it, look into it and change what is in it. */
static int open_folder(int dirfd, const char *name, struct err *err)
{
	AUTO_FD fd = open_ours(dirfd, name, O_RDONLY | O_DIRECTORY, err);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", name);
	if ((st.st_mode & S_IRWXU) != S_IRWXU && fchmod(fd, (st.st_mode & 07777) | S_IRWXU) < 0)
		return err_sys(err, "open folder %s", name);
	return fd_take(&fd);
}

/* A folder whose content is to go. */
static int open_to_empty(int dirfd, const char *name, struct err *err)
{
	int fd = open_folder(dirfd, name, err);

	if (fd < 0 && err->sys == EXDEV)
		return err_set(err, ERR_FAILED, "remove %s: something is mounted there", name);
	return fd;
}

static int remove_in(struct removal *r, int dirfd, unsigned depth, struct err *err);

static void make_mutable(int fd)
{
	int flags;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || !(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
		return;
	flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	ioctl(fd, FS_IOC_SETFLAGS, &flags); /* where it fails, so does the removal, and says why */
}

/* chattr +i and +a keep even root from removing a name: what is ours to remove loses them, and so
 * does the folder that holds it. As unlinkat. */
static int unlink_name(int dirfd, const char *name)
{
	AUTO_FD fd = -1;

	if (unlinkat(dirfd, name, 0) == 0)
		return 0;
	if (errno != EPERM)
		return -1;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	make_mutable(dirfd);
	if (fd >= 0)
		make_mutable(fd);
	return unlinkat(dirfd, name, 0);
}

static int remove_one(
	struct removal *r, int dirfd, const char *name, unsigned depth, struct err *err)
{
	AUTO_FD sub = -1;

	if (unlink_name(dirfd, name) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return err_sys(err, "remove %s", name);
	sub = open_to_empty(dirfd, name, err);
	if (sub < 0)
		return -1;
	if (depth == REMOVE_DEPTH)
		return move_up(r, dirfd, name, err);
	if (remove_in(r, sub, depth + 1, err) < 0)
		return err_at(err, "%s", name);
	make_mutable(sub);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(err, "remove folder %s", name);
	return 0;
}

static int remove_in(struct removal *r, int dirfd, unsigned depth, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (read_names(dirfd, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (remove_one(r, dirfd, names.of.v[i], depth, err) < 0)
			return -1;
	return 0;
}

int tree_clear(int dirfd, struct err *err)
{
	struct removal r = {.top = dirfd};
	unsigned before;

	do {
		before = r.moved;
		if (remove_in(&r, dirfd, 0, err) < 0)
			return -1;
	} while (r.moved != before);
	return 0;
}

int tree_remove(int dirfd, const char *path, struct err *err)
{
	struct stat st;
	AUTO(buf) parent = BUF_INIT;
	AUTO_FD above = -1;
	AUTO_FD fd = -1;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int there = file_stat(dirfd, path, &st, err);

	if (there <= 0)
		return there;
	if (!S_ISDIR(st.st_mode))
		return file_remove(dirfd, path, err);
	buf_add_span(
		&parent, slash ? span_cut(span_of(path), 0, (size_t)(slash - path)) : SPAN("."));
	above = file_open(dirfd, parent.s, O_RDONLY | O_DIRECTORY, 0, err);
	fd = above < 0 ? -1 : open_to_empty(above, name, err);
	if (fd < 0)
		return -1;
	if (tree_clear(fd, err) < 0)
		return err_at(err, "%s", path);
	if (unlinkat(above, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(err, "remove folder %s", path);
	return 0;
}

/* One walk: what every function below shares. */
struct walk {
	int (*fn)(void *arg, const struct tree_entry *, struct err *);
	void *arg;
	struct buf path;
};

static int walk_in(struct walk *w, int dirfd, unsigned depth, struct err *err);

static int walk_one(struct walk *w, int dirfd, const char *name, unsigned depth, struct err *err)
{
	struct stat st;
	struct tree_entry entry = {.parent = dirfd, .name = name, .st = &st};
	size_t length = w->path.n;
	AUTO_FD sub = -1;
	int result;

	/* Readers of the cache need no lock: what has gone meanwhile is not there. */
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "look at %s", name);
	if (length)
		buf_addc(&w->path, '/');
	buf_adds(&w->path, name);
	entry.path = w->path.s;
	result = w->fn(w->arg, &entry, err);
	if (result == 0 && S_ISDIR(st.st_mode)) {
		sub = file_open_unmounted(dirfd, name, O_RDONLY | O_DIRECTORY, err);
		if (sub >= 0)
			result = walk_in(w, sub, depth + 1, err);
		else if (err->sys == EXDEV || err->sys == ENOENT)
			err_clear(err);
		else
			result = err_at(err, "%s", w->path.s);
	}
	w->path.n = length;
	w->path.s[length] = 0;
	return result < 0 ? -1 : 0;
}

static int walk_in(struct walk *w, int dirfd, unsigned depth, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (depth > DEPTH_MAX)
		return err_set(err, ERR_FAILED, "folders more than %d deep: %.100s...", DEPTH_MAX,
			w->path.s);
	if (read_names(dirfd, SIZE_MAX, &names, err) < 0)
		return err_at(err, "%s", w->path.s);
	for (size_t i = 0; i < names.of.n; i++)
		if (walk_one(w, dirfd, names.of.v[i], depth, err) < 0)
			return -1;
	return 0;
}

int tree_walk(int dirfd, int (*fn)(void *arg, const struct tree_entry *, struct err *), void *arg,
	struct err *err)
{
	struct walk w = {.fn = fn, .arg = arg, .path = BUF_INIT};
	int result;

	buf_reserve(&w.path, 256);
	result = walk_in(&w, dirfd, 0, err);
	buf_drop(&w.path);
	return result;
}

/* A file with several names: how many of them were met in the tree. */
struct linked {
	ino_t inode;
	nlink_t names;
};

struct settle {
	uid_t uid;
	gid_t gid;
	int64_t stripped;
	int64_t entries;
	VEC(struct linked) linked;
};

/* Attributes that carry rights; user.* stay. Returns how many went. */
static int drop_rights(int fd)
{
	static const char *const names[] = {
		"security.capability", "system.posix_acl_access", "system.posix_acl_default"};
	int gone = 0;

	/* Most files have none at all. */
	if (flistxattr(fd, NULL, 0) == 0)
		return 0;
	for (size_t i = 0; i < COUNT(names); i++)
		gone += fgetxattr(fd, names[i], NULL, 0) >= 0 && fremovexattr(fd, names[i]) == 0;
	return gone;
}

/* chown first: it clears setuid and setgid by itself, and the mode set after it is what stays. */
static int settle_open(struct settle *s, int fd, const char *path, struct err *err)
{
	bool rights = drop_rights(fd) > 0;
	struct stat st;
	mode_t mode;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	mode = st.st_mode & 0755;
	mode |= S_ISDIR(st.st_mode) ? 0700 : 0400;
	s->stripped += rights || (st.st_mode & 07022);
	if ((st.st_uid != s->uid || st.st_gid != s->gid) && fchown(fd, s->uid, s->gid) < 0)
		return err_sys(err, "give %s to root", path);
	if ((st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return err_sys(err, "set the mode of %s", path);
	return 0;
}

static int settle_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct settle *s = arg;
	AUTO_FD fd = -1;

	if (S_ISLNK(e->st->st_mode)) {
		if ((e->st->st_uid != s->uid || e->st->st_gid != s->gid) &&
			fchownat(e->parent, e->name, s->uid, s->gid, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(err, "give %s to root", e->path);
		return 0;
	}
	if (!S_ISREG(e->st->st_mode) && !S_ISDIR(e->st->st_mode)) {
		s->stripped++;
		if (unlinkat(e->parent, e->name, 0) < 0)
			return err_sys(err, "remove %s", e->path);
		return 0;
	}
	fd = open_ours(e->parent, e->name, O_RDONLY | O_NONBLOCK, err);
	if (fd < 0)
		return err_at(err, "%s", e->path);
	return settle_open(s, fd, e->path, err);
}

/* A folder of our own that we may not look into, as an ordinary user; never one that is mounted there. */
static int open_up(const struct tree_entry *e, struct err *err)
{
	AUTO_FD fd = open_folder(e->parent, e->name, err);

	if (fd >= 0)
		return 0;
	return err->sys == EXDEV ? (err_clear(err), 0) : -1;
}

static int count_names(void *arg, const struct tree_entry *e, struct err *err)
{
	struct settle *s = arg;

	s->entries++;
	if (S_ISREG(e->st->st_mode) && e->st->st_nlink > 1)
		*vec_push(&s->linked) = (struct linked){e->st->st_ino, e->st->st_nlink};
	if (S_ISDIR(e->st->st_mode) && e->st->st_uid == geteuid() &&
		(e->st->st_mode & 0500) != 0500)
		return open_up(e, err);
	return 0;
}

static int by_inode(const void *a, const void *b)
{
	const struct linked *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* A file that has a name outside of the tree as well is somebody else's: what is done to it here would be done there. */
static int refuse_foreign(struct settle *s, struct err *err)
{
	if (s->linked.n)
		qsort(s->linked.v, s->linked.n, sizeof(s->linked.v[0]), by_inode);
	for (size_t i = 0, next; i < s->linked.n; i = next) {
		for (next = i + 1; next < s->linked.n; next++)
			if (s->linked.v[next].inode != s->linked.v[i].inode)
				break;
		if (next - i != s->linked.v[i].names)
			return err_set(err, ERR_UNSAFE,
				"a file in it is a hard link to one outside of it");
	}
	return 0;
}

int tree_settle(int dirfd, uid_t uid, gid_t gid, int64_t *stripped, struct err *err)
{
	struct settle s = {.uid = uid, .gid = gid};
	int result = tree_walk(dirfd, count_names, &s, err);

	if (result == 0)
		result = refuse_foreign(&s, err);
	if (s.entries >= MANY)
		flush_ahead(dirfd);
	if (result == 0)
		result = settle_open(&s, dirfd, ".", err);
	if (result == 0)
		result = tree_walk(dirfd, settle_entry, &s, err);
	vec_drop(&s.linked);
	*stripped = s.stripped;
	return result;
}

struct measure {
	int64_t bytes, entries;
};

static int measure_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct measure *m = arg;

	(void)err;
	m->entries++;
	if (S_ISREG(e->st->st_mode))
		m->bytes += e->st->st_size;
	return 0;
}

int tree_measure(int dirfd, int64_t *bytes, int64_t *entries, struct err *err)
{
	struct measure m = {0};

	if (tree_walk(dirfd, measure_entry, &m, err) < 0)
		return -1;
	*bytes = m.bytes;
	*entries = m.entries;
	return 0;
}

/* What scripts do to files. */
#include "rules/deeds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define READ_MAX (64 << 20) /* bytes that are read of one file */

int deed_find(
	struct lua_run *run, const char *path, unsigned wanted, struct spot *out, struct err *err)
{
	int64_t made = 0;

	if (spot_find(&run->places, path, wanted, out, &made, err) < 0)
		return -1;
	return lua_run_count_files(run, made, err);
}

/* What is at the spot, as the error tells it. */
static int at_path(struct err *err, const char *path)
{
	return err->code == ERR_POLICY ? -1 : err_at(err, "%s", path);
}

int deed_read(struct lua_run *run, const char *path, struct buf *out, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO_FD fd = -1;
	struct stat st;

	if (deed_find(run, path, SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	fd = spot_open(&spot, &st, err);
	if (fd < 0 || file_read_fd(fd, READ_MAX, out, err) < 0)
		return at_path(err, path);
	return 0;
}

/* Mode, and whose it is, of what is to be replaced. 1: there is something. */
static int look_at_old(const struct spot *spot, struct stat *st, mode_t *mode, struct err *err)
{
	int there = spot_look(spot, st, err);

	if (there < 0)
		return -1;
	if (there && !S_ISREG(st->st_mode))
		return err_set(err, ERR_FAILED, "something is there that is no plain file");
	if (*mode == DEED_MODE_KEEP)
		*mode = there ? st->st_mode & 07777 : 0644;
	return there;
}

/* The one file of a place is written in its place: nobody else is to be made beside it. */
static int open_in_place(const struct spot *spot, struct err *err)
{
	return file_open(
		spot->fd, spot->name.s, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0644, err);
}

static int write_in_place(const struct spot *spot, struct span text, struct err *err)
{
	AUTO_FD fd = open_in_place(spot, err);

	return fd < 0 ? -1 : file_write_all(fd, text.s, text.n, err);
}

/* As it is to be, whatever the umask, and whoever it was of. */
static int settle(const struct spot *spot, mode_t mode, const struct stat *old, struct err *err)
{
	AUTO_FD fd = file_open(spot->fd, spot->name.s, O_RDONLY | O_NONBLOCK, 0, err);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (old && (st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
		fchown(fd, old->st_uid, old->st_gid) < 0)
		return err_sys(err, "give it to whom it belonged");
	if ((st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return err_sys(err, "set its mode");
	return 0;
}

static int write_at(struct lua_run *run, const struct spot *spot, mode_t mode, struct span text,
	struct err *err)
{
	struct stat old;
	int there = look_at_old(spot, &old, &mode, err);

	if (there < 0 || lua_run_count_files(run, !there, err) < 0 ||
		lua_run_count_bytes(run, (int64_t)text.n, err) < 0)
		return -1;
	if (spot->place->only.n)
		return write_in_place(spot, text, err);
	if (file_replace(spot->fd, spot->name.s, mode & 0777, text, err) < 0)
		return -1;
	return settle(spot, mode, there ? &old : NULL, err);
}

int deed_write(
	struct lua_run *run, const char *path, mode_t mode, struct span text, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	return write_at(run, &spot, mode, text, err) < 0 ? at_path(err, path) : 0;
}

int deed_write_from(struct lua_run *run, const char *path, int from, int64_t size, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	mode_t mode = DEED_MODE_KEEP;
	struct stat old;
	int there;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	there = look_at_old(&spot, &old, &mode, err);
	if (there < 0)
		return at_path(err, path);
	if (lua_run_count_files(run, !there, err) < 0 || lua_run_count_bytes(run, size, err) < 0)
		return -1;
	if (spot.place->only.n) {
		AUTO_FD fd = open_in_place(&spot, err);

		return fd < 0 || file_copy(from, fd, err) < 0 ? at_path(err, path) : 0;
	}
	return file_replace_from(spot.fd, spot.name.s, mode & 0777, from, err) < 0
		       ? at_path(err, path)
		       : 0;
}

int deed_open(struct lua_run *run, const char *path, int flags, struct err *err)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	AUTO(spot) spot = SPOT_INIT;
	mode_t mode = DEED_MODE_KEEP;
	struct stat st;
	int there, fd;

	if (deed_find(run, path, writes ? SPOT_WRITE | SPOT_FOLLOW : SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	if (!writes) {
		fd = spot_open(&spot, &st, err);
		return fd < 0 ? at_path(err, path) : fd;
	}
	there = look_at_old(&spot, &st, &mode, err);
	if (there < 0)
		return at_path(err, path);
	if (lua_run_count_files(run, !there && (flags & O_CREAT), err) < 0)
		return -1;
	fd = file_open(spot.fd, spot.name.s, flags | O_NONBLOCK, flags & O_CREAT ? 0644 : 0, err);
	return fd < 0 ? at_path(err, path) : fd;
}

static int link_at(
	struct lua_run *run, const struct spot *spot, const char *target, struct err *err)
{
	char now[PATH_MAX];
	struct stat st;
	int there = spot_look(spot, &st, err);
	ssize_t n;

	if (there < 0)
		return -1;
	if (there && !S_ISLNK(st.st_mode))
		return err_set(err, ERR_FAILED, "something is there that is no link");
	n = there ? readlinkat(spot->fd, spot->name.s, now, sizeof(now)) : -1;
	if (n == (ssize_t)strlen(target) && !memcmp(now, target, (size_t)n))
		return 0;
	if (lua_run_count_files(run, !there, err) < 0)
		return -1;
	return file_replace_link(spot->fd, spot->name.s, target, err);
}

int deed_link(struct lua_run *run, const char *target, const char *path, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	if (deed_find(run, path, SPOT_WRITE | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	return link_at(run, &spot, target, err) < 0 ? at_path(err, path) : 0;
}

/* --- Copying ---------------------------------------------------------------------------------------------- */

static int copy_link(
	struct lua_run *run, const struct spot *from, const struct spot *to, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from->fd, from->name.s, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(err, "read the link");
	target[n] = 0;
	return link_at(run, to, target, err);
}

static int copy_file(struct lua_run *run, const struct spot *from, const struct spot *to,
	mode_t mode, struct err *err)
{
	struct stat st, old;
	AUTO_FD fd = spot_open(from, &st, err);
	mode_t kept = mode == DEED_MODE_KEEP ? st.st_mode & 0777 : mode;
	int there;

	if (fd < 0)
		return -1;
	there = look_at_old(to, &old, &kept, err);
	if (there < 0 || lua_run_count_files(run, !there, err) < 0 ||
		lua_run_count_bytes(run, st.st_size, err) < 0)
		return -1;
	if (to->place->only.n)
		return err_set(err, ERR_UNSAFE, "only its content can be written here");
	if (file_replace_from(to->fd, to->name.s, kept & 0777, fd, err) < 0)
		return -1;
	return settle(to, kept, NULL, err);
}

struct copying {
	struct lua_run *run;
	const struct spot *from, *to; /* the folders */
	int to_fd;
};

static int copy_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct copying *c = arg;
	struct spot from = {.fd = e->parent, .place = c->from->place, .all = c->from->all};
	AUTO(spot) to = {.fd = -1, .name = buf_of(e->name), .place = c->to->place};
	const char *slash = strrchr(e->path, '/');
	AUTO(buf) folder = BUF_INIT;
	int rc;

	if (S_ISDIR(e->st->st_mode)) {
		if (spot_check_eyes(&from, e->st, err) < 0)
			return at_path(err, e->path);
		if (lua_run_count_files(c->run, 1, err) < 0)
			return -1;
		return file_make_dir(c->to_fd, e->path, e->st->st_mode & 0777, err);
	}
	buf_set(&folder, slash ? (struct span){e->path, (size_t)(slash - e->path)} : SPAN("."));
	to.fd = file_open(c->to_fd, folder.s, O_PATH | O_DIRECTORY, 0, err);
	if (to.fd < 0)
		return -1;
	from.name = buf_of(e->name);
	if (S_ISLNK(e->st->st_mode))
		rc = copy_link(c->run, &from, &to, err);
	else
		rc = copy_file(c->run, &from, &to, DEED_MODE_KEEP, err);
	buf_drop(&from.name);
	return rc < 0 ? at_path(err, e->path) : 0;
}

/* Whether the folder `fd` is that one, or in it. */
static bool is_within(int fd, const struct stat *that)
{
	AUTO_FD at = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	struct stat st, last = {0};

	while (at >= 0 && fstat(at, &st) == 0) {
		int above;

		if (st.st_dev == that->st_dev && st.st_ino == that->st_ino)
			return true;
		if (st.st_dev == last.st_dev && st.st_ino == last.st_ino)
			return false;
		last = st;
		above = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_drop(&at);
		at = above;
	}
	return false;
}

static int copy_folder(struct lua_run *run, const struct spot *from, const struct spot *to,
	mode_t mode, struct err *err)
{
	AUTO_FD from_fd = spot_open_folder(from, err);
	struct copying copying = {.run = run, .from = from, .to = to, .to_fd = -1};
	struct stat st;
	int rc;

	if (from_fd < 0 || fstat(from_fd, &st) < 0)
		return -1;
	if (is_within(to->fd, &st))
		return err_set(err, ERR_FAILED, "it cannot be copied into itself");
	if (lua_run_count_files(run, 1, err) < 0 ||
		file_make_dir(to->fd, to->name.s,
			mode == DEED_MODE_KEEP ? st.st_mode & 0777 : mode & 0777, err) < 0)
		return -1;
	copying.to_fd = file_open(to->fd, to->name.s, O_RDONLY | O_DIRECTORY, 0, err);
	if (copying.to_fd < 0)
		return -1;
	rc = tree_walk(from_fd, copy_entry, &copying, err);
	fd_drop(&copying.to_fd);
	return rc;
}

int deed_copy(struct lua_run *run, const char *from, const char *to, mode_t mode, bool follow,
	struct err *err)
{
	AUTO(spot) source = SPOT_INIT;
	AUTO(spot) target = SPOT_INIT;
	struct stat st;
	int rc;

	if (deed_find(run, from, follow ? SPOT_FOLLOW : SPOT_READ, &source, err) < 0 ||
		deed_find(run, to, SPOT_WRITE | SPOT_PARENTS, &target, err) < 0)
		return -1;
	rc = spot_look(&source, &st, err);
	if (rc == 0)
		return err_set(err, ERR_FAILED, "%s: there is no such file", from);
	if (rc < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		rc = copy_folder(run, &source, &target, mode, err);
	else if (S_ISLNK(st.st_mode))
		rc = copy_link(run, &source, &target, err);
	else
		rc = copy_file(run, &source, &target, mode, err);
	return rc < 0 && err->code != ERR_POLICY ? err_at(err, "%s to %s", from, to) : rc;
}

int deed_move(struct lua_run *run, const char *from, const char *to, struct err *err)
{
	AUTO(spot) source = SPOT_INIT;
	AUTO(spot) target = SPOT_INIT;
	struct stat st;

	if (deed_find(run, from, SPOT_WRITE, &source, err) < 0 ||
		deed_find(run, to, SPOT_WRITE | SPOT_PARENTS, &target, err) < 0)
		return -1;
	if (source.place->only.n || target.place->only.n)
		return err_set(err, ERR_UNSAFE, "%s to %s: not here", from, to);
	/* Where all may look it could be read after all. */
	if (spot_look(&source, &st, err) == 1 && !S_ISLNK(st.st_mode) &&
		spot_check_eyes(&source, &st, err) < 0)
		return err_at(err, "%s", from);
	if (err->code)
		return -1;
	if (renameat(source.fd, source.name.s, target.fd, target.name.s) == 0)
		return 0;
	if (errno != EXDEV)
		return err_sys(err, "%s to %s", from, to);
	if (deed_copy(run, from, to, DEED_MODE_KEEP, false, err) < 0)
		return -1;
	return deed_remove(run, from, true, err) < 0 ? -1 : 0;
}

int deed_make_folder(struct lua_run *run, const char *path, mode_t mode, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO_FD fd = -1;
	struct stat st;
	int there;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	there = spot_look(&spot, &st, err);
	if (there < 0 || (there && S_ISDIR(st.st_mode)))
		return there < 0 ? -1 : 0;
	if (lua_run_count_files(run, 1, err) < 0 ||
		file_make_dir(spot.fd, spot.name.s, mode & 07777, err) < 0)
		return at_path(err, path);
	fd = file_open(spot.fd, spot.name.s, O_RDONLY | O_DIRECTORY, 0, err);
	if (fd < 0)
		return at_path(err, path);
	return fchmod(fd, mode) < 0 ? err_sys(err, "%s", path) : 0;
}

int deed_remove(struct lua_run *run, const char *path, bool all, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	struct stat st;
	int there;

	if (deed_find(run, path, SPOT_WRITE, &spot, err) < 0) {
		if (err->sys != ENOENT)
			return -1;
		err_clear(err);
		return 0;
	}
	if (!strcmp(spot.name.s, "."))
		return err_set(err, ERR_UNSAFE, "%s: a folder is removed by its name", path);
	there = spot_look(&spot, &st, err);
	if (there <= 0)
		return there < 0 ? at_path(err, path) : 0;
	if (S_ISDIR(st.st_mode) && all)
		return tree_remove(spot.fd, spot.name.s, err) < 0 ? at_path(err, path) : 1;
	if (unlinkat(spot.fd, spot.name.s, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
		return err_sys(err, "%s", path);
	return 1;
}

/* What scripts do to files. */
#include "rules/deeds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

int deed_at(const struct spot *spot, const char *path, struct err *err)
{
	if (err->code == ERR_POLICY)
		return -1;
	if (!spot->through.n)
		return err_at(err, "%s", path);
	err_at(err, "%s", spot->through.s);
	return err_at(err, "%s, a link", path);
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
		return deed_at(&spot, path, err);
	return 0;
}

int deed_look_at_old(const struct spot *spot, struct stat *st, mode_t *mode, struct err *err)
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

static int write_at(struct lua_run *run, const struct spot *spot, mode_t mode, struct span text,
	struct err *err)
{
	struct file_put put = {.exact = true, .content = text, .from = -1, .sync = true};
	struct stat old;
	int there = deed_look_at_old(spot, &old, &mode, err);

	if (there < 0 || lua_run_count_files(run, !there, err) < 0 ||
		lua_run_count_bytes(run, (int64_t)text.n, err) < 0)
		return -1;
	if (spot->place->only.n)
		return write_in_place(spot, text, err);
	put.mode = mode;
	put.owner = there ? &old : NULL;
	return file_put(spot->fd, spot->name.s, &put, err);
}

int deed_write(
	struct lua_run *run, const char *path, mode_t mode, struct span text, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	return write_at(run, &spot, mode, text, err) < 0 ? deed_at(&spot, path, err) : 0;
}

int deed_write_from(struct lua_run *run, const char *path, int from, int64_t size, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	mode_t mode = DEED_MODE_KEEP;
	struct stat old;
	int there;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	there = deed_look_at_old(&spot, &old, &mode, err);
	if (there < 0)
		return deed_at(&spot, path, err);
	if (lua_run_count_files(run, !there, err) < 0 || lua_run_count_bytes(run, size, err) < 0)
		return -1;
	if (spot.place->only.n) {
		AUTO_FD fd = open_in_place(&spot, err);

		return fd < 0 || file_copy(from, fd, err) < 0 ? deed_at(&spot, path, err) : 0;
	}
	return file_replace_from(spot.fd, spot.name.s, mode & 0777, from, err) < 0
		       ? deed_at(&spot, path, err)
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
		return fd < 0 ? deed_at(&spot, path, err) : fd;
	}
	there = deed_look_at_old(&spot, &st, &mode, err);
	if (there < 0)
		return deed_at(&spot, path, err);
	if (lua_run_count_files(run, !there && (flags & O_CREAT), err) < 0)
		return -1;
	fd = file_open(spot.fd, spot.name.s, flags | O_NONBLOCK, flags & O_CREAT ? 0644 : 0, err);
	return fd < 0 ? deed_at(&spot, path, err) : fd;
}

int deed_link_at(struct lua_run *run, const struct spot *spot, const char *target, struct err *err)
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
	return deed_link_at(run, &spot, target, err) < 0 ? deed_at(&spot, path, err) : 0;
}

/* Who may write to the folder of a spot can put something else there under its name. */
static bool is_in_ours(const struct spot *spot)
{
	struct stat st;

	return fstat(spot->fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid());
}

/* It has its mode from the start: in another's folder it is not touched again. */
static int make_folder_at(const struct spot *spot, mode_t mode, struct err *err)
{
	AUTO_FD fd = -1;
	struct stat st;
	mode_t mask = umask(0);
	int rc = file_make_dir(spot->fd, spot->name.s, mode & 07777, err);

	umask(mask);
	if (rc < 0)
		return -1;
	fd = file_open(spot->fd, spot->name.s, O_RDONLY | O_DIRECTORY, 0, err);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err->code ? -1 : err_sys(err, "look at it");
	/* Lists of access and a group's bit are handed on, and setuid is not for new ones. */
	if ((st.st_mode & 07777) == (mode & 07777) || !is_in_ours(spot))
		return 0;
	return fchmod(fd, mode) < 0 ? err_sys(err, "set its mode") : 0;
}

int deed_make_folder(struct lua_run *run, const char *path, mode_t mode, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	struct stat st;
	int there;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW | SPOT_PARENTS, &spot, err) < 0)
		return -1;
	there = spot_look(&spot, &st, err);
	if (there < 0 || (there && S_ISDIR(st.st_mode)))
		return there < 0 ? -1 : 0;
	if (lua_run_count_files(run, 1, err) < 0 || make_folder_at(&spot, mode, err) < 0)
		return deed_at(&spot, path, err);
	return 0;
}

static int check_names(const struct spot *spot, const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode) || st->st_nlink < 2 || is_in_ours(spot))
		return 0;
	return err_set(err, ERR_UNSAFE, "it has other names, and the folder is another user's");
}

static int chmod_at(const struct spot *spot, mode_t mode, struct err *err)
{
	AUTO_FD fd = -1;
	struct stat st;
	int there = spot_look(spot, &st, err);

	if (there <= 0)
		return there < 0 ? -1 : err_set(err, ERR_FAILED, "there is no such file");
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return err_set(err, ERR_FAILED, "only files and folders have a mode");
	fd = file_open(spot->fd, spot->name.s, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err->code ? -1 : err_sys(err, "look at it");
	/* What was not for all to read is not made so, or it could be read after all. */
	if ((mode & 0007) && spot_check_eyes(spot, &st, err) < 0)
		return -1;
	if (check_names(spot, &st, err) < 0)
		return -1;
	return fchmod(fd, mode) < 0 ? err_sys(err, "set its mode") : 0;
}

int deed_chmod(struct lua_run *run, const char *path, mode_t mode, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	if (deed_find(run, path, SPOT_WRITE | SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	return chmod_at(&spot, mode, err) < 0 ? deed_at(&spot, path, err) : 0;
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
		return there < 0 ? deed_at(&spot, path, err) : 0;
	if (S_ISDIR(st.st_mode) && all)
		return tree_remove(spot.fd, spot.name.s, err) < 0 ? deed_at(&spot, path, err) : 1;
	if (unlinkat(spot.fd, spot.name.s, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
		return err_sys(err, "%s", path);
	return 1;
}

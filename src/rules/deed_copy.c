/* Copying and moving, as scripts do it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rules/deeds.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

static int copy_link(
	struct lua_run *run, const struct spot *from, const struct spot *to, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from->fd, from->name.s, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(err, "read the link");
	target[n] = 0;
	return deed_link_at(run, to, target, err);
}

static int copy_file(struct lua_run *run, const struct spot *from, const struct spot *to,
	mode_t mode, struct err *err)
{
	struct file_put put = {.exact = true};
	struct stat st, old;
	AUTO_FD fd = spot_open(from, &st, err);
	mode_t kept = mode == DEED_MODE_KEEP ? st.st_mode & 0777 : mode;
	int there;

	if (fd < 0)
		return -1;
	there = deed_look_at_old(to, &old, &kept, err);
	if (there < 0 || lua_run_count_files(run, !there, err) < 0 ||
		lua_run_count_bytes(run, st.st_size, err) < 0)
		return -1;
	if (to->place->only.n)
		return err_set(err, ERR_UNSAFE, "only its content can be written here");
	put.mode = kept;
	put.from = fd;
	return file_put(to->fd, to->name.s, &put, err);
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
			return deed_at(&from, e->path, err);
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
	return rc < 0 ? deed_at(&from, e->path, err) : 0;
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

/* Before anything is made: that it is not in the folder itself where it is to be, or the nearest above that is there. */
static int check_apart(
	struct lua_run *run, const struct spot *from, const char *to, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO(buf) path = buf_of(to);
	struct err why = ERR_INIT;
	struct stat st;

	if (spot_look(from, &st, err) != 1 || !S_ISDIR(st.st_mode))
		return err->code ? -1 : 0;
	while (spot_find(&run->places, path.s, SPOT_READ, &spot, NULL, &why) < 0) {
		const char *slash = strrchr(path.s, '/');
		AUTO(buf) above = BUF_INIT;

		if (!slash || slash == path.s)
			return 0;
		buf_set(&above, (struct span){path.s, (size_t)(slash - path.s)});
		buf_set(&path, buf_span(&above));
		err_clear(&why);
	}
	return is_within(spot.fd, &st) ? err_set(err, ERR_FAILED, "it cannot go into itself") : 0;
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
		return err_set(err, ERR_FAILED, "it cannot go into itself");
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

	if (deed_find(run, from, follow ? SPOT_FOLLOW : SPOT_READ, &source, err) < 0)
		return -1;
	if (check_apart(run, &source, to, err) < 0)
		return err_at(err, "%s to %s", from, to);
	if (deed_find(run, to, SPOT_WRITE | SPOT_PARENTS, &target, err) < 0)
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

	if (deed_find(run, from, SPOT_WRITE, &source, err) < 0)
		return -1;
	if (check_apart(run, &source, to, err) < 0)
		return err_at(err, "%s to %s", from, to);
	if (deed_find(run, to, SPOT_WRITE | SPOT_PARENTS, &target, err) < 0)
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

/* Trees, made again. */
#include "sys/tree_copy.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TARGET_MAX 4096

static int copy_file(const struct tree_entry *e, int to, struct err *err)
{
	AUTO_FD from = file_open(e->parent, e->name, O_RDONLY | O_NONBLOCK, 0, err);
	AUTO_FD made =
		from < 0 ? -1 : file_open(to, e->path, O_WRONLY | O_CREAT | O_EXCL, 0600, err);

	if (made < 0 || file_copy(from, made, err) < 0)
		return -1;
	return fchmod(made, e->st->st_mode & 07777) < 0 ? err_sys(err, "chmod %s", e->path) : 0;
}

static int copy_link(const struct tree_entry *e, int to, struct err *err)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(e->parent, e->name, target, sizeof(target) - 1);

	if (n < 0 || (size_t)n == sizeof(target) - 1)
		return err_sys(err, "read the link %s", e->path);
	target[n] = 0;
	return file_make_symlink(to, e->path, target, err);
}

struct copying {
	int to;
	const char *const *but;
	bool over; /* in the place of what is there */
};

static bool is_left_out(const struct copying *c, const char *path)
{
	for (const char *const *name = c->but; name && *name; name++)
		if (strcmp(*name, path) == 0)
			return true;
	return false;
}

static int clear(int to, const char *path, struct err *err)
{
	struct stat st;
	int there = file_stat(to, path, &st, err);

	if (there <= 0)
		return there;
	if (S_ISDIR(st.st_mode))
		return err_set(
			err, ERR_CONFLICT, "%s is to be a file, and a folder is there", path);
	return file_remove(to, path, err);
}

static int copy_one(void *arg, const struct tree_entry *e, struct err *err)
{
	const struct copying *c = arg;
	int to = c->to;

	if (is_left_out(c, e->path))
		return 1;
	if (c->over && !S_ISDIR(e->st->st_mode) && clear(to, e->path, err) < 0)
		return -1;
	if (S_ISREG(e->st->st_mode))
		return copy_file(e, to, err);
	if (S_ISLNK(e->st->st_mode))
		return copy_link(e, to, err);
	if (S_ISDIR(e->st->st_mode))
		return file_make_dir(to, e->path, e->st->st_mode & 07777, err);
	return err_set(err, ERR_UNSAFE, "%s is neither file, folder nor link", e->path);
}

int tree_copy(int from, int to, const char *const *but, struct err *err)
{
	struct copying c = {to, but, false};

	return tree_walk(from, copy_one, &c, err);
}

int tree_lay(int from, int to, const char *const *but, struct err *err)
{
	struct copying c = {to, but, true};

	return tree_walk(from, copy_one, &c, err);
}

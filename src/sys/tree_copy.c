/* Trees, made again. */
#include "sys/tree_copy.h"

#include <fcntl.h>
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

static int copy_one(void *arg, const struct tree_entry *e, struct err *err)
{
	int to = *(const int *)arg;

	if (S_ISREG(e->st->st_mode))
		return copy_file(e, to, err);
	if (S_ISLNK(e->st->st_mode))
		return copy_link(e, to, err);
	if (S_ISDIR(e->st->st_mode))
		return file_make_dir(to, e->path, e->st->st_mode & 07777, err);
	return err_set(err, ERR_UNSAFE, "%s is neither file, folder nor link", e->path);
}

int tree_copy(int from, int to, struct err *err)
{
	return tree_walk(from, copy_one, &to, err);
}

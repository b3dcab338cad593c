/* The file systems that something was written to. */
#include "store/touched.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

static void fs_drop(struct touched_fs *fs)
{
	fd_drop(&fs->fd);
}

void touched_drop(struct touched *t)
{
	vec_drop_each(&t->of, fs_drop);
}

int touched_add(struct touched *t, int folder, struct err *err)
{
	struct stat st;
	int fd;

	if (fstat(folder, &st) < 0)
		return err_sys(err, "look at a folder");
	VEC_FOR (const struct touched_fs, fs, &t->of)
		if (fs->device == st.st_dev)
			return 0;
	fd = fcntl(folder, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return err_sys(err, "open a folder");
	*vec_push(&t->of) = (struct touched_fs){st.st_dev, fd};
	return 0;
}

int touched_sync(const struct touched *t, struct err *err)
{
	VEC_FOR (const struct touched_fs, fs, &t->of)
		if (syncfs(fs->fd) < 0)
			return err_sys(err, "sync what was changed");
	return 0;
}

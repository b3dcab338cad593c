/* One overlay. */
#include "sys/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/vec.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/mounts.h"
#include "sys/tree.h"

void layer_path(struct buf *out, size_t n, const char *what)
{
	buf_setf(out, "%zu%s%s", n, *what ? "/" : "", what);
}

/* Access lists, and what users have noted: the root of an overlay shows its upper's. */
static void copy_attributes(int from, int to)
{
	char names[4096], value[4096];
	ssize_t length = flistxattr(from, names, sizeof(names));

	for (const char *name = names; length > 0 && name < names + length;
		name += strlen(name) + 1) {
		bool wanted =
			strncmp(name, "system.posix_acl_", 17) == 0 ||
			(strncmp(name, "user.", 5) == 0 && strncmp(name, "user.overlay.", 13) != 0);
		ssize_t size = wanted ? fgetxattr(from, name, value, sizeof(value)) : -1;

		if (size >= 0)
			fsetxattr(to, name, value, (size_t)size, 0);
	}
}

int layer_make(int dir, size_t n, int lower)
{
	AUTO(buf) path = BUF_INIT;
	struct err ignored = ERR_INIT;
	AUTO_FD upper = -1;
	struct stat st;

	layer_path(&path, n, "");
	if (fstat(lower, &st) < 0 || mkdirat(dir, path.s, 0700) < 0)
		return -1;
	layer_path(&path, n, "work");
	if (mkdirat(dir, path.s, 0700) < 0)
		return -1;
	layer_path(&path, n, "upper");
	if (mkdirat(dir, path.s, 0700) < 0)
		return -1;
	upper = file_open(dir, path.s, O_RDONLY | O_DIRECTORY, 0, &ignored);
	if (upper < 0 || fchown(upper, st.st_uid, st.st_gid) < 0 ||
		fchmod(upper, st.st_mode & 07777) < 0)
		return -1;
	copy_attributes(lower, upper);
	return 0;
}

/* By descriptor: a path may have any sign in it, and be another one in the next moment. */
static void option(char *out, size_t size, const char *key, int fd)
{
	snprintf(out, size, "%s=/proc/self/fd/%d", key, fd);
}

/* No folder is renamed by a note in it, no file is copied up without its content, nothing is written to disk on the program's
 * word or when this ends: who takes the changes over does that. With an index a file that is written to would change by its other
 * names, too, of which upper knows nothing: the program would see what is not committed. */
static int mount_layers(int lower, int upper, int work, bool user_attributes)
{
	char lower_option[64], upper_option[64], work_option[64];
	const char *options[] = {lower_option, upper_option, work_option, "redirect_dir=nofollow",
		"metacopy=off", "volatile", "index=off", user_attributes ? "userxattr" : NULL,
		NULL};

	option(lower_option, sizeof(lower_option), "lowerdir", lower);
	option(upper_option, sizeof(upper_option), "upperdir", upper);
	option(work_option, sizeof(work_option), "workdir", work);
	return mounts_new("overlay", options, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
}

/* The kernel makes folders of its own in `work`; where it cannot, as on a full disk, it mounts all the same, to be read only. */
static int check_writable(int mount)
{
	struct statvfs st;

	if (mount < 0 || fstatvfs(mount, &st) < 0 || !(st.f_flag & ST_RDONLY))
		return mount;
	close(mount);
	errno = ENOSPC;
	return -1;
}

int layer_mount(int dir, size_t n, int lower, bool user_attributes)
{
	struct err err = ERR_INIT;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD upper = -1;
	AUTO_FD work = -1;

	layer_path(&path, n, "upper");
	upper = file_open(dir, path.s, O_RDONLY | O_DIRECTORY, 0, &err);
	layer_path(&path, n, "work");
	work = file_open(dir, path.s, O_RDONLY | O_DIRECTORY, 0, &err);
	/* The kernel's note that an overlay was not synced: it holds after a crash, and this is another program in the same stage. */
	if (upper < 0 || work < 0 || tree_remove(work, "work/incompat", &err) < 0) {
		errno = err.sys;
		return -1;
	}
	return check_writable(mount_layers(lower, upper, work, user_attributes));
}

int layer_mount_read_only(int lower, int none, bool user_attributes)
{
	char layers[80];
	const char *options[] = {layers, "redirect_dir=nofollow", "metacopy=off",
		user_attributes ? "userxattr" : NULL, NULL};

	snprintf(layers, sizeof(layers), "lowerdir=/proc/self/fd/%d:/proc/self/fd/%d", lower, none);
	return mounts_new(
		"overlay", options, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
}

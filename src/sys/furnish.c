/* What a stage has of its own. */
#include "sys/furnish.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/fd.h"
#include "sys/mounts.h"

#define PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define BARE (PLAIN | MOUNT_ATTR_NOEXEC)
#define TTY_GROUP "gid=5" /* where users' ttys belong to, since ever */

static const struct {
	const char *name;
	unsigned minor, major;
} devices[] = {{"null", 3, 1}, {"zero", 5, 1}, {"full", 7, 1}, {"random", 8, 1}, {"urandom", 9, 1},
	{"tty", 0, 5}};

static const struct {
	const char *name, *target;
} links[] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};

int furnish_open(int base, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int fd;

	do
		fd = (int)syscall(SYS_openat2, base, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd;
}

/* A file system in memory of at most that size: names take memory too. */
static int memory(int64_t max, const char *mode, unsigned attributes)
{
	char size[40], inodes[40];
	const char *const options[] = {size, inodes, mode, NULL};

	snprintf(size, sizeof(size), "size=%lld", (long long)max);
	snprintf(inodes, sizeof(inodes), "nr_inodes=%lld", (long long)(max / 1024 + 16));
	return mounts_new("tmpfs", options, attributes);
}

int furnish_empty(int folder)
{
	AUTO_FD mount = memory(4096, "mode=755", BARE | MOUNT_ATTR_RDONLY);

	return mount < 0 ? -1 : mounts_attach(mount, folder);
}

/* 1 done, 0 the root has no such folder. */
static int attach(int base, const char *place, int mount, struct err *err)
{
	AUTO_FD folder = -1;

	if (mount < 0)
		return err_sys(err, "make a %s for the stage", place);
	folder = furnish_open(base, place, O_PATH | O_DIRECTORY);
	/* What fails for now must not be taken for a system without it. */
	if (folder < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO))
		return err_sys(err, "open the stage's %s", place);
	if (folder < 0)
		return 0;
	if (mounts_attach(mount, folder) < 0)
		return err_sys(err, "mount the stage's %s", place);
	return 1;
}

static int need(int base, const char *place, int mount, struct err *err)
{
	int done = attach(base, place, mount, err);

	if (done == 0)
		return err_set(err, ERR_POLICY, "the root has no folder %s", place);
	return done < 0 ? -1 : 0;
}

/* In a user namespace no device can be made: then the system's is shown, read-only, so that its mode stays. */
static int make_device(int dev, size_t i, struct err *err)
{
	char outside[32];
	AUTO_FD file = -1;
	AUTO_FD from = -1;
	AUTO_FD copy = -1;
	struct stat st;

	if (mknodat(dev, devices[i].name, S_IFCHR | 0666,
		    makedev(devices[i].major, devices[i].minor)) == 0)
		return 0;
	snprintf(outside, sizeof(outside), "/dev/%s", devices[i].name);
	from = open(outside, O_PATH | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0 || !S_ISCHR(st.st_mode) ||
		st.st_rdev != makedev(devices[i].major, devices[i].minor))
		return err_set(err, ERR_POLICY, "there is no %s to be shown", outside);
	file = openat(dev, devices[i].name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	copy = mounts_copy_read_only(from, false, true);
	if (file < 0 || copy < 0 || mounts_attach(copy, file) < 0)
		return err_sys(err, "show %s", outside);
	return 0;
}

/* Terminals of its own. The group is none where a user namespace knows few. */
static int make_terminals(int dev, struct err *err)
{
	const char *const options[] = {"ptmxmode=666", "mode=620", TTY_GROUP, NULL};
	const char *const without_group[] = {"ptmxmode=666", "mode=620", NULL};
	const unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	AUTO_FD mount = mounts_new("devpts", options, attributes);

	if (mount < 0)
		mount = mounts_new("devpts", without_group, attributes);
	return need(dev, "pts", mount, err);
}

static int make_dev(int base, int64_t max, struct err *err)
{
	const char *const options[] = {"mode=755", "size=64k", "nr_inodes=64", NULL};
	AUTO_FD dev = mounts_new("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	AUTO_FD shm = -1;

	if (need(base, "/dev", dev, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(devices); i++)
		if (make_device(dev, i, err) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0)
			return err_sys(err, "make /dev/%s", links[i].name);
	if (mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0)
		return err_sys(err, "make folders in /dev");
	shm = memory(max, "mode=1777", BARE);
	return need(dev, "shm", shm, err) < 0 ? -1 : make_terminals(dev, err);
}

/* Where the kernel gives none (another one's network, a container that hides parts), there is an empty one. */
static int make_sys(int base, struct err *err)
{
	const char *const none[] = {NULL};
	AUTO_FD mount = mounts_new("sysfs", none, BARE | MOUNT_ATTR_RDONLY);

	if (mount < 0)
		mount = memory(4096, "mode=755", BARE | MOUNT_ATTR_RDONLY);
	return attach(base, "/sys", mount, err) < 0 ? -1 : 0;
}

static int make_run(int base, int64_t max, struct err *err)
{
	AUTO_FD mount = memory(max, "mode=755", PLAIN);
	int done = attach(base, "/run", mount, err);

	if (done > 0 && mkdirat(mount, "lock", 01777) < 0)
		return err_sys(err, "make /run/lock");
	return done < 0 ? -1 : 0;
}

static int make_tmp(int base, int64_t max, struct err *err)
{
	AUTO_FD mount = memory(max, "mode=1777", PLAIN);
	AUTO_FD again = -1;
	int done = attach(base, "/tmp", mount, err);

	if (done <= 0)
		return done;
	again = open_tree(mount, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return attach(base, "/var/tmp", again, err) < 0 ? -1 : 0;
}

/* /proc cannot be written to at all: much of /proc/sys asks for user 0 and nothing else. That of outside would not do: what
 * belongs to other processes could be opened through it. */
int furnish(int base, int64_t max, struct err *err)
{
	const char *const none[] = {NULL};
	AUTO_FD proc = mounts_new("proc", none, BARE | MOUNT_ATTR_RDONLY);

	if (need(base, "/proc", proc, err) < 0 || make_sys(base, err) < 0 ||
		make_dev(base, max, err) < 0 || make_run(base, max, err) < 0)
		return -1;
	return make_tmp(base, max, err);
}

/* A program's surroundings. */
#include "sys/enclose.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/sandbox.h"

/* Inside we are root, outside still who we were. */
static int enter_user_namespace(struct err *err)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return err_sys(err, "make a user namespace");
	return sandbox_map_user(uid, gid, 0, 0, err);
}

/* A mount namespace whose mounts stay inside it. */
static int enter_namespace(unsigned means, struct err *err)
{
	if (means & MEANS_USER) {
		if (enter_user_namespace(err) < 0)
			return -1;
	} else if (unshare(CLONE_NEWNS) < 0) {
		return err_sys(err, "make a mount namespace");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, "make mounts private");
	return 0;
}

static int bind_read_only(const struct process_bind *bind, struct err *err)
{
	struct mount_attr read_only = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	const char *to = bind->to;
	struct stat st;

	if (mount(bind->from, to, NULL, MS_BIND, NULL) < 0) {
		err_sys(err, "bind %s", to);
		if (bind->is)
			err->code = ERR_UNSAFE;
		return -1;
	}
	/* A descriptor of the parent's mounts cannot be bound here: so by its name, and what came of that is looked at. */
	if (bind->is && (stat(to, &st) < 0 || !file_is_one(&st, bind->is)))
		return err_set(
			err, ERR_UNSAFE, "another file has come in the place of %s", bind->from);
	/* Only adds to the flags of the mount below, which a user namespace may not clear; Linux
	 * 5.12. */
	if (mount_setattr(AT_FDCWD, to, 0, &read_only, sizeof(read_only)) == 0)
		return 0;
	if (mount(NULL, to, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) <
		0)
		return err_sys(err, "make %s read-only", to);
	return 0;
}

/* Another root gets the devices that every script counts on, and /proc, where it has folders for
 * them and nothing in these yet. */
static void furnish(const char *root)
{
	static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
	AUTO(buf) path = buf_of(root);
	size_t length = path.n;
	struct stat st;

	buf_add_path(&path, "proc/self");
	if (lstat(path.s, &st) < 0) {
		path.n -= strlen("/self");
		path.s[path.n] = 0;
		mount("/proc", path.s, NULL, MS_BIND | MS_REC, NULL);
	}
	path.n = length;
	buf_add_path(&path, "dev/null");
	if (stat(path.s, &st) == 0 && S_ISCHR(st.st_mode))
		return;
	path.n -= strlen("/null");
	path.s[path.n] = 0;
	if (mount("tmpfs", path.s, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k") < 0)
		return;
	length = path.n;
	for (size_t i = 0; i < COUNT(devices); i++) {
		char from[32];
		AUTO_FD fd = -1;

		path.n = length;
		buf_add_path(&path, devices[i]);
		snprintf(from, sizeof(from), "/dev/%s", devices[i]);
		fd = open(path.s, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd >= 0)
			mount(from, path.s, NULL, MS_BIND, NULL);
	}
}

int enclose(const struct process_spec *spec, bool private, struct err *err)
{
	bool namespace = spec->means & MEANS_MOUNT;

	if (!spec->root && !spec->bind_count)
		return 0;
	if (namespace && !private && enter_namespace(spec->means, err) < 0)
		return -1;
	for (unsigned i = 0; namespace && i < spec->bind_count; i++)
		if (bind_read_only(&spec->binds[i], err) < 0)
			return -1;
	if (!spec->root)
		return 0;
	if (namespace)
		furnish(spec->root);
	if (chroot(spec->root) < 0 || chdir("/") < 0)
		return err_sys(err, "enter the root %s", spec->root);
	return 0;
}

/* Whether `attempt` succeeds in a child of its own. */
static bool can(int (*attempt)(void))
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(attempt() == 0 ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && status == 0;
}

static int try_mount(unsigned means)
{
	struct err err = ERR_INIT;

	if (enter_namespace(means, &err) < 0)
		return -1;
	/* A bind of our own is what is needed later; some containers refuse just that. */
	return mount("/", "/", NULL, MS_BIND | MS_REC, NULL) < 0 ? -1 : chroot("/");
}

static int try_as_is(void)
{
	return try_mount(0);
}

static int try_user(void)
{
	return try_mount(MEANS_USER);
}

static int try_chroot(void)
{
	return chroot("/");
}

unsigned enclose_means(void)
{
	if (can(try_as_is))
		return MEANS_MOUNT | MEANS_CHROOT;
	if (geteuid() == 0 && can(try_chroot))
		return MEANS_CHROOT;
	if (can(try_user))
		return MEANS_MOUNT | MEANS_CHROOT | MEANS_USER;
	return 0;
}

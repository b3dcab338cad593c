/* Making the stage and entering it. */
#include "sys/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/furnish.h"
#include "sys/layer.h"
#include "sys/mounts.h"
#include "sys/process.h"

struct stage {
	const struct overlay_plan *plan;
	int root,
		folder; /* as the plan's, but on mounts of this process's namespace: the kernel takes no others */
	int base; /* the stage's root */
	int memory; /* mounted; -1: not yet */
	const char *
		whole; /* the last place that was copied with all that is mounted below it; or NULL */
	struct stage_said said[STAGE_MAX];
};

static void stage_drop(struct stage *s)
{
	fd_drop(&s->root);
	fd_drop(&s->folder);
	fd_drop(&s->base);
	fd_drop(&s->memory);
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The same folder, in this namespace. */
static int open_again(const char *path, int known, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (!is_same(fd, known))
		return err_set(err, ERR_FAILED, "%s was moved meanwhile", path);
	return fd_take(&fd);
}

static const char *inside(const struct stage_piece *p)
{
	return p->place.n > 1 ? p->place.s + 1 : ".";
}

/* Where a piece is below one of the roots. That is never a link, which could be mounted and mounted on like a file. What stands
 * on it is not asked. */
static int open_place(int root, const struct stage_piece *p, struct err *err)
{
	AUTO_FD fd = file_open(root, inside(p), O_PATH, 0, err);
	struct statx st = {.stx_mode = S_IFLNK};

	if (fd < 0)
		return -1;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0 ||
		S_ISLNK(st.stx_mode)) {
		errno = ELOOP;
		return err_sys(err, "open %s", p->place.s);
	}
	return fd_take(&fd);
}

/* One of ours in the stage's folder, for a mount: most stages need none. */
static int open_own(const struct stage *s, const char *name, mode_t mode, int flags)
{
	struct err ignored = ERR_INIT;

	if (mkdirat(s->folder, name, mode) < 0 && errno != EEXIST)
		return -1;
	return file_open(s->folder, name, flags | O_DIRECTORY, 0, &ignored);
}

/* Memory for uppers: that of the program before, or new. */
static int get_memory(struct stage *s)
{
	char size[40], inodes[40];
	const char *const options[] = {size, inodes, "mode=700", NULL};
	AUTO_FD mount = -1;
	AUTO_FD folder = -1;

	if (s->memory >= 0)
		return 0;
	snprintf(size, sizeof(size), "size=%lld", (long long)s->plan->memory_max);
	snprintf(inodes, sizeof(inodes), "nr_inodes=%lld",
		(long long)(s->plan->memory_max / 1024 + 64));
	if (s->plan->memory >= 0)
		mount = fcntl(s->plan->memory, F_DUPFD_CLOEXEC, 0);
	else
		mount = mounts_new("tmpfs", options, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
	folder = open_own(s, "memory", 0700, O_PATH);
	if (mount < 0 || folder < 0 || mounts_attach(mount, folder) < 0)
		return -1;
	s->memory = fd_take(&mount);
	return 0;
}

static int overlay_in_memory(struct stage *s, size_t i, int lower)
{
	if (get_memory(s) < 0)
		return -1;
	if (layer_make(s->memory, i, lower) < 0 && errno != EEXIST)
		return -1;
	return layer_mount(s->memory, i, lower, s->plan->user_attributes);
}

/* A mount of an overlay over it, that is nowhere yet; -1 with what the kernel says in said. */
static int overlay_piece(struct stage *s, size_t i, struct err *err)
{
	const struct stage_piece *p = &s->plan->pieces.v[i];
	struct stage_said *said = &s->said[i];
	AUTO_FD lower = file_open(s->root, inside(p), O_RDONLY | O_DIRECTORY, 0, err);
	int mount = -1;

	if (lower < 0 || !is_same(lower, p->lower)) {
		said->sys = lower < 0 ? err->sys : ESTALE;
		return -1;
	}
	errno = EINVAL;
	if (!s->plan->in_memory)
		mount = layer_mount(s->folder, i, lower, s->plan->user_attributes);
	if (mount < 0 && errno == EINVAL) {
		said->memory = true;
		mount = overlay_in_memory(s, i, lower);
	}
	said->overlaid = mount >= 0;
	said->sys = mount >= 0 ? 0 : errno;
	return mount;
}

/* What the kernel does not overlay (too deep a stack) is shown as it is. */
static int mute_piece(struct stage *s, size_t i)
{
	const struct stage_piece *p = &s->plan->pieces.v[i];
	struct err ignored = ERR_INIT;
	AUTO_FD lower = file_open(s->root, inside(p), O_RDONLY | O_DIRECTORY, 0, &ignored);
	AUTO_FD none = open_own(s, "none", 0755, O_RDONLY);

	if (lower < 0 || none < 0)
		return -1;
	return layer_mount_read_only(lower, none, s->plan->user_attributes);
}

/* Where what is mounted below it is locked to it (by who made this user namespace), it comes with that. */
static int copy_piece(struct stage *s, size_t i, struct err *err)
{
	const struct stage_piece *p = &s->plan->pieces.v[i];
	AUTO_FD from = open_place(s->root, p, err);
	int mount = p->kind == STAGE_MUTE ? mute_piece(s, i) : -1;

	if (from < 0 || mount >= 0)
		return mount;
	mount = mounts_copy_read_only(from, false, false);
	if (mount >= 0 || errno != EINVAL)
		return mount;
	mount = mounts_copy_read_only(from, true, false);
	if (mount >= 0)
		s->whole = p->place.s;
	return mount;
}

/* Whether it has come already with one above it. */
static bool has_come(const struct stage *s, const struct stage_piece *p)
{
	size_t n = s->whole ? strlen(s->whole) : 0;

	return s->whole && strncmp(p->place.s, s->whole, n) == 0 &&
	       (n == 1 || p->place.s[n] == '/' || !p->place.s[n]);
}

static int attach_piece(struct stage *s, const struct stage_piece *p, int mount, struct err *err)
{
	AUTO_FD at = open_place(s->base, p, err);

	if (at < 0 && err->sys != ENOENT && err->sys != ENOTDIR && err->sys != ELOOP)
		return err_at(err, "show %s in the stage", p->place.s);
	if (at < 0)
		return err_set(err, ERR_FAILED,
			"there is no %s any more that the file system there could be shown at",
			p->place.s);
	/* What cannot be shown is not left open to be written below. */
	if (mount < 0 ? furnish_empty(at) < 0 : mounts_attach(mount, at) < 0)
		return err_sys(err, "mount %s in the stage", p->place.s);
	return 0;
}

/* A part of the running system that came with something else: its folder is seen empty; a single file says little. */
static int hide_piece(struct stage *s, const struct stage_piece *p, struct err *err)
{
	AUTO_FD at = -1;

	if (!has_come(s, p))
		return 0;
	at = file_open_if(s->base, inside(p), O_PATH | O_DIRECTORY, err);
	if (at < 0 && err->sys == ENOTDIR)
		err_clear(err);
	if (at < 0) /* hidden with what is above it */
		return err->code == ERR_NONE ? 0 : -1;
	return furnish_empty(at) < 0 ? err_sys(err, "hide %s from the stage", p->place.s) : 0;
}

static int put_piece(struct stage *s, size_t i, struct err *err)
{
	const struct stage_piece *p = &s->plan->pieces.v[i];
	struct err ignored = ERR_INIT;
	AUTO_FD mount = -1;

	if (p->kind == STAGE_HIDDEN)
		return hide_piece(s, p, err);
	if (has_come(s, p)) {
		s->said[i].sys = EINVAL;
		return 0;
	}
	if (p->kind == STAGE_OVERLAY)
		mount = overlay_piece(s, i, &ignored);
	errno = s->said[i].sys;
	if (mount < 0 && (errno == ENOSPC || errno == ENOMEM))
		return err_sys(err, "lay an overlay over %s", p->place.s);
	if (mount < 0)
		mount = copy_piece(s, i, &ignored);
	return attach_piece(s, p, mount, err);
}

/* The first: it stands over the folder, where nobody needs to look any more. */
static int put_root(struct stage *s, struct err *err)
{
	const struct stage_piece *p = &s->plan->pieces.v[0];

	if (p->kind == STAGE_OVERLAY)
		s->base = overlay_piece(s, 0, err);
	else
		s->base = copy_piece(s, 0, err);
	if (s->base < 0) {
		errno = s->said[0].sys ? s->said[0].sys : errno;
		return err_sys(err, "lay an overlay over %s", s->plan->root.s);
	}
	if (mounts_attach(s->base, s->folder) < 0)
		return err_sys(err, "mount the stage");
	return 0;
}

static int hide_folder(struct stage *s, struct err *err)
{
	AUTO_FD at = -1;

	if (!s->plan->folder_place.n)
		return 0;
	at = file_open_if(s->base, s->plan->folder_place.s + 1, O_PATH | O_DIRECTORY, err);
	if (at < 0) /* on what is not shown anyway? */
		return err->code == ERR_NONE ? 0 : -1;
	return furnish_empty(at) < 0 ? err_sys(err, "hide the stage from itself") : 0;
}

/* /run is ours: what is to be shown there gets a place. */
static int make_place(struct stage *s, const char *to, int from)
{
	const char *slash = strrchr(to, '/');
	AUTO(buf) parent = BUF_INIT;
	struct err err = ERR_INIT;
	AUTO_FD dir = -1;
	AUTO_FD made = -1;
	struct stat st;

	if (fstat(from, &st) < 0)
		return -1;
	buf_add(&parent, to + 1, (size_t)(slash - to) - 1);
	dir = file_make_dirs(s->base, parent.s, 0755, &err);
	if (dir < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return mkdirat(dir, slash + 1, 0755);
	made = openat(dir, slash + 1, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return made < 0 ? -1 : 0;
}

static int bind_one(struct stage *s, const struct process_bind *b, bool writable, struct err *err)
{
	AUTO_FD from = open(b->from, O_PATH | O_CLOEXEC);
	AUTO_FD at = -1;
	AUTO_FD copy = -1;

	if (from < 0)
		return err_sys(err, "open %s", b->from);
	if (strncmp(b->to, "/run/", 5) == 0 && make_place(s, b->to, from) < 0 && errno != EEXIST)
		return err_sys(err, "make %s in the stage", b->to);
	at = furnish_open(s->base, b->to, O_PATH);
	if (at < 0)
		return 0;
	copy = writable ? mounts_copy_writable(from) : mounts_copy_read_only(from, false, false);
	if (copy < 0 || mounts_attach(copy, at) < 0)
		return err_sys(err, "show %s at %s", b->from, b->to);
	return 0;
}

/* What a program that may chroot would try: from a root further down, up. Where this process was in a chroot itself, there
 * would be a way. */
static int has_way_out(struct err *err)
{
	AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD above = -1;
	bool is_shut;

	if (root < 0)
		return err_sys(err, "open the stage");
	if (chroot("/proc") < 0 || fchdir(root) < 0 || chdir("..") < 0)
		return 1;
	above = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above < 0)
		return err_sys(err, "open what is above the stage");
	is_shut = is_same(root, above) && mounts_id(root) == mounts_id(above);
	return fchdir(root) < 0 || chroot(".") < 0 || !is_shut;
}

static int move_in(int base, struct err *err)
{
	int way_out;

	if (fchdir(base) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
		umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(err, "make the stage the root");
	way_out = has_way_out(err);
	if (way_out > 0)
		err_set(err, ERR_POLICY, "the stage could be left: fardel runs in a chroot");
	return way_out ? -1 : 0;
}

/* What became of the pieces; and the memory again, in a mount that is nowhere: this one ends with the namespace. */
static int tell(const struct stage *s, int memory, int socket, struct err *err)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)s->said, s->plan->pieces.n * sizeof(s->said[0])};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (memory >= 0) {
		control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.header), &memory, sizeof(memory));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent != (ssize_t)part.iov_len)
		return err_sys(err, "tell of the stage");
	return 0;
}

static int make(struct stage *s, struct err *err)
{
	s->root = open_again(s->plan->root.s, s->plan->root_fd, err);
	s->folder = open_again(s->plan->folder_path.s, s->plan->folder, err);
	if (s->root < 0 || s->folder < 0 || put_root(s, err) < 0)
		return -1;
	for (size_t i = 1; i < s->plan->pieces.n; i++)
		if (put_piece(s, i, err) < 0)
			return -1;
	if (hide_folder(s, err) < 0)
		return -1;
	return furnish(s->base, s->plan->memory_max, err);
}

int stage_enter(const struct overlay_plan *plan, const struct process_spec *spec, int socket,
	struct err *err)
{
	AUTO(stage) s = {.plan = plan, .root = -1, .folder = -1, .base = -1, .memory = -1};
	AUTO_FD memory = -1;

	umask(0);
	if (make(&s, err) < 0)
		return -1;
	for (unsigned i = 0; i < spec->bind_count; i++)
		if (bind_one(&s, &spec->binds[i], false, err) < 0)
			return -1;
	if (spec->writable && bind_one(&s, spec->writable, true, err) < 0)
		return -1;
	if (s.memory >= 0) {
		memory = open_tree(
			s.memory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (memory < 0)
			return err_sys(err, "keep the stage's memory");
	}
	if (move_in(s.base, err) < 0)
		return -1;
	return tell(&s, memory, socket, err);
}

/* The stage, planned: which file systems the root has, and what is done with each. */
#include "sys/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/layer.h"
#include "sys/mounts.h"
#include "sys/stage.h"

/* The kernel's own, and views of the running system: none has files that a package could have. */
static const char *const pseudo_types[] = {"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2",
	"configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue",
	"nfsd", "nsfs", "proc", "pstore", "rpc_pipefs", "securityfs", "selinuxfs", "smackfs",
	"sysfs", "tracefs"};

/* What the stage has its own of. */
static const char *const own_places[] = {"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp"};

static void layer_drop(struct overlay_layer *l)
{
	buf_drop(&l->place);
	fd_drop(&l->upper);
	fd_drop(&l->lower);
}

static void closed_drop(struct overlay_closed *c)
{
	buf_drop(&c->place);
}

static void piece_drop(struct stage_piece *p)
{
	buf_drop(&p->place);
	fd_drop(&p->lower);
}

static void plan_free(struct overlay_plan *plan)
{
	if (!plan)
		return;
	buf_drop(&plan->root);
	buf_drop(&plan->folder_path);
	buf_drop(&plan->folder_place);
	fd_drop(&plan->root_fd);
	fd_drop(&plan->folder);
	fd_drop(&plan->memory);
	vec_drop_each(&plan->pieces, piece_drop);
	free(plan);
}

static void forget(struct overlay *o)
{
	vec_drop_each(&o->of, layer_drop);
	vec_drop_each(&o->closed, closed_drop);
}

void overlay_drop(struct overlay *o)
{
	forget(o);
	plan_free(o->plan);
	o->plan = NULL;
}

/* Whether path is dir or below it. */
static bool is_at(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == 0 || path[n] == '/');
}

/* As seen from the root; NULL: it is not below it. */
static const char *place_of(const struct overlay_plan *plan, const char *path)
{
	if (strcmp(plan->root.s, "/") == 0)
		return path;
	if (!is_at(path, plan->root.s))
		return NULL;
	return path[plan->root.n] ? path + plan->root.n : "/";
}

static enum stage_kind kind_of(const struct mounted *m)
{
	for (size_t i = 0; i < COUNT(pseudo_types); i++)
		if (strcmp(m->type.s, pseudo_types[i]) == 0)
			return STAGE_HIDDEN;
	if (m->system_read_only)
		return STAGE_READ_ONLY;
	/* Its server may be an ordinary user's, and never answer. */
	if (strcmp(m->type.s, "fuse") == 0 || strncmp(m->type.s, "fuse.", 5) == 0)
		return m->read_only ? STAGE_READ_ONLY : STAGE_CLOSED;
	return m->read_only ? STAGE_MUTE : STAGE_OVERLAY;
}

static struct stage_piece *add_piece(
	struct overlay_plan *plan, const char *place, enum stage_kind kind)
{
	struct stage_piece *p = vec_push(&plan->pieces);

	*p = (struct stage_piece){.kind = kind, .place = buf_of(place), .lower = -1};
	return p;
}

/* Whether nothing is mounted over it or over a folder above it. What cannot be told may be seen; but a single socket, pipe or
 * device is none of a package's. What stands on it is not asked. */
static bool can_be_seen(const struct overlay_plan *plan, const struct mounted *m, const char *place,
	struct err *err)
{
	AUTO_FD fd = file_open(plan->root_fd, place + 1, O_PATH, 0, err);
	struct statx st = {0};
	int64_t id;

	if (fd < 0)
		return err->sys != ENOENT && err->sys != ENOTDIR && err->sys != ELOOP &&
		       err->sys != EACCES;
	id = mounts_id(fd);
	if (id >= 0 && id != m->id)
		return false;
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0 ||
	       S_ISDIR(st.stx_mode) || S_ISREG(st.stx_mode);
}

/* Whether it stands on what is not shown, so there is no place for it in the stage. */
static bool is_on_hidden(const struct overlay_plan *plan, const char *place)
{
	VEC_FOR (struct stage_piece, p, &plan->pieces)
		if (p->kind == STAGE_HIDDEN && is_at(place, p->place.s))
			return true;
	return false;
}

static int add_mount(
	struct overlay_plan *plan, const struct mounted *m, const char *place, struct err *err)
{
	struct err why = ERR_INIT;
	enum stage_kind kind = kind_of(m);
	struct stage_piece *p;

	if (!can_be_seen(plan, m, place, &why) || is_on_hidden(plan, place))
		return 0;
	if (plan->pieces.n == STAGE_MAX)
		return err_set(err, ERR_POLICY,
			"there are more than %d file systems: too many for a stage", STAGE_MAX);
	p = add_piece(plan, place, kind);
	if (kind == STAGE_OVERLAY)
		p->lower = file_open(plan->root_fd, place + 1, O_RDONLY | O_DIRECTORY, 0, &why);
	if (err_may_pass(&why)) /* no descriptors, no memory */
		return err_copy(err, &why);
	if (kind == STAGE_OVERLAY && p->lower < 0) /* a single file */
		p->kind = STAGE_CLOSED;
	return 0;
}

static int add_mounts(struct overlay_plan *plan, struct err *err)
{
	AUTO(mounts) mounts = MOUNTS_INIT;

	if (mounts_read(&mounts, err) < 0)
		return -1;
	VEC_FOR (struct mounted, m, &mounts.of) {
		const char *place = place_of(plan, m->place.s);
		bool own = !place || strcmp(place, "/") == 0;

		for (size_t i = 0; !own && i < COUNT(own_places); i++)
			own = is_at(place, own_places[i]);
		if (!own && add_mount(plan, m, place, err) < 0)
			return -1;
	}
	return 0;
}

static int add_root(struct overlay_plan *plan, struct err *err)
{
	struct statvfs st;
	struct stage_piece *p;

	if (fstatvfs(plan->root_fd, &st) < 0)
		return err_sys(err, "look at the file system of %s", plan->root.s);
	if (mounts_id(plan->root_fd) < 0)
		return err_set(err, ERR_POLICY,
			"this kernel does not say what a file is mounted by: a stage needs Linux 5.12");
	p = add_piece(plan, "/", st.f_flag & ST_RDONLY ? STAGE_MUTE : STAGE_OVERLAY);
	if (p->kind == STAGE_OVERLAY)
		p->lower = file_open(plan->root_fd, ".", O_RDONLY | O_DIRECTORY, 0, err);
	return p->kind == STAGE_OVERLAY && p->lower < 0 ? -1 : 0;
}

/* Where a descriptor's folder is now. */
static int path_of(int fd, struct buf *out, struct err *err)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return err_sys(err, "find out where a folder is");
	path[n] = 0;
	if (path[0] != '/' || n == (ssize_t)sizeof(path) - 1)
		return err_set(err, ERR_FAILED,
			"find out where a folder is: it has no path that could be used");
	buf_sets(out, path);
	return 0;
}

/* What a user may have of attributes depends on the namespace, not on the user's number. */
static bool needs_user_attributes(int dir)
{
	bool refused = fsetxattr(dir, "trusted.fardel", "", 0, 0) < 0 && errno == EPERM;

	fremovexattr(dir, "trusted.fardel");
	return refused;
}

static int make_folders(struct overlay_plan *plan, struct err *err)
{
	bool is_others;

	for (size_t i = 0; i < plan->pieces.n; i++) {
		struct stage_piece *p = &plan->pieces.v[i];

		if (p->kind != STAGE_OVERLAY || layer_make(plan->folder, i, p->lower) == 0)
			continue;
		/* Of a user that we cannot be: no files can be copied up there either. */
		is_others = errno == EPERM || errno == EINVAL;
		if (i > 0 && is_others) {
			p->kind = STAGE_CLOSED;
			continue;
		}
		err_sys(err, "make the stage's folder for %s", p->place.s);
		if (is_others)
			err->code = ERR_POLICY;
		return -1;
	}
	return 0;
}

static int begin(struct overlay_plan *plan, const char *root, int folder, struct err *err)
{
	struct statfs st;

	plan->root_fd = file_open_dir(root && *root ? root : "/", err);
	plan->folder = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	if (plan->root_fd < 0 || path_of(plan->root_fd, &plan->root, err) < 0)
		return -1;
	if (plan->folder < 0 || fstatfs(plan->folder, &st) < 0)
		return err_sys(err, "look at the stage's folder");
	plan->user_attributes = needs_user_attributes(plan->folder);
	plan->in_memory = st.f_type == OVERLAYFS_SUPER_MAGIC;
	if (path_of(plan->folder, &plan->folder_path, err) < 0)
		return -1;
	buf_adds(&plan->folder_place,
		place_of(plan, plan->folder_path.s) ? place_of(plan, plan->folder_path.s) : "");
	if (add_root(plan, err) < 0 || add_mounts(plan, err) < 0)
		return -1;
	return make_folders(plan, err);
}

int overlay_open(
	const char *root, int folder, int64_t memory_max, struct overlay *out, struct err *err)
{
	struct overlay_plan *plan = mem_zero(1, sizeof(*plan));

	*plan = (struct overlay_plan){.root = BUF_INIT,
		.folder_path = BUF_INIT,
		.folder_place = BUF_INIT,
		.root_fd = -1,
		.folder = -1,
		.memory = -1,
		.memory_max = memory_max};
	*out = (struct overlay){.plan = plan};
	if (begin(plan, root, folder, err) == 0)
		return 0;
	overlay_drop(out);
	return err_at(err, "prepare a stage");
}

static bool is_one_mount(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       mounts_id(a) == mounts_id(b);
}

static int add_layer(struct overlay *o, size_t piece, bool memory, struct err *err)
{
	struct overlay_plan *plan = o->plan;
	const struct stage_piece *p = &plan->pieces.v[piece];
	struct overlay_layer *l = vec_push(&o->of);
	AUTO(buf) path = BUF_INIT;

	*l = (struct overlay_layer){.place = buf_dup(&p->place),
		.upper = -1,
		.lower = -1,
		.user_attributes = plan->user_attributes,
		.memory = memory};
	layer_path(&path, piece, "upper");
	l->upper = file_open(
		memory ? plan->memory : plan->folder, path.s, O_RDONLY | O_DIRECTORY, 0, err);
	if (l->upper < 0)
		return -1;
	l->lower = fcntl(p->lower, F_DUPFD_CLOEXEC, 0);
	if (l->lower < 0)
		return err_sys(err, "keep %s open", p->place.s);
	l->same = is_one_mount(l->upper, l->lower);
	return 0;
}

/* What was sent, and the memory's descriptor, which takes the place of an older one. */
static int receive(struct overlay_plan *plan, int socket, struct stage_said *said, struct err *err)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {said, plan->pieces.n * sizeof(said[0])};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	const struct cmsghdr *sent = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (sent && sent->cmsg_type == SCM_RIGHTS) {
		fd_drop(&plan->memory);
		memcpy(&plan->memory, CMSG_DATA(sent), sizeof(plan->memory));
	}
	if (n != (ssize_t)part.iov_len)
		return err_set(err, ERR_FAILED, "the stage was made, but not told of");
	return 0;
}

int overlay_heard(struct overlay *o, int socket, struct err *err)
{
	struct stage_said said[STAGE_MAX] = {{0}};

	forget(o);
	if (receive(o->plan, socket, said, err) < 0)
		return -1;
	for (size_t i = 0; i < o->plan->pieces.n; i++) {
		const struct stage_piece *p = &o->plan->pieces.v[i];

		if (said[i].overlaid && add_layer(o, i, said[i].memory, err) < 0)
			return -1;
		if (!said[i].overlaid && (p->kind == STAGE_CLOSED || p->kind == STAGE_OVERLAY))
			*vec_push(&o->closed) = (struct overlay_closed){
				.place = buf_dup(&p->place), .sys = said[i].sys};
	}
	return 0;
}

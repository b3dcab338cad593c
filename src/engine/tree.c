/* A package's tree, out of its pack. */
#include "engine/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/confine.h"
#include "model/message.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TIMEOUT 3600000 /* ms */
#define BYTES_MAX ((size_t)64 << 20) /* of what is to be given to all members */

static void given_drop(struct tree_given *g)
{
	buf_drop(&g->path);
	buf_drop(&g->pairs);
}

void tree_task_init(struct tree_task *t)
{
	*t = (struct tree_task){
		.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT}, .folder = -1};
}

void tree_task_drop(struct tree_task *t)
{
	worker_drop(&t->worker);
	fd_drop(&t->folder);
	vec_drop_each(&t->given, given_drop);
	tree_task_init(t);
}

static int add_given(struct tree_task *t, const struct frame *frame, struct err *err)
{
	struct told_attributes told;
	struct tree_given *g;

	t->bytes += frame->payload.n;
	if (!message_get_attributes(frame->payload, &told))
		return err_set(err, ERR_WORKER, "fardel-tree said what cannot be understood");
	if (t->bytes > BYTES_MAX)
		return err_set(err, ERR_INSTALLER,
			"its pack states more than %zu bytes of owners, modes and attributes",
			BYTES_MAX);
	g = vec_push(&t->given);
	*g = (struct tree_given){.path = BUF_INIT,
		.uid = told.uid,
		.gid = told.gid,
		.mode = (unsigned)told.mode,
		.pairs = BUF_INIT};
	buf_set(&g->path, told.path);
	buf_set(&g->pairs, told.pairs);
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	if (frame->type == MESSAGE_ATTRIBUTES)
		return add_given(w->arg, frame, err);
	if (frame->type != MESSAGE_TREE_DONE || frame->payload.n)
		return err_set(err, ERR_WORKER, "fardel-tree said what cannot be understood");
	w->finished = true;
	return 0;
}

void tree_packs_take(struct tree_packs *p, struct fetch *fetches, size_t count)
{
	for (size_t i = 0; i < count && p->count < OCI_LAYERS_MAX; i++)
		p->fds[p->count++] = fd_take(&fetches[i].file);
}

void tree_packs_drop(struct tree_packs *p)
{
	for (size_t i = 0; i < p->count; i++)
		fd_drop(&p->fds[i]);
	p->count = 0;
}

/* As the worker is given them: the first pack, the folder, the others; of an image the top layer is the first. */
static unsigned order_fds(const struct tree_packs *p, int folder, int *fds)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->count; i++) {
		fds[n++] = p->fds[p->count - 1 - i];
		if (!i)
			fds[n++] = folder;
	}
	return n;
}

int tree_begin(struct engine *e, struct tree_task *t, struct span package,
	const struct tree_packs *packs, int folder, struct err *err)
{
	int fds[OCI_LAYERS_MAX + 1];
	unsigned count = order_fds(packs, folder, fds);
	AUTO(buf) order = BUF_INIT;

	if (packs->image)
		message_put_number(&order, (int64_t)packs->count);
	tree_task_init(t);
	t->e = e;
	t->package = package;
	t->folder = folder;
	t->worker.frame = on_frame;
	t->worker.arg = t;
	if (fchmod(folder, 0700) < 0)
		return err_sys(err, "keep others out of its folder");
	if (confine_give(e, folder, err) < 0 || worker_start(e, &t->worker, WORKER_TREE, fds, count,
							MESSAGE_TREE, buf_span(&order), err) < 0)
		return -1;
	t->worker.task.deadline = engine_ms() + TIMEOUT;
	return 0;
}

/* The owner first, by which the kernel drops setuid and capabilities. Who is not root gives nothing away. */
static int give_owner(const struct tree_given *g, int parent, const char *name, struct err *err)
{
	if (geteuid() != 0 ||
		fchownat(parent, name, (uid_t)g->uid, (gid_t)g->gid, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno == EINVAL)
		return err_set(err, ERR_FAILED,
			"is to belong to %lld:%lld, and this system is in a container that has no such user",
			(long long)g->uid, (long long)g->gid);
	return err_sys(err, "set the owner");
}

static int give_pairs(const struct tree_given *g, int fd, struct err *err)
{
	struct span rest = buf_span(&g->pairs), name, value;

	while (message_next_pair(&rest, &name, &value)) {
		AUTO(buf) key = BUF_INIT;

		buf_set(&key, name);
		if (fsetxattr(fd, key.s, value.s, value.n, 0) == 0)
			continue;
		if (geteuid() == 0 || errno != EPERM)
			return err_sys(err, "set the attribute %s", key.s);
	}
	return 0;
}

static int open_parent(int folder, const struct buf *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path->s, '/');
	AUTO(buf) above = BUF_INIT;

	*name = slash ? slash + 1 : path->s;
	buf_set(&above, slash ? (struct span){path->s, (size_t)(slash - path->s)} : SPAN("."));
	return file_open(folder, above.s, O_RDONLY | O_DIRECTORY, 0, err);
}

/* What the worker names need not be there: it is as little believed as the pack. */
static int give(int folder, const struct tree_given *g, struct err *err)
{
	const char *name;
	AUTO_FD parent = open_parent(folder, &g->path, &name, err);
	AUTO_FD fd = -1;
	struct stat st;

	if (parent < 0 || file_stat(parent, name, &st, err) < 0)
		return -1;
	if (give_owner(g, parent, name, err) < 0)
		return -1;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = file_open(parent, name, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0)
		return -1;
	if (fchmod(fd, g->mode) < 0)
		return err_sys(err, "set the mode");
	return give_pairs(g, fd, err);
}

int tree_end(struct tree_task *t, struct err *err)
{
	int64_t stripped;

	if (worker_result(&t->worker, err) < 0)
		return err_at(err, "unpack its pack");
	if (tree_settle(t->folder, geteuid(), getegid(), &stripped, err) < 0)
		return -1;
	VEC_FOR (const struct tree_given, g, &t->given)
		if (give(t->folder, g, err) < 0)
			return err_at(err, "%s", g->path.s);
	return 0;
}

/* fardel-build: writes one installer from a folder, the same bytes from the same content
 * everywhere. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "ext/archive.h"
#include "model/entry.h"
#include "sys/file.h"
#include "sys/tree.h"
#include "work/worker.h"

#define SOURCE_FD 4
#define OUTPUT_FD 5
#define CHUNK 65536

struct member {
	struct buf path; /* NAME/… */
	struct buf link;
	enum archive_type type;
	unsigned mode;
	int64_t size;
};

static void member_drop(struct member *m)
{
	buf_drop(&m->path);
	buf_drop(&m->link);
}

/* The members, and the planner that an installation would ask about each of them. */
struct builder {
	struct buf name;
	uint64_t mount; /* that the folder is in; 0: unknown */
	struct entry_plan *plan;
	VEC(struct member) members;
};

static void builder_drop(struct builder *b)
{
	buf_drop(&b->name);
	entry_plan_free(b->plan);
	vec_drop_each(&b->members, member_drop);
}

static int by_path(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return span_compare(buf_span(&x->path), buf_span(&y->path));
}

/* What install would refuse is refused here. */
static int check_member(struct builder *b, const struct member *m, struct err *err)
{
	static const enum entry_type types[] = {[ARCHIVE_FILE] = ENTRY_FILE,
		[ARCHIVE_DIR] = ENTRY_DIR,
		[ARCHIVE_SYMLINK] = ENTRY_SYMLINK};
	struct entry_raw raw = {
		.path = buf_span(&m->path),
		.link = buf_span(&m->link),
		.type = types[m->type],
		.mode = m->mode,
		.size = m->size,
	};
	struct entry_act act;

	if (entry_plan_next(b->plan, &raw, &act, err) < 0)
		return -1;
	return m->type == ARCHIVE_FILE ? entry_plan_bytes(b->plan, (size_t)m->size, err) : 0;
}

static int read_link(const struct tree_entry *e, struct buf *out, struct err *err)
{
	ssize_t n;

	buf_reserve(out, PATH_MAX);
	n = readlinkat(e->parent, e->name, out->s, PATH_MAX);
	if (n < 0)
		return err_sys(err, "read link %s", e->path);
	out->n = (size_t)n;
	out->s[n] = 0;
	return 0;
}

/* By mounts, not by devices: of an overlay's files each may be on another. */
static uint64_t mount_of(int dir, const char *name)
{
	struct statx st = {0};

	return statx(dir, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC,
		       STATX_MNT_ID, &st) == 0
		       ? st.stx_mnt_id
		       : 0;
}

static int add(void *arg, const struct tree_entry *e, struct err *err)
{
	struct builder *b = arg;
	struct member *m = vec_push(&b->members);
	mode_t mode = e->st->st_mode;

	*m = (struct member){.path = buf_dup(&b->name), .link = BUF_INIT, .mode = 0755};
	buf_add_path(&m->path, e->path);
	if (b->mount && mount_of(e->parent, e->name) != b->mount)
		return err_set(
			err, ERR_INSTALLER, "%s: another file system is mounted there", e->path);
	if (S_ISDIR(mode)) {
		m->type = ARCHIVE_DIR;
	} else if (S_ISLNK(mode)) {
		m->type = ARCHIVE_SYMLINK;
		if (read_link(e, &m->link, err) < 0)
			return -1;
	} else if (S_ISREG(mode)) {
		m->type = ARCHIVE_FILE;
		m->mode = mode & S_IXUSR ? 0755 : 0644;
		m->size = e->st->st_size;
	} else {
		return err_set(err, ERR_INSTALLER, "%s is neither file, folder nor link", e->path);
	}
	return check_member(b, m, err);
}

static int collect(struct builder *b, struct err *err)
{
	struct member *top = vec_push(&b->members);

	*top = (struct member){
		.path = buf_dup(&b->name), .link = BUF_INIT, .type = ARCHIVE_DIR, .mode = 0755};
	b->mount = mount_of(SOURCE_FD, "");
	if (check_member(b, top, err) < 0 || tree_walk(SOURCE_FD, add, b, err) < 0)
		return -1;
	qsort(b->members.v, b->members.n, sizeof(b->members.v[0]), by_path);
	return 0;
}

/* A file that grew or shrank meanwhile is an error of the archive's. */
static int write_content(struct archive_out *out, const char *path, struct err *err)
{
	AUTO_FD fd = file_open(SOURCE_FD, path, O_RDONLY | O_NONBLOCK, 0, err);
	char chunk[CHUNK];

	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (!n)
			return 0;
		if (archive_write(out, chunk, (size_t)n, err) < 0)
			return -1;
	}
}

static int write_member(
	const struct builder *b, struct archive_out *out, const struct member *m, struct err *err)
{
	struct archive_entry entry = {
		.path = buf_span(&m->path),
		.link = buf_span(&m->link),
		.type = m->type,
		.mode = m->mode,
		.size = m->size,
	};

	if (archive_add(out, &entry, err) < 0)
		return -1;
	if (m->type != ARCHIVE_FILE)
		return 0;
	if (write_content(out, m->path.s + b->name.n + 1, err) < 0)
		return err_at(err, "%s", m->path.s);
	return 0;
}

static int write_all(const struct builder *b, struct err *err)
{
	struct archive_out *out;

	if (archive_create(OUTPUT_FD, &out, err) < 0)
		return -1;
	VEC_FOR (const struct member, m, &b->members) {
		if (write_member(b, out, m, err) < 0) {
			archive_abandon(out);
			return -1;
		}
	}
	return archive_finish(out, err);
}

static int run(struct builder *b, struct err *err)
{
	__attribute__((cleanup(frame_reader_drop))) struct frame_reader reader = FRAME_READER_INIT;
	struct span name;

	if (worker_order(&reader, MESSAGE_BUILD, &name, err) < 0)
		return -1;
	if (!name.n || memchr(name.s, '/', name.n) || memchr(name.s, 0, name.n))
		return worker_bad_order(err);
	buf_set(&b->name, name);
	b->plan = entry_plan_new(&entry_limits_installer);
	if (collect(b, err) < 0 || write_all(b, err) < 0)
		return -1;
	return frame_send(FRAME_FD, MESSAGE_BUILT, SPAN(""), err);
}

int main(void)
{
	AUTO(builder) builder = {.name = BUF_INIT};
	struct err err = ERR_INIT;

	if (!worker_is_called("fardel-build"))
		return WORKER_USAGE;
	return worker_end(run(&builder, &err), &err);
}

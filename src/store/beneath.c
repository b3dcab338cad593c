/* Changes' paths beneath a root. */
#include "store/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define PIECE 2048 /* bytes that the kernel gets at once: it takes PATH_MAX */

/* As many whole parts of the path as make a piece: a part is at most 255 bytes. */
static size_t cut_piece(struct span path)
{
	size_t n = path.n;

	if (n <= PIECE)
		return n;
	for (n = PIECE; n && path.s[n] != '/'; n--)
		continue;
	return n ? n : path.n;
}

static int open_piece(int fd, struct span piece, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	buf_add_span(&text, piece);
	return file_open(fd, text.n ? text.s : ".", O_RDONLY | O_DIRECTORY, 0, err);
}

static int explain(struct span path, struct err *err)
{
	if (err->sys != ELOOP && err->sys != ENOTDIR)
		return -1;
	err_set(err, ERR_UNSAFE, "%.*s is, or leads through, a link or what is no folder",
		SPAN_ARG(path));
	return err_next(
		err, "look at that folder and who changed it; then run the same command again");
}

int beneath_open(int root, struct span path, struct err *err)
{
	struct span rest = span_cut(path, 1, path.n);
	AUTO_FD fd = -1;

	do {
		size_t n = cut_piece(rest);
		int next = open_piece(fd < 0 ? root : fd, span_cut(rest, 0, n), err);

		if (next < 0)
			return explain(path, err);
		fd_drop(&fd);
		fd = next;
		rest = span_cut(rest, n + 1, rest.n);
	} while (rest.n);
	return fd_take(&fd);
}

/* The path of the folder that holds it. */
static struct span folder_of(const struct buf *path, const char **name)
{
	size_t slash = (size_t)(strrchr(path->s, '/') - path->s);

	*name = path->n > 1 ? path->s + slash + 1 : ".";
	return span_cut(buf_span(path), 0, slash);
}

int beneath_parent(int root, const struct buf *path, const char **name, struct err *err)
{
	return beneath_open(root, folder_of(path, name), err);
}

void beneath_drop(struct beneath *b)
{
	fd_drop(&b->fd);
	buf_drop(&b->folder);
}

int beneath_visit(struct beneath *b, const struct buf *path, const char **name, struct err *err)
{
	struct span folder = folder_of(path, name);

	if (b->fd >= 0 && span_is(buf_span(&b->folder), folder))
		return b->fd;
	fd_drop(&b->fd);
	b->fd = beneath_open(b->root, folder, err);
	buf_set(&b->folder, folder);
	return b->fd;
}

int beneath_look_at(int folder, const char *name, struct node_at *out, struct err *err)
{
	struct err first = ERR_INIT;

	if (node_open(folder, name, true, out, err) >= 0)
		return out->fd >= 0;
	if (err->sys != EXDEV)
		return -1;
	err_copy(&first, err);
	err_clear(err);
	out->fd = file_open(folder, name, O_RDONLY | O_DIRECTORY, 0, err);
	if (out->fd < 0)
		return err_copy(err, &first);
	return fstat(out->fd, &out->st) < 0 ? err_sys(err, "look at %s", name) : 1;
}

int beneath_visit_look(
	struct beneath *b, const struct buf *path, struct node_at *out, struct err *err)
{
	const char *name;
	int parent = beneath_visit(b, path, &name, err);

	*out = NODE_AT_INIT;
	if (parent < 0 && err->sys == ENOENT) {
		err_clear(err);
		return 0;
	}
	if (parent < 0)
		return -1;
	return beneath_look_at(parent, name, out, err) < 0 ? err_at(err, "%s", path->s)
							   : out->fd >= 0;
}

int beneath_look(int root, const struct buf *path, struct node_at *out, struct err *err)
{
	AUTO(beneath) once = BENEATH_INIT(root);

	return beneath_visit_look(&once, path, out, err);
}

/* What is in a folder moved into another. */
#include "store/move.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "store/attributes.h"
#include "store/node.h"
#include "store/put.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define DEPTH_MAX 256 /* folders; each costs two descriptors while it is moved */
#define PATH_TOLD 60 /* bytes of a path that are told; anybody may have made it long */
#define BESIDE ".fardel-moving"

struct moving {
	struct buf path; /* below what is moved: where it is now, or where it failed */
	unsigned depth;
};

static int move_in(struct moving *m, int from, int to, struct err *err);

static int refuse_other(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "it is a folder at one place, and none at the other");
}

/* The folder of that name in `to`; it is made as the one in `from` is. */
static int open_folder(int to, const char *name, const struct node *like, struct err *err)
{
	struct stat st;
	int there = file_stat(to, name, &st, err);

	if (there < 0 || (there == 0 && put_beside(to, name, like, NULL, err) < 0))
		return -1;
	if (there && !S_ISDIR(st.st_mode))
		return refuse_other(err);
	return file_open(to, name, O_RDONLY | O_DIRECTORY, 0, err);
}

/* The folder gets the attributes of the one whose content it has taken. */
static int make_like(int folder, const struct node *like, struct err *err)
{
	struct node_at at = {.fd = folder};

	if (fstat(folder, &at.st) < 0)
		return err_sys(err, "look at it");
	return attributes_set(&at, like, true, err);
}

static int move_folder(struct moving *m, int from, int to, const char *name,
	const struct node_at *at, struct err *err)
{
	AUTO(node) like = NODE_INIT;
	AUTO_FD made = -1;
	int gone;

	if (m->depth >= DEPTH_MAX)
		return err_set(err, ERR_FAILED, "more than %d folders in one another", DEPTH_MAX);
	if (node_load_attributes(at, &like, err) < 0)
		return -1;
	made = open_folder(to, name, &like, err);
	if (made < 0)
		return -1;
	m->depth++;
	if (move_in(m, at->fd, made, err) < 0 || make_like(made, &like, err) < 0)
		return -1;
	m->depth--;
	gone = put_away(from, name, err);
	if (gone == 0)
		err_set(err, ERR_CONFLICT, "something has come into the folder meanwhile");
	return gone == 1 ? 0 : -1;
}

static int move_other(int from, int to, const char *name, const struct node_at *at, struct err *err)
{
	const struct put_source source = {from, name, false};
	AUTO(node) n = NODE_INIT;
	int over;

	if (node_load(at, &n, err) < 0 || put_beside(to, BESIDE, &n, &source, err) < 0)
		return -1;
	over = put_over(to, BESIDE, name, err);
	if (over <= 0)
		return over < 0 ? -1 : refuse_other(err);
	return put_away(from, name, err) < 0 ? -1 : 0;
}

static int move_one(struct moving *m, int from, int to, const char *name, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	size_t above = m->path.n;
	int result;

	buf_add_path(&m->path, name);
	result = node_open(from, name, true, &at, err);
	if (result == 1)
		result = S_ISDIR(at.st.st_mode) ? move_folder(m, from, to, name, &at, err)
						: move_other(from, to, name, &at, err);
	node_at_drop(&at);
	if (result < 0)
		return -1;
	m->path.n = above;
	return 0;
}

static int move_in(struct moving *m, int from, int to, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (tree_names(from, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (move_one(m, from, to, names.of.v[i], err) < 0)
			return -1;
	return 0;
}

/* By its first folders, where it is long. */
static int fail_at(const struct buf *path, struct err *err)
{
	size_t n = path->n;

	for (size_t i = path->n; n > PATH_TOLD && i > 0; i--)
		if (path->s[i] == '/')
			n = i;
	if (!path->n)
		return -1;
	return err_at(err, "%.*s%s", (int)n - 1, path->s + 1, n < path->n ? "/..." : "");
}

int move_all(int from, int to, struct err *err)
{
	struct node_at at = {.fd = from};
	struct moving m = {.path = BUF_INIT};
	AUTO(node) like = NODE_INIT;
	int result;

	if (fstat(from, &at.st) < 0)
		return err_sys(err, "look at it");
	result = node_load_attributes(&at, &like, err);
	if (result == 0)
		result = move_in(&m, from, to, err);
	if (result == 0)
		result = make_like(to, &like, err);
	if (result < 0)
		fail_at(&m.path, err);
	buf_drop(&m.path);
	return result;
}

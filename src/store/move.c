/* What is in a folder moved into another. */
#include "store/move.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "store/node.h"
#include "store/put.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define DEPTH_MAX 256 /* folders; each costs two descriptors while it is moved */
#define BESIDE ".fardel-moving"

static int move_in(int from, int to, unsigned depth, struct err *err);

static int refuse_other(const char *name, struct err *err)
{
	return err_set(
		err, ERR_CONFLICT, "%s is a folder at one place, and none at the other", name);
}

/* The folder of that name in `to`; it is made as the one in `from` is. */
static int open_folder(int to, const char *name, const struct node *like, struct err *err)
{
	struct stat st;
	int there = file_stat(to, name, &st, err);

	if (there < 0 || (there == 0 && put_beside(to, name, like, NULL, err) < 0))
		return -1;
	if (there && !S_ISDIR(st.st_mode))
		return refuse_other(name, err);
	return file_open(to, name, O_RDONLY | O_DIRECTORY, 0, err);
}

static int move_folder(int from, int to, const char *name, const struct node_at *at, unsigned depth,
	struct err *err)
{
	AUTO(node) like = NODE_INIT;
	AUTO_FD made = -1;
	int gone;

	if (depth >= DEPTH_MAX)
		return err_set(err, ERR_FAILED, "more than %d folders in one another", DEPTH_MAX);
	if (node_load_attributes(at, &like, err) < 0)
		return -1;
	made = open_folder(to, name, &like, err);
	if (made < 0 || move_in(at->fd, made, depth + 1, err) < 0)
		return -1;
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
		return over < 0 ? -1 : refuse_other(name, err);
	return put_away(from, name, err) < 0 ? -1 : 0;
}

static int move_one(int from, int to, const char *name, unsigned depth, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	int result = node_open(from, name, true, &at, err);

	if (result == 1)
		result = S_ISDIR(at.st.st_mode) ? move_folder(from, to, name, &at, depth, err)
						: move_other(from, to, name, &at, err);
	node_at_drop(&at);
	return result < 0 ? err_at(err, "%s", name) : 0;
}

static int move_in(int from, int to, unsigned depth, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (tree_names(from, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (move_one(from, to, names.of.v[i], depth, err) < 0)
			return -1;
	return 0;
}

int move_all(int from, int to, struct err *err)
{
	return move_in(from, to, 0, err);
}

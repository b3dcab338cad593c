/* The bytes that a commit will need, either way: kept before anything is touched. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/apply.h"
#include "store/apply_names.h"
#include "store/attributes.h"
#include "store/beneath.h"
#include "store/kept.h"
#include "store/put.h"
#include "store/take.h"
#include "sys/fd.h"

struct keep {
	int root;
	const struct changes *c;
	const struct apply_layer *layers;
	size_t layer_count;
	const struct apply_kept *kept;
	size_t *after, *before; /* kept_first */
	bool *taken; /* went to `after` with the folder that it is in */
	bool given; /* `after` is filled already */
};

/* The layer that the path is in, and its path there: of those above it the one that lies deepest. */
static const struct apply_layer *find_layer(
	const struct keep *k, const struct buf *path, struct buf *in)
{
	const struct apply_layer *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < k->layer_count; i++) {
		size_t n = strcmp(k->layers[i].place, "/") ? strlen(k->layers[i].place) : 0;

		if (!strncmp(path->s, k->layers[i].place, n) &&
			(path->s[n] == '/' || path->s[n] == 0) && (!found || n > longest)) {
			found = &k->layers[i];
			longest = n;
		}
	}
	buf_set(in, span_cut(buf_span(path), longest, path->n));
	if (!in->n)
		buf_addc(in, '/');
	return found;
}

/* By a hard link to the very file that is open: 1; 0 where that cannot be, or cannot be told, as on overlays, where a file becomes
 * another one when it is linked. */
static int link_open(int parent, const char *name, const struct node_at *at, int folder,
	const char *number, struct err *err)
{
	struct stat st;

	if (linkat(parent, name, folder, number, 0) < 0) {
		if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP)
			return 0;
		return err_sys(err, "link");
	}
	if (fstatat(folder, number, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "look at a kept file");
	if (st.st_ino == at->st.st_ino && st.st_dev == at->st.st_dev)
		return 1;
	return unlinkat(folder, number, 0) < 0 ? err_sys(err, "remove a link") : 0;
}

/* Reads what was kept: what is hashed is what will be used. */
static int verify(
	int folder, const char *number, const struct node *want, bool after, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	AUTO(node) is = NODE_INIT;
	int result = node_open(folder, number, true, &at, err) < 0 ? -1 : 0;

	if (result == 0 && after && at.fd >= 0)
		result = attributes_set(&at, want, true, err);
	if (result == 0 && at.fd >= 0 && fstat(at.fd, &at.st) < 0)
		result = err_sys(err, "look at a kept file");
	if (result == 0)
		result = node_load(&at, &is, err);
	node_at_drop(&at);
	if (result == 0 && !node_is_same(&is, want))
		result = err_set(err, after ? ERR_FAILED : ERR_CONFLICT,
			after ? "the stage holds another file than it held when it was read"
			      : "it has changed since the rules saw it");
	return result;
}

static int keep_opened(int parent, const char *name, struct node_at *at, size_t number,
	const struct node *want, int folder, bool after, struct err *err)
{
	char kept[KEPT_NUMBERS];
	int linked;

	kept_name(number, kept);
	if (!S_ISREG(at->st.st_mode))
		return err_set(err, after ? ERR_FAILED : ERR_CONFLICT, "it is no file any more");
	linked = link_open(parent, name, at, folder, kept, err);
	if (linked < 0 || (linked == 0 && put_copy(at->fd, folder, kept, want, err) < 0))
		return -1;
	return verify(folder, kept, want, after, err);
}

static int keep_file(int root, const struct buf *path, size_t number, const struct node *want,
	int folder, bool after, struct err *err)
{
	const char *name;
	AUTO_FD parent = beneath_parent(root, path, &name, err);
	struct node_at at = NODE_AT_INIT;
	int result = parent < 0 ? -1 : node_open(parent, name, true, &at, err);

	if (result == 0)
		result =
			err_set(err, after ? ERR_FAILED : ERR_CONFLICT, "it is not there any more");
	if (result > 0)
		result = keep_opened(parent, name, &at, number, want, folder, after, err);
	node_at_drop(&at);
	return result;
}

static bool is_given(const struct keep *k, size_t i)
{
	char kept[KEPT_NUMBERS];
	struct stat st;

	kept_name(i, kept);
	return fstatat(k->kept->after, kept, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Attributes are set on the file itself, so that who has it open keeps it; unless it has other names, which are none of the
 * changes' business. Then it is replaced. Forth and back must be of one mind: a file that takes the place is kept for both, or
 * for neither. */
static int is_set_in_place(const struct keep *k, size_t i, struct err *err)
{
	const struct change *c = &k->c->of.v[i];
	struct node_at at = NODE_AT_INIT;
	int there;

	if (change_kind(c) != CHANGE_ATTRIBUTES || c->before.type != NODE_FILE || c->before.inode ||
		c->after.inode)
		return 0;
	if (k->given)
		return !is_given(k, i);
	there = beneath_look(k->root, &c->path, &at, err);
	node_at_drop(&at);
	return there < 0 ? -1 : !there || at.st.st_nlink == 1;
}

static int keep_one(const struct keep *k, size_t i, struct err *err)
{
	const struct change *c = &k->c->of.v[i];
	AUTO(buf) in = BUF_INIT;
	const struct apply_layer *layer = find_layer(k, &c->path, &in);
	int in_place = is_set_in_place(k, i, err);

	if (in_place)
		return in_place < 0 ? -1 : 0;
	if (c->before.type == NODE_FILE && k->before[i] == i &&
		keep_file(k->root, &c->path, i, &c->before, k->kept->before, false, err) < 0)
		return -1;
	if (c->after.type != NODE_FILE || k->after[i] != i || k->given || k->taken[i])
		return 0;
	if (!layer)
		return err_set(err, ERR_FAILED, "no layer of the stage holds it");
	return keep_file(layer->upper, &in, i, &c->after, k->kept->after, true, err);
}

/* What no list may have that is to be committed. */
static int check_list(const struct changes *c, struct err *err)
{
	VEC_FOR (const struct change, x, &c->of) {
		if (apply_is_beside(strrchr(x->path.s, '/') + 1))
			return err_set(err, ERR_POLICY,
				"%s: a name of that kind is used for files that take another's place",
				x->path.s);
		if (x->after.type == NODE_CHAR && !x->after.device)
			return err_set(err, ERR_POLICY,
				"%s: device 0/0 is what overlays note deleted files by", x->path.s);
	}
	return 0;
}

/* A folder that cannot be taken as a whole may have some in it that can. */
static void take_folders(const struct keep *k, bool files)
{
	for (size_t i = 0; i < k->c->of.n;) {
		AUTO(buf) in = BUF_INIT;
		const struct apply_layer *layer = !k->taken[i] && take_is(k->c, i, files)
							  ? find_layer(k, &k->c->of.v[i].path, &in)
							  : NULL;
		size_t end = layer ? take_end(k->c, i) : i + 1;

		if (!layer || !take_keep(k->root, k->c, i, layer->upper, &in, k->kept->after)) {
			i = layer && !files ? end : i + 1;
			continue;
		}
		while (i < end)
			k->taken[i++] = true;
	}
}

static int keep_all(const struct keep *k, struct err *err)
{
	if (!k->given && k->kept->after >= 0 && k->kept->once)
		take_folders(k, true);
	for (size_t i = 0; i < k->c->of.n; i++)
		if (keep_one(k, i, err) < 0)
			return err_at(err, "keep %s", k->c->of.v[i].path.s);
	if (!k->given && kept_seal(k->kept->after, k->c, true, err) < 0)
		return -1;
	if (!k->given && k->kept->after >= 0)
		take_folders(k, false);
	return kept_seal(k->kept->before, k->c, false, err);
}

static int keep(struct keep *k, struct err *err)
{
	AUTO_FREE size_t *after = mem_zero(k->c->of.n + 1, sizeof(*after));
	AUTO_FREE size_t *before = mem_zero(k->c->of.n + 1, sizeof(*before));
	AUTO_FREE bool *taken = mem_zero(k->c->of.n + 1, sizeof(*taken));

	k->after = after;
	k->before = before;
	k->taken = taken;
	kept_first(k->c, true, after);
	kept_first(k->c, false, before);
	return check_list(k->c, err) < 0 ? -1 : keep_all(k, err);
}

int apply_keep(int root, const struct changes *c, const struct apply_layer *layers,
	size_t layer_count, const struct apply_kept *kept, struct err *err)
{
	struct keep k = {
		.root = root, .c = c, .layers = layers, .layer_count = layer_count, .kept = kept};

	return keep(&k, err);
}

int apply_keep_before(
	int root, const struct changes *c, const struct apply_kept *kept, struct err *err)
{
	struct keep k = {.root = root, .c = c, .kept = kept, .given = true};

	return keep(&k, err);
}

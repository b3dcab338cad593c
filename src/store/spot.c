/* One change's place in the root, while changes are committed. */
#include "store/spot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "store/beneath.h"
#include "sys/fd.h"

void spot_drop(struct spot *s)
{
	node_at_drop(&s->at);
	fd_drop(&s->folder);
}

bool apply_is_beneath(struct span path, struct span folder)
{
	return path.n > folder.n && !memcmp(path.s, folder.s, folder.n) &&
	       (path.s[folder.n] == '/' || folder.n == 1);
}

/* Where others' things are left alone, what leads through a link is out of reach as well. */
static bool is_out_of_reach(const struct apply *a, const struct err *err)
{
	return err->sys == ENOENT || (a->left && err->code == ERR_UNSAFE);
}

/* 1; 0: nor is there the folder that would hold it; -1. */
int spot_open(struct apply *a, size_t i, struct spot *out, struct err *err)
{
	*out = SPOT_INIT;
	out->folder = beneath_parent(a->root, &a->c->of.v[i].path, &out->name, err);
	if (out->folder < 0 && is_out_of_reach(a, err)) {
		err_clear(err);
		return 0;
	}
	if (out->folder < 0 || touched_add(a->touched, out->folder, err) < 0)
		return -1;
	return beneath_look_at(out->folder, out->name, &out->at, err) < 0 ? -1 : 1;
}

bool apply_is_left(const struct apply *a, size_t i)
{
	struct span path = buf_span(&a->c->of.v[i].path);

	if (!a->left)
		return false;
	VEC_FOR (const struct buf, left, &a->left->of)
		if (apply_is_beneath(path, buf_span(left)))
			return true;
	return false;
}

/* Somebody else's, since the changes were checked. */
int apply_leave(struct apply *a, size_t i, const char *what, struct err *err)
{
	const struct buf *path = &a->c->of.v[i].path;

	if (a->left) {
		texts_add(a->left, buf_span(path));
		return 0;
	}
	err_set(err, ERR_CONFLICT, "%s: %s", path->s, what);
	return err_next(err, "look at %s, and move it away or make it as it was", path->s);
}

static bool is_file_at(int folder, const char *name, const struct stat *st)
{
	struct stat other;

	return fstatat(folder, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	       other.st_ino == st->st_ino && other.st_dev == st->st_dev;
}

/* Of a file with several names: whether the place is that of the first one's file already. */
static int is_linked(struct apply *a, size_t i, const struct spot *s, struct err *err)
{
	struct spot first = SPOT_INIT;
	int there;

	if (a->first[i] == i)
		return 1;
	there = spot_open(a, a->first[i], &first, err);
	if (there > 0)
		there = first.at.fd >= 0 && first.at.st.st_ino == s->at.st.st_ino &&
			first.at.st.st_dev == s->at.st.st_dev;
	spot_drop(&first);
	return there;
}

static enum standing look_inside(struct apply *a, size_t i, const struct spot *s, struct err *err)
{
	AUTO(node) now = NODE_INIT;
	int linked;

	if (node_load(&s->at, &now, err) < 0)
		return STANDS_ERROR;
	if (node_is_same(&now, apply_wanted(a, i))) {
		linked = is_linked(a, i, s, err);
		if (linked)
			return linked < 0 ? STANDS_ERROR : STANDS_WANTED;
	}
	return node_holds_same(&now, apply_wanted(a, i)) ||
			       node_holds_same(&now, apply_unwanted(a, i))
		       ? STANDS_FREE
		       : STANDS_FOREIGN;
}

enum standing spot_judge(struct apply *a, size_t i, const struct spot *s, struct err *err)
{
	char kept[KEPT_NUMBERS];

	kept_name(a->first[i], kept);
	if (s->at.fd < 0)
		return STANDS_FREE;
	/* The very file: what was done to it since is its owner's matter. */
	if (apply_wanted(a, i)->type == NODE_FILE && a->first[i] == i &&
		is_file_at(a->kept, kept, &s->at.st))
		return STANDS_WANTED;
	return look_inside(a, i, s, err);
}

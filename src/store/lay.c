/* A package's tree laid into the layers of a stage. */
#include "store/lay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "model/luet_protect.h"
#include "store/attributes.h"
#include "store/lay_spot.h"
#include "store/put.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define COMPARE_CHUNK 65536
#define BESIDE_MAX 9999

void lay_done_drop(struct lay_done *d)
{
	texts_drop(&d->beside);
	texts_drop(&d->kept);
	texts_drop(&d->left_out);
	texts_drop(&d->laid);
	texts_drop(&d->through);
}

/* A file of several names, copied, and where to. */
struct copied {
	ino_t inode;
	const struct overlay_layer *layer;
	struct buf in;
};

static void copied_drop(struct copied *c)
{
	buf_drop(&c->in);
}

struct laying {
	const struct lay *how;
	struct lay_done *out;
	bool named; /* the error says which path it is about */
	VEC(struct copied) copied;
};

static void laying_drop(struct laying *l)
{
	vec_drop_each(&l->copied, copied_drop);
}

/* One name of the tree, and where it goes. */
struct piece {
	int tree;
	const char *name;
	struct stat st;
	const struct lay_spot *to;
	struct lay_seen there;
	struct buf path; /* where it goes, absolute */
};

static void piece_drop(struct piece *p)
{
	buf_drop(&p->path);
}

static bool is_excepted(const struct lay *how, struct span path)
{
	for (const char *const *at = how->except; at && *at; at++)
		if (span_is_text(path, *at))
			return true;
	return false;
}

static bool is_protected(const struct lay *how, struct span path)
{
	return how->protect && luet_protect_covers(how->protect, path) &&
	       !(how->given && texts_has_sorted(how->given, path));
}

/* --- Files ----------------------------------------------------------------------------------------------- */

static int compare_open(int a, int b, struct err *err)
{
	char x[COMPARE_CHUNK], y[COMPARE_CHUNK];

	for (;;) {
		ssize_t n = read(a, x, sizeof(x)), m = n < 0 ? -1 : read(b, y, sizeof(y));

		if (n < 0 || m < 0)
			return err_sys(err, "read");
		if (n != m || memcmp(x, y, (size_t)n) != 0)
			return 0;
		if (n == 0)
			return 1;
	}
}

/* Whether what is there has the same content: 1, 0, -1. */
static int is_same(const struct piece *p, struct err *err)
{
	AUTO_FD mine = -1;
	AUTO_FD theirs = -1;

	if (p->there.type != LAY_FILE || p->there.is_link || !S_ISREG(p->st.st_mode) ||
		p->st.st_size != p->there.size)
		return 0;
	mine = file_open(p->tree, p->name, O_RDONLY, 0, err);
	theirs = mine < 0 ? -1 : lay_spot_read(p->to, &p->there, p->name, err);
	return theirs < 0 ? -1 : compare_open(mine, theirs, err);
}

/* The path below the layer's folder. */
static void in_layer(const struct lay_spot *s, const char *name, struct buf *out)
{
	size_t above = s->layer->place.n == 1 ? 0 : s->layer->place.n;
	const char *below = s->path.s + above;

	buf_setf(out, "%s%s%s", *below ? below + 1 : "", *below ? "/" : "", name);
}

/* In the place of what the layer has there: an older file, or a mark that there is none. */
static int link_to(const struct copied *c, const struct piece *p, const char *as, struct err *err)
{
	AUTO(buf) to = BUF_INIT;
	int free = put_away(p->to->upper, as, err);

	if (free < 0)
		return -1;
	if (!free)
		return err_set(err, ERR_CONFLICT, "%s stands in the way", as);
	in_layer(p->to, as, &to);
	return file_make_link(c->layer->upper, c->in.s, to.s, err);
}

/* A name of a file whose other name was copied already: 1; 0: it is none. */
static int link_copied(struct laying *l, const struct piece *p, const char *as, struct err *err)
{
	struct copied *c;

	if (!S_ISREG(p->st.st_mode) || p->st.st_nlink == 1)
		return 0;
	VEC_FOR (const struct copied, x, &l->copied)
		if (x->inode == p->st.st_ino && x->layer == p->to->layer)
			return link_to(x, p, as, err) < 0 ? -1 : 1;
	c = vec_push(&l->copied);
	*c = (struct copied){p->st.st_ino, p->to->layer, BUF_INIT};
	in_layer(p->to, as, &c->in);
	return 0;
}

/* The layer is on another file system: in memory. */
static int copy(struct laying *l, const struct piece *p, const char *as, struct err *err)
{
	int linked = link_copied(l, p, as, err);
	struct node_at at = NODE_AT_INIT;
	AUTO(node) n = NODE_INIT;
	const struct put_source from = {p->tree, p->name, false};
	int result;

	if (linked)
		return linked < 0 ? -1 : 0;
	result = node_open(p->tree, p->name, true, &at, err) <= 0 ? -1 : node_load(&at, &n, err);
	node_at_drop(&at);
	return result == 0 ? put_beside(p->to->upper, as, &n, &from, err) : -1;
}

static void note(struct laying *l, struct span path)
{
	if (l->how->list)
		texts_add(&l->out->laid, path);
}

static int put_as(struct laying *l, const struct piece *p, const char *as, struct err *err)
{
	AUTO(buf) path = buf_dup(&p->to->path);

	buf_addf(&path, "/%s", as);
	if (renameat(p->tree, p->name, p->to->upper, as) < 0) {
		if (errno != EXDEV)
			return err_sys(err, "put it into the stage");
		if (copy(l, p, as, err) < 0)
			return -1;
	}
	note(l, buf_span(&path));
	return 0;
}

/* Beside the one that is there, under the first name that nothing has. */
static int put_beside_it(struct laying *l, struct piece *p, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	struct lay_seen taken = {.type = LAY_FILE};

	for (unsigned n = 1; n <= BESIDE_MAX && taken.type != LAY_NOTHING; n++) {
		buf_setf(&name, "._cfg%04u_%s", n, p->name);
		if (lay_spot_look(p->to, name.s, &taken, err) < 0)
			return -1;
	}
	if (taken.type != LAY_NOTHING)
		return err_set(err, ERR_CONFLICT, "all of ._cfg0001_%s to ._cfg%u_%s are there",
			p->name, BESIDE_MAX, p->name);
	if (put_as(l, p, name.s, err) < 0)
		return -1;
	buf_addf(&path, "%s/%s", p->to->path.s, name.s);
	texts_add(&l->out->beside, buf_span(&path));
	texts_add(&l->out->kept, buf_span(&p->path));
	return 0;
}

/* Of the same content: as written by the package, too, but with the mode and the owner that somebody has given it. */
static int put_again(struct laying *l, const struct piece *p, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	AUTO(node) n = NODE_INIT;
	int dir = p->there.in_upper ? p->to->upper : p->to->lower, result;

	if (p->st.st_nlink > 1) /* the other names would get them, too */
		return 0;
	result = node_open(dir, p->name, true, &at, err) <= 0 ? -1
							      : node_load_attributes(&at, &n, err);
	node_at_drop(&at);
	if (result < 0 || put_as(l, p, p->name, err) < 0)
		return -1;
	result = node_open(p->to->upper, p->name, true, &at, err) <= 0
			 ? -1
			 : attributes_set(&at, &n, false, err);
	node_at_drop(&at);
	return result;
}

static int lay_file(struct laying *l, struct piece *p, struct err *err)
{
	int same;

	if (p->there.type == LAY_FOLDER)
		return err_set(err, ERR_CONFLICT, "a folder is there, and a file is to come");
	if (p->there.type == LAY_NOTHING || !is_protected(l->how, buf_span(&p->path)))
		return put_as(l, p, p->name, err);
	same = is_same(p, err);
	if (same)
		return same < 0 ? -1 : put_again(l, p, err);
	return put_beside_it(l, p, err);
}

/* --- Folders --------------------------------------------------------------------------------------------- */

struct listing {
	struct laying *l;
	const struct buf *path;
};

static int list_one(void *arg, const struct tree_entry *e, struct err *err)
{
	const struct listing *at = arg;
	AUTO(buf) path = buf_dup(at->path);

	(void)err;
	buf_addf(&path, "/%s", e->path);
	note(at->l, buf_span(&path));
	return 0;
}

static int list_all(struct laying *l, const struct piece *p, struct err *err)
{
	struct listing at = {l, &p->path};
	AUTO_FD fd =
		l->how->list ? file_open(p->tree, p->name, O_RDONLY | O_DIRECTORY, 0, err) : -1;

	if (!l->how->list)
		return 0;
	note(l, buf_span(&p->path));
	return fd < 0 ? -1 : tree_walk(fd, list_one, &at, err);
}

/* With all that is in it, by one rename: 1; 0: it has to be made. */
static int move_folder(struct laying *l, const struct piece *p, struct err *err)
{
	if (list_all(l, p, err) < 0)
		return -1;
	if (p->there.hides && unlinkat(p->to->upper, p->name, 0) < 0)
		return err_sys(err, "take a mark out of the stage");
	if (renameat2(p->tree, p->name, p->to->upper, p->name, RENAME_NOREPLACE) == 0)
		return p->there.hides && lay_spot_hide(p->to, p->name, err) < 0 ? -1 : 1;
	if (errno != EXDEV)
		return err_sys(err, "put it into the stage");
	if (mkdirat(p->to->upper, p->name, 0700) < 0)
		return err_sys(err, "make a folder");
	return p->there.hides ? lay_spot_hide(p->to, p->name, err) : 0;
}

static int lay_into(struct laying *l, int tree, const struct lay_spot *to, struct err *err);

static int set_attributes(const struct piece *p, struct err *err)
{
	struct node_at from = NODE_AT_INIT, to = NODE_AT_INIT;
	AUTO(node) n = NODE_INIT;
	int result = node_open(p->tree, p->name, true, &from, err) <= 0
			     ? -1
			     : node_load_attributes(&from, &n, err);

	if (result == 0)
		result = node_open(p->to->upper, p->name, true, &to, err) <= 0
				 ? -1
				 : attributes_set(&to, &n, false, err);
	node_at_drop(&from);
	node_at_drop(&to);
	return result;
}

static int lay_folder(struct laying *l, struct piece *p, struct err *err)
{
	AUTO(lay_spot) into = LAY_SPOT_INIT;
	AUTO_FD tree = -1;
	bool is_new = p->there.type == LAY_NOTHING;

	if (p->there.type == LAY_FILE && !p->there.is_link)
		return err_set(err, ERR_CONFLICT, "a file is there, and a folder is to come");
	if (is_new) {
		int moved = move_folder(l, p, err);

		if (moved)
			return moved < 0 ? -1 : 0;
	} else if (!p->there.is_link) {
		note(l, buf_span(&p->path));
	}
	tree = file_open(p->tree, p->name, O_RDONLY | O_DIRECTORY, 0, err);
	if (tree < 0 || lay_spot_enter(l->how, p->to, p->name, &into, err) < 0 ||
		lay_into(l, tree, &into, err) < 0)
		return -1;
	return is_new ? set_attributes(p, err) : 0;
}

/* What would come to a folder that is the stage's own is not to be had; an empty one there is no loss. */
static int leave_out(struct laying *l, const struct piece *p, struct err *err)
{
	AUTO_FD fd = -1;
	AUTO(tree_names) names = {0};

	if (S_ISDIR(p->st.st_mode)) {
		fd = file_open(p->tree, p->name, O_RDONLY | O_DIRECTORY, 0, err);
		if (fd < 0 || tree_names(fd, SIZE_MAX, &names, err) < 0)
			return -1;
		if (!names.of.n)
			return 0;
	}
	texts_add(&l->out->left_out, buf_span(&p->path));
	return 0;
}

static int lay_piece(struct laying *l, struct piece *p, struct err *err)
{
	if (is_excepted(l->how, buf_span(&p->path)))
		return leave_out(l, p, err);
	if (lay_spot_look(p->to, p->name, &p->there, err) < 0)
		return -1;
	if (S_ISDIR(p->st.st_mode) && p->there.type != LAY_NOTHING)
		return lay_folder(l, p, err);
	if (p->to->upper < 0) {
		err_set(err, ERR_POLICY, "it can only be read in the stage");
		return err_next(err, "fardel doctor shows what is mounted there");
	}
	return S_ISDIR(p->st.st_mode) ? lay_folder(l, p, err) : lay_file(l, p, err);
}

static int lay_into(struct laying *l, int tree, const struct lay_spot *to, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (tree_names(tree, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++) {
		AUTO(piece) p = {
			.tree = tree, .name = names.of.v[i], .to = to, .path = buf_dup(&to->path)};

		buf_addf(&p.path, "/%s", p.name);
		if (fstatat(tree, p.name, &p.st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(err, "look at %s", p.path.s);
		if (lay_piece(l, &p, err) == 0)
			continue;
		if (l->named)
			return -1;
		l->named = true;
		return err_at(err, "%s", p.path.s);
	}
	return 0;
}

int lay_tree(int tree, const struct lay *how, struct lay_done *out, struct err *err)
{
	struct lay own = *how;
	AUTO(laying) l = {.how = &own, .out = out};
	AUTO(lay_spot) top = LAY_SPOT_INIT;

	own.through = &out->through;
	return lay_spot_top(how, &top, err) < 0 ? -1 : lay_into(&l, tree, &top, err);
}

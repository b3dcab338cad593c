/* What a stage's rules did, as changes.
 *
 * Upper and lower are walked side by side. Of a folder in both, only what is in upper can differ; where upper hides the lower
 * one (it was deleted and made anew: opaque) or has none of it (deleted, or another type now), all that is in lower counts. An
 * overlay marks only the topmost of such folders. Descriptors are few: a folder deep down is closed while one in
 * it is walked, and found again by "..". */
#include "store/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/changes_math.h"
#include "store/layer.h"
#include "store/node.h"
#include "sys/fd.h"
#include "sys/flush.h"
#include "sys/signals.h"
#include "sys/tree.h"

#define DEPTH_MAX 2048 /* folders */
#define DEPTH_OPEN 64 /* folders above that stay open */
#define MANY 500 /* changes: from then on the disk writes while the rest is read */

/* A file that has several names, and one of them. */
struct link {
	dev_t device;
	ino_t inode;
	size_t change;
	bool after;
};

struct walk {
	const struct scan *how;
	const struct scan_layer *layer;
	struct changes *out;
	struct buf path;
	size_t bytes;
	int64_t content;
	VEC(struct link) links;
};

/* One folder of the walk: at least one of both is there. */
struct level {
	struct node_at *upper, *lower;
	struct layer_marks marks; /* of upper; opaque: what is in lower and not in upper is gone */
	unsigned depth;
};

static void walk_drop(struct walk *w)
{
	buf_drop(&w->path);
	vec_drop(&w->links);
}

/* --- One path ------------------------------------------------------------------------------------------- */

static bool is_within(const char *folder, struct span path)
{
	size_t n = strlen(folder);

	return n && path.n >= n && !memcmp(path.s, folder, n) &&
	       (path.n == n || path.s[n] == '/' || folder[n - 1] == '/');
}

static bool is_excepted(const struct scan *how, struct span path)
{
	for (const char *const *at = how->except; at && *at; at++)
		if (span_is_text(path, *at))
			return true;
	return false;
}

static int64_t node_bytes(const struct node *n)
{
	size_t bytes = n->target.n;

	VEC_FOR (const struct node_xattr, x, &n->xattrs)
		bytes += x->name.n + x->value.n;
	return (int64_t)bytes;
}

static int load(struct walk *w, const struct node_at *at, struct node *out, struct err *err)
{
	if (at->fd >= 0 && S_ISREG(at->st.st_mode)) {
		if (at->st.st_size > w->how->content_max - w->content)
			return err_set(err, ERR_POLICY, "more than %lld bytes of files to be read",
				(long long)w->how->content_max);
		w->content += at->st.st_size;
	}
	return node_load(at, out, err);
}

static void note_link(struct walk *w, const struct node_at *at, bool after)
{
	if (at->fd >= 0 && S_ISREG(at->st.st_mode) && at->st.st_nlink > 1)
		*vec_push(&w->links) =
			(struct link){at->st.st_dev, at->st.st_ino, w->out->of.n, after};
}

/* Takes both nodes where they differ. */
static int add_change(struct walk *w, struct change *c, struct err *err)
{
	if (w->out->of.n >= w->how->changes_max)
		return err_set(err, ERR_POLICY, "more than %zu changes", w->how->changes_max);
	w->bytes += w->path.n + (size_t)node_bytes(&c->before) + (size_t)node_bytes(&c->after);
	if (w->bytes > w->how->bytes_max)
		return err_set(err, ERR_POLICY,
			"more than %zu bytes of names, links and attributes", w->how->bytes_max);
	c->path = buf_dup(&w->path);
	c->own = is_within(w->how->own, buf_span(&w->path));
	*vec_push(&w->out->of) = *c;
	*c = (struct change){BUF_INIT, NODE_INIT, NODE_INIT, false};
	if (w->out->of.n == MANY)
		flush_ahead(w->layer->upper);
	return 0;
}

/* Somebody wrote just what was there. */
static void note_same(struct walk *w, const struct change *c)
{
	struct span path = buf_span(&w->path);

	if (w->how->same && c->after.type != NODE_NONE && w->bytes < w->how->bytes_max &&
		!is_within(w->how->own, path)) {
		w->bytes += path.n;
		texts_add(w->how->same, path);
	}
}

static int compare(
	struct walk *w, const struct node_at *lower, const struct node_at *upper, struct err *err)
{
	struct change c = {BUF_INIT, NODE_INIT, NODE_INIT, false};
	int result = load(w, lower, &c.before, err);

	if (result == 0)
		result = load(w, upper, &c.after, err);
	if (result == 0 && !node_is_same(&c.before, &c.after)) {
		note_link(w, lower, false);
		note_link(w, upper, true);
		result = add_change(w, &c, err);
	} else if (result == 0) {
		note_same(w, &c);
	}
	node_drop(&c.before);
	node_drop(&c.after);
	return result;
}

/* --- Folders -------------------------------------------------------------------------------------------- */

/* A folder that has been left is found again from one that was in it. */
static int find_again(struct node_at *at, const struct node_at *inner, struct err *err)
{
	struct stat st;

	if (at->fd >= 0)
		return 0;
	at->fd = openat(inner->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at->fd < 0 || fstat(at->fd, &st) < 0)
		return err_sys(err, "go back to the folder above");
	if (st.st_dev != at->st.st_dev || st.st_ino != at->st.st_ino)
		return err_set(err, ERR_FAILED, "the folder was moved while it was read");
	return 0;
}

static int scan_folder(struct walk *w, struct level *in, struct err *err);

static bool is_folder(const struct node_at *at)
{
	return at->fd >= 0 && S_ISDIR(at->st.st_mode);
}

static int descend(struct walk *w, struct level *in, struct node_at *lower, struct node_at *upper,
	struct err *err)
{
	struct node_at nothing = NODE_AT_INIT;
	struct level inner = {&nothing, &nothing, {.opaque = in->marks.opaque}, in->depth + 1};
	int result;

	if (is_folder(lower))
		inner.lower = lower;
	if (is_folder(upper)) {
		inner.upper = upper;
		if (layer_read_marks(w->layer->user_xattr, upper, &inner.marks, err) < 0)
			return -1;
	}
	if (inner.depth > DEPTH_MAX)
		return err_set(err, ERR_POLICY, "folders more than %d deep", DEPTH_MAX);
	if (inner.depth > DEPTH_OPEN && inner.upper == upper)
		fd_drop(&in->upper->fd);
	if (inner.depth > DEPTH_OPEN && inner.lower == lower)
		fd_drop(&in->lower->fd);
	result = scan_folder(w, &inner, err);
	if (result == 0 && inner.upper == upper)
		result = find_again(in->upper, upper, err);
	if (result == 0 && inner.lower == lower)
		result = find_again(in->lower, lower, err);
	return result;
}

/* What upper says of the name: with a whiteout, that nothing is there. */
static int open_upper(const struct walk *w, const struct level *in, const char *name,
	struct node_at *out, struct err *err)
{
	bool user = w->layer->user_xattr;
	int gone;

	if (node_open(in->upper->fd, name, true, out, err) < 0)
		return -1;
	if (out->fd < 0)
		return 0;
	gone = layer_is_whiteout(user, &in->marks, out, err);
	if (gone > 0)
		node_at_drop(out);
	return gone ? (gone < 0 ? -1 : 0) : layer_check(user, out, err);
}

static int open_lower(
	const struct level *in, const char *name, struct node_at *out, struct err *err)
{
	if (in->lower->fd < 0 || node_open(in->lower->fd, name, false, out, err) >= 0)
		return 0;
	if (err->sys != EXDEV)
		return -1;
	return err_set(err, ERR_FAILED,
		"something is mounted there, so what the stage did to it cannot be told");
}

static int scan_opened(struct walk *w, struct level *in, const char *name, bool in_upper,
	struct node_at *lower, struct node_at *upper, struct err *err)
{
	if (in_upper && open_upper(w, in, name, upper, err) < 0)
		return -1;
	if (open_lower(in, name, lower, err) < 0 || compare(w, lower, upper, err) < 0)
		return -1;
	return is_folder(lower) || is_folder(upper) ? descend(w, in, lower, upper, err) : 0;
}

/* A link where lower has no folder even, as most of what packages make: 1; 0: it is something else. */
static int scan_new_link(struct walk *w, const struct level *in, const char *name, struct err *err)
{
	struct change c = {BUF_INIT, NODE_INIT, NODE_INIT, false};
	int result = node_load_link(in->upper->fd, name, &c.after, err);

	if (result > 0 && add_change(w, &c, err) < 0)
		result = -1;
	node_drop(&c.after);
	return result;
}

static int scan_name(
	struct walk *w, struct level *in, const char *name, bool in_upper, struct err *err)
{
	struct node_at lower = NODE_AT_INIT, upper = NODE_AT_INIT;
	size_t length = w->path.n;
	int result = 0;

	if (signals_check(err) < 0)
		return -1;
	buf_add_path(&w->path, name);
	if (!is_excepted(w->how, buf_span(&w->path))) {
		if (in_upper && in->lower->fd < 0)
			result = scan_new_link(w, in, name, err);
		if (result == 0)
			result = scan_opened(w, in, name, in_upper, &lower, &upper, err);
	}
	node_at_drop(&lower);
	node_at_drop(&upper);
	if (result < 0)
		return -1;
	w->path.n = length;
	w->path.s[length] = 0;
	return 0;
}

/* All names of both, those of the lower only where they are not simply there still. */
static int scan_folder(struct walk *w, struct level *in, struct err *err)
{
	AUTO(tree_names) upper = {0};
	AUTO(tree_names) lower = {0};
	bool gone = in->upper->fd < 0 || in->marks.opaque;
	size_t max = w->how->changes_max;

	if (in->upper->fd >= 0 && tree_names(in->upper->fd, max, &upper, err) < 0)
		return -1;
	if (in->lower->fd >= 0 && gone && tree_names(in->lower->fd, max, &lower, err) < 0)
		return -1;
	for (size_t u = 0, l = 0; u < upper.of.n || l < lower.of.n;) {
		int order = u == upper.of.n   ? 1
			    : l == lower.of.n ? -1
					      : strcmp(upper.of.v[u], lower.of.v[l]);
		const char *name = order > 0 ? lower.of.v[l] : upper.of.v[u];

		if (scan_name(w, in, name, order <= 0, err) < 0)
			return -1;
		u += order <= 0;
		l += order >= 0;
	}
	return 0;
}

/* --- Hard links ----------------------------------------------------------------------------------------- */

static int by_file(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->after != y->after)
		return x->after ? 1 : -1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->change > y->change) - (x->change < y->change);
}

/* Each file that has more than one of its names here gets a number that no other layer's has. */
static void number_links(struct walk *w, size_t start)
{
	int64_t number = 0;

	for (size_t i = 0; i < start; i++) {
		const struct change *c = &w->out->of.v[i];

		number = c->before.inode > number ? c->before.inode : number;
		number = c->after.inode > number ? c->after.inode : number;
	}
	if (w->links.n)
		qsort(w->links.v, w->links.n, sizeof(w->links.v[0]), by_file);
	VEC_FOR (const struct link, x, &w->links) {
		struct change *c = &w->out->of.v[x->change];
		bool same = x > w->links.v && x[-1].after == x->after &&
			    x[-1].device == x->device && x[-1].inode == x->inode;

		number += !same;
		*(x->after ? &c->after.inode : &c->before.inode) = number;
	}
}

/* --- A layer -------------------------------------------------------------------------------------------- */

static int open_top(int fd, struct node_at *out, struct err *err)
{
	out->fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->fd < 0 || fstat(out->fd, &out->st) < 0)
		return err_sys(err, "open the layer");
	return 0;
}

/* The top folder is never opaque: what stands in an overlay is what it was mounted of. */
static int scan_top(struct walk *w, struct node_at *lower, struct node_at *upper, struct err *err)
{
	struct level in = {upper, lower, {0}, 0};

	buf_sets(&w->path, w->layer->place);
	if (open_top(w->layer->lower, lower, err) < 0 ||
		open_top(w->layer->upper, upper, err) < 0 ||
		layer_read_marks(w->layer->user_xattr, upper, &in.marks, err) < 0)
		return -1;
	in.marks.opaque = false;
	return compare(w, lower, upper, err) < 0 ? -1 : scan_folder(w, &in, err);
}

int scan_layer(const struct scan *how, const struct scan_layer *layer, struct changes *out,
	struct err *err)
{
	AUTO(walk) w = {.how = how, .layer = layer, .out = out, .path = BUF_INIT};
	struct node_at lower = NODE_AT_INIT, upper = NODE_AT_INIT;
	size_t start = out->of.n;
	int result = scan_top(&w, &lower, &upper, err);

	node_at_drop(&lower);
	node_at_drop(&upper);
	if (result < 0) {
		changes_cut(out, start);
		return err_at(err, "read what the stage did to %s", w.path.s);
	}
	number_links(&w, start);
	changes_sort(out);
	changes_number_links(out);
	return 0;
}

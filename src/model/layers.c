/* What of the layers of an image is seen. */
#include "model/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "model/paths.h"

#define HIDES ".wh."
#define OPAQUE ".wh..wh..opq"
#define NODES_MAX 1000000
#define LINKS_MAX 100000 /* that come at the end */
#define LINKS_BYTES (32 << 20) /* of their paths, and of what they lead to */

/* What is known of a path, of the uppermost layer that says it. */
enum kind {
	KIND_IMPLIED, /* a folder, because something is in it */
	KIND_FOLDER,
	KIND_OTHER,
	KIND_GONE,
};
struct mark {
	unsigned layer; /* that has said so: those below it are told by it */
	unsigned opaque; /* those below this one have nothing in that folder; NONE: they may */
	unsigned gone; /* nor do those below this one say what the folder is like */
	enum kind kind;
	bool linked; /* it is a hard link that comes at the end */
};
#define NONE ((unsigned)-1)

/* A hard link that comes at the end. */
struct link {
	struct buf path, to;
	unsigned layer;
	bool behind; /* of the same layer what it leads to, such a link itself */
};

struct layers {
	struct paths paths;
	VEC(struct mark) marks; /* of each of them */
	VEC(struct link) links; /* to what was not there yet */
	size_t link_bytes;
	size_t given; /* of the links of layer `at`, as far as they were looked through */
	bool ended; /* no member comes any more */
	unsigned at; /* 0: the top one */
	unsigned opaque; /* as of struct mark, of the top folder */
};

struct layers *layers_new(void)
{
	struct layers *l = mem_zero(1, sizeof(*l));

	paths_init(&l->paths);
	l->opaque = NONE;
	return l;
}

static void link_drop(struct link *link)
{
	buf_drop(&link->path);
	buf_drop(&link->to);
}

void layers_free(struct layers *l)
{
	if (!l)
		return;
	paths_drop(&l->paths);
	vec_drop(&l->marks);
	vec_drop_each(&l->links, link_drop);
	free(l);
}

void layers_next(struct layers *l)
{
	l->at++;
}

/* --- Paths ------------------------------------------------------------------------------------------- */

static bool is_part(struct span part)
{
	return part.n && !span_is_text(part, ".");
}

static bool next_part(struct span *path, struct span *part)
{
	while (span_split(path, '/', part))
		if (is_part(*part))
			return true;
	return false;
}

static bool is_odd(struct span path)
{
	struct span part;

	if (span_starts(path, "/") || memchr(path.s, 0, path.n))
		return true;
	while (next_part(&path, &part))
		if (span_is_text(part, ".."))
			return true;
	return false;
}

/* The last part, and what stands before it. */
static struct span split_last(struct span path, struct span *above)
{
	struct span rest = path, part, last = SPAN("");

	*above = SPAN("");
	while (next_part(&rest, &part))
		last = part;
	if (last.n)
		*above = span_cut(path, 0, (size_t)(last.s - path.s));
	return last;
}

/* --- What is known ------------------------------------------------------------------------------------- */

static unsigned *opaque_of(struct layers *l, size_t node)
{
	return node == PATHS_NONE ? &l->opaque : &l->marks.v[node].opaque;
}

static bool is_above(const struct layers *l, const struct mark *m)
{
	return m->layer < l->at;
}

/* Whether an upper layer hides what this one has there, or has something else in its place. */
static bool is_hidden(struct layers *l, struct span path, bool folder)
{
	size_t node = PATHS_NONE;
	struct span part;

	while (next_part(&path, &part)) {
		const struct mark *m;

		if (*opaque_of(l, node) < l->at)
			return true;
		node = paths_find(&l->paths, node, part);
		if (node == PATHS_NONE)
			return false;
		m = &l->marks.v[node];
		if (is_above(l, m) && (m->kind == KIND_GONE || m->kind == KIND_OTHER))
			return true;
	}
	/* Both have it as a folder: the upper one says what it is like. */
	return node != PATHS_NONE && is_above(l, &l->marks.v[node]) &&
	       !(folder && l->marks.v[node].kind == KIND_IMPLIED && l->marks.v[node].gone >= l->at);
}

static int find_or_add(
	struct layers *l, size_t parent, struct span part, size_t *node, struct err *err)
{
	*node = paths_find(&l->paths, parent, part);
	if (*node != PATHS_NONE)
		return 0;
	if (l->paths.nodes.n == NODES_MAX)
		return err_set(err, ERR_INSTALLER, "its layers have more than %d paths", NODES_MAX);
	*node = paths_add(&l->paths, parent, part, 0);
	*vec_push(&l->marks) = (struct mark){l->at, NONE, NONE, KIND_IMPLIED, false};
	return 0;
}

/* The node of a path, and those above it; PATHS_NONE is the top. */
static int walk(struct layers *l, struct span path, size_t *node, struct err *err)
{
	struct span part;

	*node = PATHS_NONE;
	while (next_part(&path, &part))
		if (find_or_add(l, *node, part, node, err) < 0)
			return -1;
	return 0;
}

/* What this layer says of a path that it is seen to have. */
static int note(struct layers *l, struct span path, bool folder, struct err *err)
{
	struct mark *m;
	size_t node;

	if (walk(l, path, &node, err) < 0)
		return -1;
	if (node == PATHS_NONE)
		return 0;
	m = &l->marks.v[node];
	/* Taken away and made anew in one layer: of those below nothing of it is seen. */
	if (m->kind == KIND_GONE)
		m->opaque = m->layer;
	m->layer = m->layer < l->at && m->kind != KIND_IMPLIED ? m->layer : l->at;
	m->kind = folder ? KIND_FOLDER : KIND_OTHER;
	return 0;
}

static int hide_all(struct layers *l, struct span folder, struct err *err)
{
	size_t node;

	if (walk(l, folder, &node, err) < 0)
		return -1;
	if (*opaque_of(l, node) > l->at)
		*opaque_of(l, node) = l->at;
	return 0;
}

static int hide(struct layers *l, struct span above, struct span name, struct err *err)
{
	size_t parent, node, known;
	struct mark *m;

	if (!is_part(name) || span_is_text(name, ".."))
		return err_set(err, ERR_INSTALLER, "a layer hides what has no name");
	if (walk(l, above, &parent, err) < 0)
		return -1;
	known = l->paths.nodes.n;
	if (find_or_add(l, parent, name, &node, err) < 0)
		return -1;
	m = &l->marks.v[node];
	if (node == known)
		m->kind = KIND_GONE;
	else if (m->opaque > l->at)
		m->opaque = l->at;
	if (m->gone > l->at)
		m->gone = l->at;
	return 0;
}

/* --- Hard links ----------------------------------------------------------------------------------------- */

/* What is known of a whole path; NULL: nothing. */
static struct mark *get_mark(const struct layers *l, struct span path)
{
	size_t node = PATHS_NONE;
	struct span part;

	while (next_part(&path, &part)) {
		node = paths_find(&l->paths, node, part);
		if (node == PATHS_NONE)
			return NULL;
	}
	return node == PATHS_NONE ? NULL : &l->marks.v[node];
}

static int refuse_link(struct span path, const char *to, struct err *err)
{
	err_set(err, ERR_INSTALLER, "member %.*s: is a hard link to what %s",
		SPAN_ARG(span_cut(path, 0, 200)), to);
	return err_next(err, "ask who made the image to make it of one layer");
}

static bool has_come(const struct layers *l, const struct mark *m)
{
	return m && m->kind == KIND_OTHER && m->layer == l->at;
}

/* The lower layers come later. */
static int keep_link(struct layers *l, struct span path, struct span to, struct err *err)
{
	bool behind = has_come(l, get_mark(l, to));
	struct link *link;
	struct mark *m;

	if (note(l, path, false, err) < 0)
		return -1;
	m = get_mark(l, path);
	if (m)
		m->linked = true;

	l->link_bytes += path.n + to.n;
	if (l->link_bytes > LINKS_BYTES || l->links.n == LINKS_MAX)
		return err_set(err, ERR_INSTALLER,
			"its layers have more than %d hard links to those below them, or of more than %d bytes",
			LINKS_MAX, LINKS_BYTES);
	link = vec_push(&l->links);
	*link = (struct link){.path = BUF_INIT, .to = BUF_INIT, .layer = l->at, .behind = behind};
	buf_add_span(&link->path, path);
	buf_add_span(&link->to, to);
	return 0;
}

static int check_link(const struct layers *l, const struct link *link, struct err *err)
{
	const struct mark *m = get_mark(l, buf_span(&link->to));
	bool below = m && (link->behind ? m->layer == link->layer : m->layer > link->layer);

	if (below && m->kind == KIND_OTHER)
		return 0;
	return refuse_link(buf_span(&link->path),
		"is no file that came before, in its layer or in one below", err);
}

int layers_link(struct layers *l, struct span *path, struct span *hard_link, struct err *err)
{
	if (!l->ended)
		l->given = 0;
	l->ended = true;
	for (;; l->given = 0, l->at--) {
		while (l->given < l->links.n) {
			const struct link *link = &l->links.v[l->given++];

			if (link->layer != l->at)
				continue;
			*path = buf_span(&link->path);
			*hard_link = buf_span(&link->to);
			return check_link(l, link, err) < 0 ? -1 : 1;
		}
		if (!l->at)
			return 0;
	}
}

/* --- A member ------------------------------------------------------------------------------------------- */

int layers_show(
	struct layers *l, struct span path, bool folder, struct span hard_link, struct err *err)
{
	struct span above, last = split_last(path, &above);

	if (is_odd(path))
		return 1;
	if (span_is_text(last, OPAQUE))
		return hide_all(l, above, err);
	if (span_starts(last, ".wh..wh."))
		return 0; /* what a storage driver keeps for itself */
	if (span_starts(last, HIDES))
		return hide(l, above, span_cut(last, sizeof(HIDES) - 1, last.n), err);
	if (is_hidden(l, path, folder))
		return 0;
	if (hard_link.n && !is_odd(hard_link)) {
		const struct mark *to = get_mark(l, hard_link);

		if (is_hidden(l, hard_link, false))
			return refuse_link(path, "a layer above it has hidden or replaced", err);
		if (!has_come(l, to) || to->linked)
			return keep_link(l, path, hard_link, err);
	}
	return note(l, path, folder, err) < 0 ? -1 : 1;
}

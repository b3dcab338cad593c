/* Changes of the file system: the value. */
#include "model/changes.h"

#include <stdlib.h>
#include <string.h>

static const char *const type_names[NODE_TYPES] = {
	"none", "file", "folder", "link", "fifo", "socket", "char", "block"};
static const char *const kind_names[CHANGE_KINDS] = {
	"created", "replaced", "deleted", "attributes"};

static const char *const aspect_names[ASPECTS] = {
	"type", "size", "mode", "digest", "device", "target", "user", "group", "attributes"};

const char *node_aspect_name(enum node_aspect aspect)
{
	return aspect_names[aspect];
}

const char *node_type_name(enum node_type type)
{
	return type_names[type];
}

const char *change_kind_name(enum change_kind kind)
{
	return kind_names[kind];
}

static void xattr_drop(struct node_xattr *x)
{
	buf_drop(&x->name);
	buf_drop(&x->value);
}

void node_drop(struct node *n)
{
	buf_drop(&n->target);
	vec_drop_each(&n->xattrs, xattr_drop);
}

void node_copy(struct node *to, const struct node *from)
{
	struct node copy = *from;

	copy.target = buf_dup(&from->target);
	memset(&copy.xattrs, 0, sizeof(copy.xattrs));
	for (size_t i = 0; i < from->xattrs.n; i++) {
		const struct node_xattr *x = &from->xattrs.v[i];

		*vec_push(&copy.xattrs) =
			(struct node_xattr){buf_dup(&x->name), buf_dup(&x->value)};
	}
	node_drop(to);
	*to = copy;
}

bool node_holds_same(const struct node *a, const struct node *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case NODE_FILE: return a->size == b->size && digest_is(&a->sha256, &b->sha256);
	case NODE_LINK: return span_is(buf_span(&a->target), buf_span(&b->target));
	case NODE_CHAR:
	case NODE_BLOCK: return a->device == b->device;
	default: return true;
	}
}

static bool same_xattrs(const struct node *a, const struct node *b)
{
	if (a->xattrs.n != b->xattrs.n)
		return false;
	for (size_t i = 0; i < a->xattrs.n; i++)
		if (!span_is(buf_span(&a->xattrs.v[i].name), buf_span(&b->xattrs.v[i].name)) ||
			!span_is(buf_span(&a->xattrs.v[i].value), buf_span(&b->xattrs.v[i].value)))
			return false;
	return true;
}

bool node_is_same(const struct node *a, const struct node *b)
{
	return node_holds_same(a, b) && a->mode == b->mode && a->uid == b->uid &&
	       a->gid == b->gid && same_xattrs(a, b);
}

unsigned node_differences(const struct node *a, const struct node *b)
{
	bool same = a->type == b->type, files = same && a->type == NODE_FILE;
	const bool differs[ASPECTS] = {
		[ASPECT_TYPE] = !same,
		[ASPECT_SIZE] = files && a->size != b->size,
		[ASPECT_MODE] = a->mode != b->mode,
		[ASPECT_DIGEST] = files && !digest_is(&a->sha256, &b->sha256),
		[ASPECT_DEVICE] = same && a->device != b->device,
		[ASPECT_TARGET] = same && !span_is(buf_span(&a->target), buf_span(&b->target)),
		[ASPECT_USER] = a->uid != b->uid,
		[ASPECT_GROUP] = a->gid != b->gid,
		[ASPECT_XATTRS] = !same_xattrs(a, b),
	};
	unsigned bits = 0;

	for (unsigned i = 0; i < ASPECTS; i++)
		bits |= differs[i] ? 1U << i : 0;
	return bits;
}

enum change_kind change_kind(const struct change *c)
{
	if (c->before.type == NODE_NONE)
		return CHANGE_CREATED;
	if (c->after.type == NODE_NONE)
		return CHANGE_DELETED;
	return node_holds_same(&c->before, &c->after) ? CHANGE_ATTRIBUTES : CHANGE_REPLACED;
}

static void change_drop(struct change *c)
{
	buf_drop(&c->path);
	node_drop(&c->before);
	node_drop(&c->after);
}

void changes_drop(struct changes *c)
{
	vec_drop_each(&c->of, change_drop);
}

void changes_cut(struct changes *c, size_t n)
{
	while (c->of.n > n)
		change_drop(&c->of.v[--c->of.n]);
}

struct change *changes_add(struct changes *c, struct span path)
{
	struct change *added = vec_push(&c->of);

	*added = (struct change){BUF_INIT, NODE_INIT, NODE_INIT, false};
	buf_add_span(&added->path, path);
	return added;
}

int change_path_compare(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned x = a.s[i] == '/' ? 0 : (unsigned char)a.s[i];
		unsigned y = b.s[i] == '/' ? 0 : (unsigned char)b.s[i];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static int compare(const void *a, const void *b)
{
	return change_path_compare(buf_span(&((const struct change *)a)->path),
		buf_span(&((const struct change *)b)->path));
}

void changes_sort(struct changes *c)
{
	if (c->of.n)
		qsort(c->of.v, c->of.n, sizeof(c->of.v[0]), compare);
}

static int compare_to_path(const void *path, const void *change)
{
	return change_path_compare(
		*(const struct span *)path, buf_span(&((const struct change *)change)->path));
}

const struct change *changes_get(const struct changes *c, struct span path)
{
	if (!c->of.n)
		return NULL;
	return bsearch(&path, c->of.v, c->of.n, sizeof(c->of.v[0]), compare_to_path);
}

bool changes_take(struct changes *c, struct span path)
{
	const struct change *found = changes_get(c, path);
	size_t i = found ? (size_t)(found - c->of.v) : 0;

	if (!found)
		return false;
	change_drop(&c->of.v[i]);
	memmove(&c->of.v[i], &c->of.v[i + 1], (c->of.n - i - 1) * sizeof(c->of.v[0]));
	c->of.n--;
	return true;
}

size_t changes_count(const struct changes *c)
{
	size_t n = 0;

	VEC_FOR (const struct change, x, &c->of)
		n += !x->own;
	return n;
}

/* Reckoning with changes. */
#include "model/changes_math.h"

#include <stdlib.h>

/* --- Hard links ----------------------------------------------------------------------------------------- */

static struct node *node_of(const struct changes *c, size_t i, bool after)
{
	struct change *change = &c->of.v[i];

	return after ? &change->after : &change->before;
}

struct link {
	int64_t inode;
	size_t change;
};

static int by_inode(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->change > y->change) - (x->change < y->change);
}

/* For each change the first one whose file is the same; itself where none is. The caller frees. */
static size_t *first_names(const struct changes *c, bool after)
{
	size_t *first = mem_zero(c->of.n ? c->of.n : 1, sizeof(*first));
	VEC(struct link) links = {0};

	for (size_t i = 0; i < c->of.n; i++) {
		int64_t inode = node_of(c, i, after)->inode;

		first[i] = i;
		if (inode)
			*vec_push(&links) = (struct link){inode, i};
	}
	if (links.n)
		qsort(links.v, links.n, sizeof(links.v[0]), by_inode);
	for (size_t i = 1; i < links.n; i++)
		if (links.v[i].inode == links.v[i - 1].inode)
			first[links.v[i].change] = first[links.v[i - 1].change];
	vec_drop(&links);
	return first;
}

static void number_side(struct changes *c, bool after)
{
	AUTO_FREE size_t *first = first_names(c, after);
	AUTO_FREE bool *shared = mem_zero(c->of.n ? c->of.n : 1, sizeof(*shared));
	int64_t number = 0;

	for (size_t i = 0; i < c->of.n; i++)
		shared[first[i]] |= first[i] != i;
	for (size_t i = 0; i < c->of.n; i++)
		node_of(c, i, after)->inode = first[i] != i ? node_of(c, first[i], after)->inode
					      : shared[i]   ? ++number
							    : 0;
}

void changes_number_links(struct changes *c)
{
	number_side(c, false);
	number_side(c, true);
}

/* --- What differs --------------------------------------------------------------------------------------- */

void changes_difference_drop(struct changes_difference *d)
{
	vec_drop(&d->of);
}

/* A list, and for each of its changes the first name of its files. */
struct linked {
	const struct changes *c;
	size_t *before, *after;
};

static void linked_init(struct linked *l, const struct changes *c)
{
	*l = (struct linked){c, first_names(c, false), first_names(c, true)};
}

static void linked_drop(struct linked *l)
{
	free(l->before);
	free(l->after);
}

static bool is_same_path(const struct changes *a, size_t i, const struct changes *b, size_t j)
{
	return span_is(buf_span(&a->of.v[i].path), buf_span(&b->of.v[j].path));
}

static bool is_same(const struct linked *a, size_t i, const struct linked *b, size_t j)
{
	const struct change *x = &a->c->of.v[i], *y = &b->c->of.v[j];

	return x->own == y->own && node_is_same(&x->before, &y->before) &&
	       node_is_same(&x->after, &y->after) &&
	       is_same_path(a->c, a->before[i], b->c, b->before[j]) &&
	       is_same_path(a->c, a->after[i], b->c, b->after[j]);
}

/* Where two sorted lists are: which of both has the lower path. */
static int compare_at(const struct changes *a, size_t i, const struct changes *b, size_t j)
{
	if (i == a->of.n || j == b->of.n)
		return i == a->of.n ? 1 : -1;
	return change_path_compare(buf_span(&a->of.v[i].path), buf_span(&b->of.v[j].path));
}

void changes_diff(const struct changes *a, const struct changes *b, struct changes_difference *out)
{
	AUTO(linked) la;
	AUTO(linked) lb;

	linked_init(&la, a);
	linked_init(&lb, b);
	for (size_t i = 0, j = 0; i < a->of.n || j < b->of.n;) {
		int order = compare_at(a, i, b, j);
		const struct change *x = order <= 0 ? &a->of.v[i] : NULL;
		const struct change *y = order >= 0 ? &b->of.v[j] : NULL;

		if (!x || !y || !is_same(&la, i, &lb, j))
			*vec_push(&out->of) = (struct change_difference){x, y};
		i += order <= 0;
		j += order >= 0;
	}
}

/* --- One after another, and back ------------------------------------------------------------------------ */

/* A list's numbers of hard links are its own: `more` keeps those of another list apart. */
static void copy_node(struct node *to, const struct node *from, int64_t more)
{
	node_copy(to, from);
	to->inode += to->inode ? more : 0;
}

static int64_t most_links(const struct changes *c)
{
	int64_t most = 0;

	for (size_t i = 0; i < c->of.n; i++) {
		int64_t before = node_of(c, i, false)->inode, after = node_of(c, i, true)->inode;

		most = before > most ? before : most;
		most = after > most ? after : most;
	}
	return most;
}

/* Either may be NULL. */
static void merge_one(
	const struct change *x, const struct change *y, int64_t more, struct changes *out)
{
	const struct change *last = y ? y : x;
	struct change *c;

	if (x && y && node_is_same(&x->before, &y->after))
		return;
	c = changes_add(out, buf_span(&last->path));
	c->own = last->own;
	copy_node(&c->before, x ? &x->before : &y->before, x ? 0 : more);
	copy_node(&c->after, &last->after, y ? more : 0);
}

void changes_merge(const struct changes *first, const struct changes *second, struct changes *out)
{
	int64_t more = most_links(first);

	for (size_t i = 0, j = 0; i < first->of.n || j < second->of.n;) {
		int order = compare_at(first, i, second, j);

		merge_one(order <= 0 ? &first->of.v[i] : NULL, order >= 0 ? &second->of.v[j] : NULL,
			more, out);
		i += order <= 0;
		j += order >= 0;
	}
	changes_number_links(out);
}

void changes_invert(struct changes *c)
{
	VEC_FOR (struct change, x, &c->of) {
		struct node before = x->before;

		x->before = x->after;
		x->after = before;
	}
}

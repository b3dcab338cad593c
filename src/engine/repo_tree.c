/* The files of a repository's index: written. What is superseded is swept in engine/repo_sweep. */
#include "engine/repo_tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/leaf.h"
#include "store/sum.h"
#include "store/whole.h"
#include "sys/fd.h"
#include "sys/file.h"

#define MODE 0644
#define DIR_MODE 0755
#define WHOLE_DRAFT ".whole.zst"
#define PER_LEAF 12 /* packages: what changes with one of them is some kilobytes */
#define FEWEST 2 /* on average, before the number of leaves is another one */
#define MANY 48
#define INDEX_BITS_MAX 16
#define WHOLE_PART 16 /* of the leaves: where more have changed, the whole index is made anew */

void repo_tree_drop(struct repo_tree *t)
{
	offered_leaves_drop(&t->made);
}

int repo_tree_settle(struct offered *offered, struct err *err)
{
	unsigned bits = offered->leaf_bits, best = 0;
	int64_t packages;

	if (offered_count(offered, &packages, err) < 0)
		return -1;
	while (best < INDEX_BITS_MAX && packages >> best > PER_LEAF)
		best++;
	if (packages >> bits <= MANY && (!bits || packages >> bits >= FEWEST))
		return 0;
	return best == bits ? 0 : offered_set_bits(offered, best, err);
}

/* --- Leaves --------------------------------------------------------------------------------------------- */

/* Whether the file of that name has these bytes: a disk may have lost what it was told to keep. */
static int is_there(const struct repo_tree *t, const char *path, struct span bytes, struct err *err)
{
	AUTO(buf) have = BUF_INIT;
	struct stat st;
	int there = file_stat(t->dir, path, &st, err);

	if (there <= 0 || (size_t)st.st_size != bytes.n)
		return there < 0 ? -1 : 0;
	there = file_read(t->dir, path, bytes.n, &have, err);
	return there < 0 ? -1 : there && span_is(buf_span(&have), bytes);
}

int repo_tree_put(struct repo_tree *t, const char *path, struct span bytes, struct err *err)
{
	int there = is_there(t, path, bytes, err);

	if (there)
		return there < 0 ? -1 : 0;
	t->files++;
	t->bytes += (int64_t)bytes.n;
	return file_put(
		t->dir, path, &(struct file_put){.mode = MODE, .content = bytes, .from = -1}, err);
}

static void leaf_path(const struct head_sum *sum, struct buf *out)
{
	buf_adds(out, "index/leaf/");
	sum_format(sum, out);
}

/* Appends the file of a leaf, which must be what its name says; nothing of one that has none. 1; 0: it is not so. */
static int read_leaf(
	const struct repo_tree *t, const struct head_sum *sum, struct buf *file, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct head_sum is;
	struct stat st;
	int there;

	if (sum_is_none(sum))
		return 1;
	leaf_path(sum, &path);
	there = file_stat(t->dir, path.s, &st, err);
	if (there <= 0 || st.st_size > LEAF_MAX)
		return there < 0 ? -1 : 0;
	there = file_read(t->dir, path.s, LEAF_MAX, file, err);
	if (there <= 0)
		return there;
	leaf_sum(buf_span(file), &is);
	return sum_is(&is, sum);
}

static int check_twice(const struct offers *offers, struct err *err)
{
	for (size_t i = 1; i < offers->of.n; i++) {
		const struct offer *a = &offers->of.v[i - 1], *b = &offers->of.v[i];

		if (offer_compare(a, b) < 0)
			continue;
		err_set(err, ERR_CONFLICT, "%s and %s are both %s %s", a->path.s, b->path.s,
			a->name.s, a->version.n ? a->version.s : "without a version");
		return err_next(err, "leave one of them out, or give one of them another version");
	}
	return 0;
}

/* Another libzstd would make other bytes of the same lines: these stay as they are. */
static int pack_leaf(struct repo_tree *t, const struct offers *offers, const struct head_sum *old,
	struct buf *file, struct err *err)
{
	VEC(const struct offer *) pointers = {0};
	AUTO(buf) text = BUF_INIT;
	AUTO(leaf_unpacker) unpacker = {0};
	AUTO(buf) before = BUF_INIT;
	struct err ignored = ERR_INIT;
	int there = read_leaf(t, old, file, err);

	if (there < 0)
		return -1;
	VEC_FOR (const struct offer, o, &offers->of)
		*vec_push(&pointers) = o;
	leaf_text(pointers.v, pointers.n, &text);
	vec_drop(&pointers);
	if (there && file->n && leaf_unpack(&unpacker, buf_span(file), &before, &ignored) == 0 &&
		span_is(buf_span(&before), buf_span(&text)))
		return 0;
	buf_clear(file);
	if (text.n && leaf_pack(buf_span(&text), file, err) < 0)
		return err_at(err, "the packages beside %s", offers->of.v[0].name.s);
	return 0;
}

static int make_leaf(struct repo_tree *t, unsigned number, int64_t revision,
	const struct head_sum *old, struct err *err)
{
	AUTO(offers) offers = {0};
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	struct head_sum sum;

	if (offered_leaf(t->offered, number, &offers, err) < 0 || check_twice(&offers, err) < 0 ||
		pack_leaf(t, &offers, old, &file, err) < 0)
		return -1;
	leaf_sum(buf_span(&file), &sum);
	leaf_path(&sum, &path);
	if (file.n && repo_tree_put(t, path.s, buf_span(&file), err) < 0)
		return -1;
	t->leaves += !sum_is(&sum, old);
	return offered_made(t->offered, number, &sum, revision, err);
}

/* Those that somebody has removed come again. */
static int find_missing(struct repo_tree *t, const struct head_sum *sums, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct stat st;

	for (unsigned i = 0; i < 1u << t->offered->leaf_bits; i++) {
		int there;

		if (sum_is_none(&sums[i]))
			continue;
		buf_clear(&path);
		leaf_path(&sums[i], &path);
		there = file_stat(t->dir, path.s, &st, err);
		if (there < 0 || (!there && offered_touch(t->offered, i, err) < 0))
			return -1;
	}
	return 0;
}

static int make_leaves(
	struct repo_tree *t, int64_t revision, struct head_sum *sums, struct err *err)
{
	if (offered_sums(t->offered, sums, NULL, err) < 0 || find_missing(t, sums, err) < 0 ||
		offered_changed(t->offered, &t->made, err) < 0)
		return -1;
	VEC_FOR (const unsigned, number, &t->made.of)
		if (make_leaf(t, *number, revision, &sums[*number], err) < 0)
			return -1;
	return 0;
}

/* --- Nodes ---------------------------------------------------------------------------------------------- */

static int make_nodes(
	struct repo_tree *t, const struct head_sum *sums, struct head *head, struct err *err)
{
	unsigned bits = t->offered->leaf_bits, width = head_node_width(bits);

	vec_drop(&head->nodes);
	head->leaf_bits = bits;
	for (unsigned i = 0; i < head_node_count(bits); i++) {
		struct head_sum *sum = vec_push(&head->nodes);
		struct span bytes = {
			(const char *)sums[(size_t)i * width].bytes, (size_t)width * HEAD_SUM};
		AUTO(buf) path = buf_of("index/node/");

		if (sum_of_bytes(bytes, sum, err) < 0)
			return -1;
		sum_format(sum, &path);
		if (repo_tree_put(t, path.s, bytes, err) < 0)
			return -1;
	}
	return 0;
}

/* --- The whole index ------------------------------------------------------------------------------------ */

struct giving {
	struct repo_tree *tree;
	const struct head_sum *sums;
};

static int give_leaf(void *arg, unsigned number, struct buf *file, struct err *err)
{
	struct giving *g = arg;
	int there = read_leaf(g->tree, &g->sums[number], file, err);

	if (there == 0)
		return err_set(err, ERR_FAILED, "a leaf has changed meanwhile");
	return there < 0 ? -1 : 0;
}

static void whole_path(const struct head_sum *sum, struct buf *out)
{
	buf_adds(out, "index/whole/");
	sum_format(sum, out);
	buf_adds(out, ".db.zst");
}

static int make_whole(
	struct repo_tree *t, const struct head_sum *sums, struct head *head, struct err *err)
{
	struct giving giving = {t, sums};
	AUTO(buf) folder = buf_of(t->path);
	AUTO(buf) name = BUF_INIT;
	AUTO_FD dir = file_open(t->dir, "index/whole", O_RDONLY | O_DIRECTORY, 0, err);
	struct whole whole;

	buf_add_path(&folder, "index/whole");
	if (dir < 0 || whole_make(dir, folder.s, WHOLE_DRAFT, t->offered->leaf_bits, head->revision,
			       give_leaf, &giving, &whole, err) < 0)
		return err_at(err, "make the whole index");
	sum_format(&whole.sha256, &name);
	buf_adds(&name, ".db.zst");
	head->whole.sha256 = whole.sha256;
	head->whole.size = whole.size;
	head->whole.unpacked = whole.unpacked;
	head->whole.revision = head->revision;
	t->files++;
	t->bytes += whole.size;
	return file_rename(dir, WHOLE_DRAFT, dir, name.s, err);
}

/* 1: it is to be made. */
static int is_whole_old(
	struct repo_tree *t, struct head_sum *sums, const struct head *head, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	int64_t since = head->whole.revision;
	struct stat st;
	int there;

	if (offered_sums(t->offered, sums, &since, err) < 0)
		return -1;
	if (!head->whole.size || since > (1 << t->offered->leaf_bits) / WHOLE_PART)
		return 1;
	whole_path(&head->whole.sha256, &path);
	there = file_stat(t->dir, path.s, &st, err);
	return there < 0 ? -1 : !there || st.st_size != head->whole.size;
}

/* --- All of it ------------------------------------------------------------------------------------------ */

static int make_folders(struct repo_tree *t, struct err *err)
{
	static const char *const folders[] = {"index/leaf", "index/node", "index/whole"};

	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO_FD fd = file_make_dirs(t->dir, folders[i], DIR_MODE, err);

		if (fd < 0)
			return -1;
	}
	return 0;
}

static int make(struct repo_tree *t, struct head_sum *sums, struct head *head, struct err *err)
{
	int old;

	if (make_folders(t, err) < 0 || make_leaves(t, head->revision, sums, err) < 0)
		return -1;
	old = is_whole_old(t, sums, head, err);
	if (old < 0 || make_nodes(t, sums, head, err) < 0 ||
		(old && make_whole(t, sums, head, err) < 0))
		return -1;
	return offered_count(t->offered, &head->packages, err);
}

int repo_tree_make(struct repo_tree *t, struct head *head, struct err *err)
{
	struct head_sum *sums = mem_zero((size_t)1 << t->offered->leaf_bits, sizeof(*sums));
	int result = make(t, sums, head, err);

	free(sums);
	return result;
}

/* The files of a repository's index that are of no use any more: removed, when nobody can be on the way to them. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/repo_tree.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define NAMES_MAX 10000000

/* The names that are in use in one folder: sums, sorted. */
struct used {
	VEC(struct head_sum) of;
};

static void used_drop(struct used *u)
{
	vec_drop(&u->of);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, HEAD_SUM);
}

static bool is_used(const struct used *u, const struct head_sum *sum)
{
	return u->of.n && bsearch(sum, u->of.v, u->of.n, sizeof(*u->of.v), by_bytes);
}

static int sweep_one(struct repo_tree *t, int dir, const char *folder, const char *name, bool used,
	int64_t now, int64_t keep, struct err *err)
{
	AUTO(buf) path = buf_of(folder);
	int64_t since;

	buf_add_path(&path, name);
	if (used)
		return offered_not_gone(t->offered, buf_span(&path), err);
	if (offered_gone(t->offered, buf_span(&path), now, &since, err) < 0)
		return -1;
	if (since <= now && now - since < keep)
		return 0;
	if (file_remove(dir, name, err) < 0)
		return -1;
	return offered_not_gone(t->offered, buf_span(&path), err);
}

/* Names of another form are not ours, but for what a killed one left. */
static int sweep(struct repo_tree *t, const char *folder, const char *ending,
	const struct used *used, int64_t now, int64_t keep, struct err *err)
{
	__attribute__((cleanup(tree_names_drop))) struct tree_names names = {0};
	AUTO_FD dir = file_open_if(t->dir, folder, O_RDONLY | O_DIRECTORY, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(dir, NAMES_MAX, &names, err) < 0)
		return -1;
	VEC_FOR (char *, name, &names.of) {
		struct span x = span_of(*name);
		struct head_sum sum;

		if (file_is_beside(*name)) {
			if (file_remove(dir, *name, err) < 0)
				return -1;
			continue;
		}
		if (x.n != 2 * HEAD_SUM + strlen(ending) || !span_ends(x, ending) ||
			!text_unhex(span_cut(x, 0, 2 * HEAD_SUM), sum.bytes, HEAD_SUM))
			continue;
		if (sweep_one(t, dir, folder, *name, is_used(used, &sum), now, keep, err) < 0)
			return -1;
	}
	return 0;
}

static int use_leaves(struct repo_tree *t, struct used *out, struct err *err)
{
	size_t count = (size_t)1 << t->offered->leaf_bits;
	struct head_sum *sums = mem_zero(count, sizeof(*sums));
	int result = offered_sums(t->offered, sums, NULL, err);

	for (size_t i = 0; i < count && result == 0; i++)
		*vec_push(&out->of) = sums[i];
	free(sums);
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(*out->of.v), by_bytes);
	return result;
}

int repo_tree_sweep(struct repo_tree *t, const struct head *head, const struct head_sum *head_sum,
	int64_t now, int64_t keep, struct err *err)
{
	AUTO(used) leaves = {0};
	AUTO(used) nodes = {0};
	AUTO(used) whole = {0};
	AUTO(used) signature = {0};

	if (use_leaves(t, &leaves, err) < 0)
		return -1;
	VEC_FOR (const struct head_sum, sum, &head->nodes)
		*vec_push(&nodes.of) = *sum;
	qsort(nodes.of.v, nodes.of.n, sizeof(*nodes.of.v), by_bytes);
	*vec_push(&whole.of) = head->whole.sha256;
	*vec_push(&signature.of) = *head_sum;
	return sweep(t, "index/leaf", "", &leaves, now, keep, err) < 0 ||
			       sweep(t, "index/node", "", &nodes, now, keep, err) < 0 ||
			       sweep(t, "index/whole", ".db.zst", &whole, now, keep, err) < 0 ||
			       sweep(t, "index/signature", ".minisig", &signature, now, keep, err) <
				       0
		       ? -1
		       : 0;
}

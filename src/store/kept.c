/* The kept folders' names and seal. */
#include "store/kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "ext/digest.h"
#include "sys/fd.h"
#include "sys/file.h"

#define SEAL "list"

void kept_name(size_t number, char name[KEPT_NUMBERS])
{
	snprintf(name, KEPT_NUMBERS, "%zu", number);
}

struct link {
	int64_t inode;
	size_t number;
};

static int by_inode(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

void kept_first(const struct changes *c, bool after, size_t *first)
{
	VEC(struct link) links = {0};

	for (size_t i = 0; i < c->of.n; i++) {
		const struct node *n = kept_node(&c->of.v[i], after);

		first[i] = i;
		if (n->type == NODE_FILE && n->inode)
			*vec_push(&links) = (struct link){n->inode, i};
	}
	if (links.n)
		qsort(links.v, links.n, sizeof(links.v[0]), by_inode);
	for (size_t i = 1; i < links.n; i++)
		if (links.v[i].inode == links.v[i - 1].inode)
			first[links.v[i].number] = first[links.v[i - 1].number];
	vec_drop(&links);
}

bool kept_has(const struct changes *c, bool after)
{
	for (size_t i = 0; i < c->of.n; i++)
		if (kept_node(&c->of.v[i], after)->type == NODE_FILE)
			return true;
	return false;
}

/* What is kept, file by file: owners are others in a user namespace, and are set anew anyway. */
static int add_seal(const struct changes *c, bool after, struct buf *out, struct err *err)
{
	AUTO_FREE size_t *first = mem_zero(c->of.n + 1, sizeof(*first));
	unsigned char bytes[HASH_MAX];
	struct hash *hash = NULL;
	size_t n;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	kept_first(c, after, first);
	for (size_t i = 0; i < c->of.n; i++) {
		const struct node *node = kept_node(&c->of.v[i], after);

		if (node->type != NODE_FILE)
			continue;
		hash_add(hash, c->of.v[i].path.s, c->of.v[i].path.n + 1);
		hash_add(hash, &i, sizeof(i));
		hash_add(hash, &first[i], sizeof(first[i]));
		hash_add(hash, node->sha256.bytes, digest_size(DIGEST_SHA256));
	}
	n = hash_end(hash, bytes);
	hash_free(hash);
	text_hex(out, bytes, n);
	buf_addc(out, '\n');
	return 0;
}

int kept_seal(int folder, const struct changes *c, bool after, struct err *err)
{
	AUTO(buf) seal = BUF_INIT;
	AUTO_FD fd = -1;

	if (!kept_has(c, after))
		return 0;
	if (add_seal(c, after, &seal, err) < 0)
		return -1;
	fd = file_open(folder, SEAL, O_WRONLY | O_CREAT | O_TRUNC, 0600, err);
	return fd < 0 ? -1 : file_write_all(fd, seal.s, seal.n, err);
}

int kept_check(int folder, const struct changes *c, bool after, struct err *err)
{
	AUTO(buf) want = BUF_INIT;
	AUTO(buf) is = BUF_INIT;

	if (!kept_has(c, after))
		return 0;
	if (add_seal(c, after, &want, err) < 0 || file_read(folder, SEAL, 4096, &is, err) < 0)
		return -1;
	if (!span_is(buf_span(&want), buf_span(&is)))
		return err_set(err, ERR_BAD_STATE,
			"the files that were kept are not those of these changes");
	return 0;
}

/* The whole index of a repository. */
#include "store/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/digest.h"
#include "ext/zstd.h"
#include "store/index.h"
#include "store/leaf.h"
#include "sys/fd.h"
#include "sys/file.h"

#define DRAFT ".whole.db"
#define COMPACT ".whole-compact.db"
#define CHUNK (256 << 10)
#define LEVEL 9 /* most of it is compressed leaves: 19 takes ten times as long for a hundredth */
#define WINDOW_LOG 23

/* --- The database --------------------------------------------------------------------------------------- */

static int add_leaf(struct index *ix, unsigned number, struct span file, struct err *err)
{
	AUTO(offers) offers = {0};
	VEC(const struct offer *) pointers = {0};
	struct head_sum sum;
	int result;

	if (!file.n)
		return 0;
	if (leaf_parse(file, number, ix->leaf_bits, &offers, err) < 0)
		return -1;
	VEC_FOR (const struct offer, o, &offers.of)
		*vec_push(&pointers) = o;
	leaf_sum(file, &sum);
	result = index_put_leaf(ix, number, &sum, file, pointers.v, pointers.n, err);
	vec_drop(&pointers);
	return result;
}

static int fill(struct index *ix, int64_t revision, whole_leaf_fn *leaf, void *arg, struct err *err)
{
	AUTO(buf) file = BUF_INIT;

	if (index_begin(ix, err) < 0)
		return -1;
	for (unsigned i = 0; i < 1u << ix->leaf_bits; i++) {
		buf_clear(&file);
		if (leaf(arg, i, &file, err) < 0 || add_leaf(ix, i, buf_span(&file), err) < 0)
			return -1;
	}
	return index_commit(ix, revision, err);
}

/* --- The compressed file -------------------------------------------------------------------------------- */

struct packing {
	struct stream *zstd;
	struct hash *hash;
	int from, to;
	char *in, *out;
	struct whole *result;
};

static int put(struct packing *p, long n, struct err *err)
{
	if (n <= 0)
		return (int)n;
	hash_add(p->hash, p->out, (size_t)n);
	p->result->size += n;
	return file_write_all(p->to, p->out, (size_t)n, err);
}

static int put_chunk(struct packing *p, struct span chunk, struct err *err)
{
	while (chunk.n)
		if (put(p, p->zstd->run(p->zstd, &chunk, p->out, CHUNK, err), err) < 0)
			return -1;
	return 0;
}

static int flow(struct packing *p, struct err *err)
{
	long n;

	for (;;) {
		ssize_t got = read(p->from, p->in, CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "read " COMPACT);
		if (!got)
			break;
		p->result->unpacked += got;
		if (put_chunk(p, (struct span){p->in, (size_t)got}, err) < 0)
			return -1;
	}
	do {
		n = p->zstd->end(p->zstd, p->out, CHUNK, err);
		if (put(p, n, err) < 0)
			return -1;
	} while (n > 0);
	return 0;
}

static int pack(int dir, const char *name, struct whole *out, struct err *err)
{
	AUTO_FD from = file_open(dir, COMPACT, O_RDONLY, 0, err);
	AUTO_FD to = -1;
	unsigned char digest[HASH_MAX];
	struct packing p = {.from = from, .result = out};
	int result;

	*out = (struct whole){.size = 0};
	if (from < 0 || file_remove(dir, name, err) < 0)
		return -1;
	to = file_open(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0644, err);
	if (to < 0 || hash_new("sha256", &p.hash, err) < 0)
		return -1;
	p.to = to;
	p.zstd = zstd_new(&(struct zstd_options){LEVEL, WINDOW_LOG, -1});
	p.in = mem_alloc(CHUNK);
	p.out = mem_alloc(CHUNK);
	result = flow(&p, err);
	hash_end(p.hash, digest);
	memcpy(out->sha256.bytes, digest, HEAD_SUM);
	p.zstd->free(p.zstd);
	hash_free(p.hash);
	free(p.in);
	free(p.out);
	return result;
}

/* --- Both ----------------------------------------------------------------------------------------------- */

static int sweep(int dir, struct err *err)
{
	return file_remove(dir, DRAFT, err) < 0 || file_remove(dir, COMPACT, err) < 0 ? -1 : 0;
}

static int make(int dir, const char *path, const char *name, struct index *ix, int64_t revision,
	whole_leaf_fn *leaf, void *arg, struct whole *out, struct err *err)
{
	AUTO(buf) compact = buf_of(path);

	buf_add_path(&compact, COMPACT);
	if (fill(ix, revision, leaf, arg, err) < 0 || index_compact(ix, compact.s, err) < 0)
		return -1;
	return pack(dir, name, out, err);
}

int whole_make(int dir, const char *path, const char *name, unsigned leaf_bits, int64_t revision,
	whole_leaf_fn *leaf, void *arg, struct whole *out, struct err *err)
{
	AUTO(index) ix = INDEX_INIT;
	AUTO(buf) draft = buf_of(path);
	struct err ignored = ERR_INIT;
	int result;

	buf_add_path(&draft, DRAFT);
	if (sweep(dir, err) < 0 || index_make(draft.s, leaf_bits, &ix, err) < 0)
		return -1;
	result = make(dir, path, name, &ix, revision, leaf, arg, out, err);
	return sweep(dir, result < 0 ? &ignored : err) < 0 ? -1 : result;
}

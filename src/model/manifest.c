/* The content of a tree, and its canonical text. */
#include "model/manifest.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

static void entry_drop(struct manifest_entry *e)
{
	buf_drop(&e->path);
	buf_drop(&e->link);
}

void manifest_drop(struct manifest *m)
{
	vec_drop_each(&m->of, entry_drop);
}

struct manifest_entry *manifest_add(struct manifest *m, enum entry_type type, struct span path)
{
	struct manifest_entry *e = vec_push(&m->of);

	*e = (struct manifest_entry){.path = BUF_INIT, .type = type, .link = BUF_INIT};
	e->sha256.kind = DIGEST_SHA256;
	buf_set(&e->path, path);
	return e;
}

const struct manifest_entry *manifest_get(const struct manifest *m, struct span path)
{
	VEC_FOR (const struct manifest_entry, e, &m->of)
		if (span_is(buf_span(&e->path), path))
			return e;
	return NULL;
}

int64_t manifest_size(const struct manifest *m)
{
	int64_t size = 0;

	VEC_FOR (const struct manifest_entry, e, &m->of)
		if (e->type == ENTRY_FILE)
			size += e->size;
	return size;
}

static int by_path(const void *a, const void *b)
{
	const struct manifest_entry *x = a, *y = b;

	return span_compare(buf_span(&x->path), buf_span(&y->path));
}

static void sort(struct manifest *m)
{
	if (m->of.n)
		qsort(m->of.v, m->of.n, sizeof(m->of.v[0]), by_path);
}

static bool is_same(const struct manifest_entry *a, const struct manifest_entry *b)
{
	return a->type == b->type && a->mode == b->mode && a->size == b->size &&
	       span_is(buf_span(&a->link), buf_span(&b->link)) &&
	       (a->type != ENTRY_FILE || digest_is(&a->sha256, &b->sha256));
}

const struct manifest_entry *manifest_lacks(struct manifest *whole, const struct manifest *part)
{
	sort(whole);
	VEC_FOR (const struct manifest_entry, e, &part->of) {
		const struct manifest_entry *there =
			whole->of.n ? bsearch(e, whole->of.v, whole->of.n, sizeof(*e), by_path)
				    : NULL;

		if (!there || !is_same(there, e))
			return e;
	}
	return NULL;
}

static void add_escaped(struct buf *out, struct span x, bool target)
{
	for (size_t i = 0; i < x.n; i++) {
		char c = x.s[i];

		if (c == '\n') {
			buf_adds(out, "\\n");
			continue;
		}
		if (c == '\\' || (target && c == '>'))
			buf_addc(out, '\\');
		buf_addc(out, c);
	}
}

static void add_entry(struct buf *out, const struct manifest_entry *e)
{
	switch (e->type) {
	case ENTRY_DIR:
		buf_adds(out, "d ");
		add_escaped(out, buf_span(&e->path), false);
		break;
	case ENTRY_SYMLINK:
		buf_adds(out, "l ");
		add_escaped(out, buf_span(&e->path), false);
		buf_adds(out, " -> ");
		add_escaped(out, buf_span(&e->link), true);
		break;
	case ENTRY_FILE:
	case ENTRY_HARDLINK:
		buf_addf(out, "f %o ", e->mode);
		digest_format(out, &e->sha256);
		buf_addf(out, " %" PRId64 " ", e->size);
		add_escaped(out, buf_span(&e->path), false);
		break;
	}
	buf_addc(out, '\n');
}

void manifest_format(struct manifest *m, struct buf *out)
{
	sort(m);
	buf_adds(out, "fardel-manifest 1\n");
	VEC_FOR (const struct manifest_entry, e, &m->of)
		add_entry(out, e);
}

/* Offers for tests: of a name, a version and a summary. */
#pragma once

#include <stdlib.h>

#include "base/vec.h"
#include "model/offer.h"
#include "store/leaf.h"
#include "unit.h"

static inline void offers_make(
	struct offer *o, const char *name, const char *version, const char *summary)
{
	offer_init(o);
	buf_sets(&o->name, name);
	buf_sets(&o->version, version);
	buf_sets(&o->summary, summary);
	buf_setf(&o->path, "%s/%s-%s.tar.gz", name, name, version);
	for (int i = 0; i < 64; i++)
		buf_addc(&o->id, "0123456789abcdef"[i % 16]);
	o->format = 3;
	o->size = 1000;
	o->sha256.kind = DIGEST_SHA256;
}

static inline struct offer *offers_add(
	struct offers *all, const char *name, const char *version, const char *summary)
{
	struct offer *o = vec_push(&all->of);

	offers_make(o, name, version, summary);
	return o;
}

/* The file of a leaf that has those of `all` which belong into it; *of points to them, sorted. */
struct leaf_made {
	struct buf file;
	struct head_sum sum;
	VEC(const struct offer *) of;
};

static inline void leaf_made_drop(struct leaf_made *l)
{
	buf_drop(&l->file);
	vec_drop(&l->of);
}

static inline int offers_order(const void *a, const void *b)
{
	const struct offer *const *one = a, *const *other = b;

	return offer_compare(*one, *other);
}

static inline void offers_leaf(
	const struct offers *all, unsigned bits, unsigned number, struct leaf_made *out)
{
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;

	*out = (struct leaf_made){.file = BUF_INIT};
	VEC_FOR (const struct offer, o, &all->of)
		if (leaf_of(bits, buf_span(&o->name)) == number)
			*vec_push(&out->of) = o;
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), offers_order);
	leaf_text(out->of.v, out->of.n, &text);
	if (text.n && leaf_pack(buf_span(&text), &out->file, &err) < 0)
		fail_msg("%s", err.text);
	leaf_sum(buf_span(&out->file), &out->sum);
}

/* What fardel and fardel-index tell each other, as values. */
#include "model/offer_message.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "model/head.h"
#include "model/name.h"
#include "model/wagon.h"

#define LIST_MAX 65536 /* members of a list: more have no room in a frame */

void offer_message_put_leaf(struct buf *out, const struct leaf_order *o)
{
	wire_put_number(out, o->number);
	wire_put_number(out, o->bits);
	wire_put_text(out, o->file);
}

bool offer_message_get_leaf(struct span payload, struct leaf_order *o)
{
	struct wire w = {.rest = payload};

	o->number = wire_number(&w);
	o->bits = wire_number(&w);
	o->file = wire_text(&w);
	return wire_ended(&w) && o->bits >= 0 && o->bits <= 16 && o->number >= 0 &&
	       o->number < (int64_t)1 << o->bits;
}

static void put_texts(struct buf *out, const struct texts *t)
{
	wire_put_number(out, (int64_t)t->of.n);
	for (size_t i = 0; i < t->of.n; i++)
		wire_put_text(out, buf_span(&t->of.v[i]));
}

static void put_relations(struct buf *out, const struct relations *r)
{
	wire_put_number(out, (int64_t)r->of.n);
	for (size_t i = 0; i < r->of.n; i++) {
		wire_put_text(out, buf_span(&r->of.v[i].name));
		wire_put_number(out, r->of.v[i].op);
		wire_put_text(out, buf_span(&r->of.v[i].version));
	}
}

static void put_sums(struct buf *out, const struct sums *s)
{
	for (enum digest_kind k = 0; k < DIGEST_KINDS; k++)
		wire_put_text(
			out, s->has[k] ? (struct span){(const char *)s->of[k].bytes, digest_size(k)}
				       : SPAN(""));
}

static void put_pack(struct buf *out, const struct pack *p)
{
	wire_put_text(out, buf_span(&p->url));
	put_texts(out, &p->mirrors);
	put_sums(out, &p->sums);
	wire_put_number(out, p->size);
	wire_put_text(out, buf_span(&p->file));
	wire_put_text(out, buf_span(&p->architecture));
	wire_put_number(out, p->redistributable);
}

/* The texts of an offer, in one order for both ways. */
#define TEXTS(o) \
	{ \
		&(o)->name, &(o)->version, &(o)->id, &(o)->path, &(o)->summary, &(o)->description, \
			&(o)->homepage, &(o)->licence, &(o)->compression, &(o)->alias, \
			&(o)->family \
	}
#define RELATIONS(o) \
	{ \
		&(o)->depends, &(o)->conflicts, &(o)->provides, &(o)->deb \
	}
#define EACH(at, list) for (size_t at = 0; at < sizeof(list) / sizeof(*(list)); at++)

void offer_message_put(struct buf *out, const struct offer *o)
{
	const struct buf *const texts[] = TEXTS(o);
	const struct relations *const relations[] = RELATIONS(o);

	EACH(i, texts)
	wire_put_text(out, buf_span(texts[i]));
	wire_put_text(out, (struct span){(const char *)o->sha256.bytes, HEAD_SUM});
	wire_put_number(out, o->format);
	wire_put_number(out, o->size);
	wire_put_number(out, o->accept);
	wire_put_number(out, o->unchecked);
	wire_put_number(out, o->hidden);
	wire_put_number(out, o->serial);
	EACH(i, relations)
	put_relations(out, relations[i]);
	put_texts(out, &o->architectures);
	put_texts(out, &o->files);
	put_texts(out, &o->mirrors);
	put_texts(out, &o->labels);
	wire_put_number(out, (int64_t)o->packs.of.n);
	for (size_t i = 0; i < o->packs.of.n; i++)
		put_pack(out, &o->packs.of.v[i]);
}

static void get_text(struct wire *w, struct buf *out)
{
	struct span x = wire_text(w);

	if (memchr(x.s, 0, x.n))
		w->bad = true;
	buf_set(out, x);
}

static size_t get_count(struct wire *w)
{
	int64_t count = wire_number(w);

	if (count < 0 || count > LIST_MAX)
		w->bad = true;
	return w->bad ? 0 : (size_t)count;
}

static bool get_bool(struct wire *w)
{
	int64_t value = wire_number(w);

	if (value != 0 && value != 1)
		w->bad = true;
	return value == 1;
}

static void get_texts(struct wire *w, struct texts *out)
{
	size_t count = get_count(w);

	for (size_t i = 0; i < count && !w->bad; i++) {
		texts_add(out, SPAN(""));
		get_text(w, &out->of.v[i]);
	}
}

static void get_relations(struct wire *w, struct relations *out)
{
	size_t count = get_count(w);

	for (size_t i = 0; i < count && !w->bad; i++) {
		struct relation *r = relations_add(out, SPAN(""));
		int64_t op;

		get_text(w, &r->name);
		op = wire_number(w);
		if (op < 0 || op >= RELATION_OPS)
			w->bad = true;
		r->op = w->bad ? RELATION_ANY : (enum relation_op)op;
		get_text(w, &r->version);
		if (!relation_is_valid(buf_span(&r->name), r->op, buf_span(&r->version)))
			w->bad = true;
	}
}

static void get_sums(struct wire *w, struct sums *out)
{
	for (enum digest_kind k = 0; k < DIGEST_KINDS; k++) {
		struct span x = wire_text(w);

		out->has[k] = x.n == digest_size(k);
		if (x.n && !out->has[k])
			w->bad = true;
		out->of[k].kind = k;
		if (out->has[k])
			memcpy(out->of[k].bytes, x.s, x.n);
	}
}

static void get_pack(struct wire *w, struct pack *p)
{
	get_text(w, &p->url);
	get_texts(w, &p->mirrors);
	get_sums(w, &p->sums);
	p->size = wire_number(w);
	get_text(w, &p->file);
	get_text(w, &p->architecture);
	p->redistributable = get_bool(w);
}

void offer_message_put_texts(struct buf *out, const struct offer *o)
{
	wire_put_text(out, buf_span(&o->definition));
	wire_put_text(out, buf_span(&o->finalize));
	wire_put_text(out, buf_span(&o->metadata));
	VEC_FOR (const struct buf, file, &o->files.of)
		wire_put_text(out, buf_span(file));
}

/* Files are as many as there are: each takes some bytes of the payload. */
bool offer_message_get_texts(struct span payload, struct offer *o)
{
	struct wire w = {.rest = payload};

	get_text(&w, &o->definition);
	get_text(&w, &o->finalize);
	get_text(&w, &o->metadata);
	texts_drop(&o->files);
	while (w.rest.n && !w.bad) {
		struct span file = wire_text(&w);

		if (!span_starts(file, "/") || file.n < 2 || !text_is_line(file))
			w.bad = true;
		else
			texts_add(&o->files, file);
	}
	return wire_ended(&w);
}

static void get_packs(struct wire *w, struct packs *out)
{
	size_t count = get_count(w);

	for (size_t i = 0; i < count && !w->bad; i++) {
		struct pack *p = vec_push(&out->of);

		pack_init(p);
		get_pack(w, p);
	}
}

bool offer_message_get(struct span payload, struct offer *o)
{
	struct wire w = {.rest = payload};
	struct buf *const texts[] = TEXTS(o);
	struct relations *const relations[] = RELATIONS(o);
	struct span sum;

	EACH(i, texts)
	get_text(&w, texts[i]);
	sum = wire_text(&w);
	if (sum.n != HEAD_SUM)
		return false;
	o->sha256.kind = DIGEST_SHA256;
	memcpy(o->sha256.bytes, sum.s, sum.n);
	o->format = (int)wire_number(&w);
	o->size = wire_number(&w);
	o->accept = get_bool(&w);
	o->unchecked = get_bool(&w);
	o->hidden = get_bool(&w);
	o->serial = wire_number(&w);
	EACH(i, relations)
	get_relations(&w, relations[i]);
	get_texts(&w, &o->architectures);
	get_texts(&w, &o->files);
	get_texts(&w, &o->mirrors);
	get_texts(&w, &o->labels);
	get_packs(&w, &o->packs);
	return wire_ended(&w) && offer_is_valid(o);
}

/* --- Of wagons ------------------------------------------------------------------------------------- */

void offer_message_put_tree_order(struct buf *out, const struct tree_order *o)
{
	wire_put_number(out, o->has_meta);
	wire_put_number(out, o->allow_unchecked);
	wire_put_number(out, o->images);
	wire_put_number(out, o->tree);
	wire_put_number(out, o->meta);
}

bool offer_message_get_tree_order(struct span payload, struct tree_order *o)
{
	struct wire w = {.rest = payload};

	o->has_meta = get_bool(&w);
	o->allow_unchecked = get_bool(&w);
	o->images = get_bool(&w);
	o->tree = wire_number(&w);
	o->meta = wire_number(&w);
	return wire_ended(&w) && o->tree >= 0 && o->tree < WAGON_COMPRESSIONS && o->meta >= 0 &&
	       o->meta < WAGON_COMPRESSIONS;
}

void offer_message_put_manifest(struct buf *out, const struct manifest_order *o)
{
	wire_put_text(out, o->architecture);
	wire_put_text(out, o->text);
}

bool offer_message_get_manifest(struct span payload, struct manifest_order *o)
{
	struct wire w = {.rest = payload};

	o->architecture = wire_text(&w);
	o->text = wire_text(&w);
	return wire_ended(&w);
}

void offer_message_put_layer(struct buf *out, const struct layer_order *o)
{
	wire_put_text(out, o->file);
	wire_put_number(out, o->max);
}

bool offer_message_get_layer(struct span payload, struct layer_order *o)
{
	struct wire w = {.rest = payload};

	o->file = wire_text(&w);
	o->max = wire_number(&w);
	return wire_ended(&w) && o->file.n && o->max > 0;
}

void offer_message_put_piece(struct buf *out, const struct offer_texts *t)
{
	wire_put_text(out, t->name);
	wire_put_text(out, t->version);
	wire_put_number(out, t->last);
	wire_put_text(out, t->bytes);
}

bool offer_message_get_piece(struct span payload, struct offer_texts *t)
{
	struct wire w = {.rest = payload};

	t->name = wire_text(&w);
	t->version = wire_text(&w);
	t->last = get_bool(&w);
	t->bytes = wire_text(&w);
	return wire_ended(&w) && name_is_luet_valid(t->name) && t->version.n &&
	       t->version.n <= NAME_MAX_BYTES && text_is_line(t->version);
}

void offer_message_put_tree_read(struct buf *out, const struct tree_read *r)
{
	wire_put_number(out, r->packages);
	wire_put_number(out, r->left_out);
	wire_put_text(out, r->why);
}

bool offer_message_get_tree_read(struct span payload, struct tree_read *r)
{
	struct wire w = {.rest = payload};

	r->packages = wire_number(&w);
	r->left_out = wire_number(&w);
	r->why = wire_text(&w);
	return wire_ended(&w) && r->packages >= 0 && r->left_out >= 0;
}

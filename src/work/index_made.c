/* Offers that a worker has made. */
#include "work/index_made.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ext/digest.h"
#include "ext/zstd.h"
#include "model/head.h"
#include "model/offer_message.h"
#include "sys/frame.h"

#define BATCH (128 << 10) /* bytes of a frame, unless one alone is longer */
#define PIECE (512 << 10)
#define WINDOW_LOG 23
#define LEVEL 1
#define STEP (64 << 10)

static void made_offer_drop(struct made_offer *o)
{
	buf_drop(&o->payload);
}

void made_drop(struct made *m)
{
	vec_drop_each(&m->of, made_offer_drop);
	buf_drop(&m->batch);
	buf_drop(&m->why);
	if (m->zstd)
		m->zstd->free(m->zstd);
}

void made_leave_out(struct made *m, struct span package, const struct err *why)
{
	if (!m->left_out++)
		buf_addf(&m->why, "%.*s: %s", SPAN_ARG(package), why->text);
}

/* --- Frames ----------------------------------------------------------------------------------- */

static int send_batch(struct made *m, struct err *err)
{
	if (m->batch.n && frame_send(FRAME_FD, OFFER_BATCH, buf_span(&m->batch), err) < 0)
		return -1;
	buf_clear(&m->batch);
	return 0;
}

/* Many are small: they go together. */
static int send(struct made *m, enum offer_message type, const struct buf *payload, struct err *err)
{
	if (m->batch.n + payload->n > BATCH && send_batch(m, err) < 0)
		return -1;
	wire_put_number(&m->batch, type);
	wire_put_text(&m->batch, buf_span(payload));
	return 0;
}

/* --- Texts ----------------------------------------------------------------------------------- */

static int compress(struct made *m, struct span plain, struct buf *packed, struct err *err)
{
	struct stream *s = m->zstd;
	long n = 0;

	if (s)
		zstd_again(s, (int64_t)plain.n);
	else
		s = m->zstd = zstd_new(&(struct zstd_options){LEVEL, WINDOW_LOG, (int64_t)plain.n});
	while (plain.n && n >= 0) {
		buf_reserve(packed, STEP);
		n = s->run(s, &plain, packed->s + packed->n, STEP, err);
		packed->n += n > 0 ? (size_t)n : 0;
	}
	do {
		if (n < 0)
			break;
		buf_reserve(packed, STEP);
		n = s->end(s, packed->s + packed->n, STEP, err);
		packed->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	return n < 0 ? -1 : 0;
}

static int send_texts(struct made *m, const struct offer *o, struct err *err)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;
	struct span rest;

	/* Packets' have none. */
	if (!o->definition.n && !o->finalize.n && !o->metadata.n && !o->files.of.n)
		return 0;
	offer_message_put_texts(&plain, o);
	if (compress(m, buf_span(&plain), &packed, err) < 0)
		return -1;
	for (rest = buf_span(&packed); rest.n;) {
		AUTO(buf) payload = BUF_INIT;
		const struct offer_texts piece = {.name = buf_span(&o->name),
			.version = buf_span(&o->version),
			.last = rest.n <= PIECE,
			.bytes = span_cut(rest, 0, PIECE)};

		offer_message_put_piece(&payload, &piece);
		if (send(m, OFFER_TEXTS, &payload, err) < 0)
			return -1;
		rest = span_cut(rest, piece.bytes.n, rest.n);
	}
	return 0;
}

/* --- Offers ---------------------------------------------------------------------------------- */

static int leaf_of(struct span name, unsigned *leaf, struct err *err)
{
	unsigned char sum[HASH_MAX];
	struct hash *hash;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	hash_add(hash, name.s, name.n);
	hash_end(hash, sum);
	hash_free(hash);
	*leaf = head_leaf_of(INDEX_FOREIGN_BITS, sum);
	return 0;
}

int made_add(struct made *m, struct offer *o, struct err *err)
{
	struct made_offer made = {.payload = BUF_INIT};
	AUTO(buf) payload = BUF_INIT;

	if (leaf_of(buf_span(&o->name), &made.leaf, err) < 0 || send_texts(m, o, err) < 0)
		return -1;
	texts_drop(&o->files);
	offer_message_put(&payload, o);
	m->bytes += payload.n;
	if (m->of.n == MADE_MAX || m->bytes > MADE_BYTES_MAX)
		return err_set(err, ERR_INSTALLER, "it has more packages than there may be");
	/* Of just that size: there are many of them. */
	buf_reserve(&made.payload, payload.n);
	buf_add_span(&made.payload, buf_span(&payload));
	*vec_push(&m->of) = made;
	return 0;
}

void made_take_back(struct made *m, const size_t *numbers, size_t count)
{
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < m->of.n; i++) {
		if (at < count && numbers[at] == i) {
			made_offer_drop(&m->of.v[i]);
			at++;
		} else {
			m->of.v[kept++] = m->of.v[i];
		}
	}
	m->of.n = kept;
}

/* Name and version stand first (model/offer_message). */
static int compare(const void *one, const void *other)
{
	const struct made_offer *a = one, *b = other;
	struct wire x = {.rest = buf_span(&a->payload)}, y = {.rest = buf_span(&b->payload)};
	struct span name, version, other_name, other_version;

	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	name = wire_text(&x);
	version = wire_text(&x);
	other_name = wire_text(&y);
	other_version = wire_text(&y);
	return offer_compare_keys(name, version, other_name, other_version);
}

int made_send(struct made *m, struct err *err)
{
	AUTO(buf) payload = BUF_INIT;

	if (m->of.n)
		qsort(m->of.v, m->of.n, sizeof(m->of.v[0]), compare);
	for (size_t i = 0; i < m->of.n; i++) {
		struct wire w = {.rest = buf_span(&m->of.v[i].payload)};
		struct span name = wire_text(&w), version = wire_text(&w);

		if (i && compare(&m->of.v[i - 1], &m->of.v[i]) == 0)
			return err_set(err, ERR_INSTALLER, "%.*s %.*s is in it twice",
				SPAN_ARG(name), SPAN_ARG(version));
		if (send(m, OFFER_ONE, &m->of.v[i].payload, err) < 0)
			return -1;
	}
	if (send_batch(m, err) < 0)
		return -1;
	offer_message_put_tree_read(
		&payload, &(struct tree_read){(int64_t)m->of.n, m->left_out, buf_span(&m->why)});
	return frame_send(FRAME_FD, OFFER_TREE_READ, buf_span(&payload), err);
}

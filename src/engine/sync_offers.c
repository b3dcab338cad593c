/* What fardel-index makes of the files of others' repositories, put into the index. */
#include "engine/sync_offers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "engine/worker.h"
#include "model/offer_message.h"
#include "store/leaf.h"

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
}

/* --- repository.yaml ------------------------------------------------------------------------------ */

static int on_wagon(struct worker *w, const struct frame *frame, struct err *err)
{
	struct sync *s = w->arg;

	if (frame->type != OFFER_WAGON_IS || !wagon_get(frame->payload, &s->wagon))
		return not_understood(err);
	w->finished = true;
	return 0;
}

int sync_read_wagon(struct sync *s, struct span text, struct err *err)
{
	struct worker w = {
		.task = TASK_INIT, .reader = FRAME_READER_INIT, .frame = on_wagon, .arg = s};
	int result = worker_start(s->e, &w, WORKER_INDEX, NULL, 0, OFFER_WAGON, text, err);

	if (result == 0)
		result = worker_finish(&w, err);
	worker_drop(&w);
	return result;
}

/* --- Offers --------------------------------------------------------------------------------------- */

struct putting {
	struct worker worker; /* first */
	struct sync *s;
	unsigned leaf; /* the one that is being collected: all before it are in the index */
	VEC(struct offer *) offers; /* of it, so far */
	struct buf name, version, texts; /* whose texts come, so far */
};

static void offers_clear(struct putting *p)
{
	VEC_FOR (struct offer *, o, &p->offers) {
		offer_drop(*o);
		free(*o);
	}
	p->offers.n = 0;
}

static void putting_drop(struct putting *p)
{
	offers_clear(p);
	vec_drop(&p->offers);
	buf_drop(&p->name);
	buf_drop(&p->version);
	buf_drop(&p->texts);
	worker_drop(&p->worker);
}

static int take_texts(struct putting *p, struct span payload, struct err *err)
{
	struct offer_texts piece;

	if (!offer_message_get_piece(payload, &piece) ||
		p->texts.n + piece.bytes.n > INDEX_TEXTS_MAX ||
		(p->texts.n && (!span_is(buf_span(&p->name), piece.name) ||
				       !span_is(buf_span(&p->version), piece.version))))
		return not_understood(err);
	buf_set(&p->name, piece.name);
	buf_set(&p->version, piece.version);
	buf_add_span(&p->texts, piece.bytes);
	if (!piece.last)
		return 0;
	if (index_put_texts(&p->s->index, buf_span(&p->name), buf_span(&p->version),
		    buf_span(&p->texts), err) < 0)
		return -1;
	buf_clear(&p->texts);
	return 0;
}

/* Whether the index has just this leaf. */
static int has_leaf(struct putting *p, const struct head_sum *sum, struct err *err)
{
	struct head_sum has;

	if (index_leaf_sum(&p->s->index, p->leaf, &has, err) < 0)
		return -1;
	return memcmp(has.bytes, sum->bytes, HEAD_SUM) == 0;
}

static int put_leaf(struct putting *p, struct err *err)
{
	const struct offer *const *offers = (const struct offer *const *)p->offers.v;
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	struct head_sum sum;
	int has;

	leaf_text(offers, p->offers.n, &text);
	if (text.n && leaf_pack_quickly(buf_span(&text), &file, err) < 0)
		return -1;
	leaf_sum(buf_span(&file), &sum);
	has = has_leaf(p, &sum, err);
	if (has == 0 && index_put_leaf(&p->s->index, p->leaf, &sum, buf_span(&file), offers,
				p->offers.n, err) < 0)
		return -1;
	p->s->packages += (int64_t)p->offers.n;
	offers_clear(p);
	p->leaf++;
	return has < 0 ? -1 : 0;
}

/* All leaves before that one. */
static int put_leaves(struct putting *p, unsigned upto, struct err *err)
{
	while (p->leaf < upto)
		if (put_leaf(p, err) < 0)
			return -1;
	return 0;
}

static int take_offer(struct putting *p, struct span payload, struct err *err)
{
	struct offer *offer = mem_zero(1, sizeof(*offer));
	unsigned leaf;
	size_t n;

	offer_init(offer);
	*vec_push(&p->offers) = offer;
	if (!offer_message_get(payload, offer) ||
		offer->format != repository_package_format(p->s->repository->format))
		return not_understood(err);
	leaf = leaf_of(INDEX_FOREIGN_BITS, buf_span(&offer->name));
	if (leaf > p->leaf) {
		/* It is of a later leaf than those before it. */
		p->offers.n--;
		if (put_leaves(p, leaf, err) < 0) {
			offer_drop(offer);
			free(offer);
			return -1;
		}
		*vec_push(&p->offers) = offer;
	}
	n = p->offers.n;
	if (leaf < p->leaf || (n > 1 && offer_compare(p->offers.v[n - 2], offer) >= 0))
		return not_understood(err);
	return 0;
}

static int take_end(struct putting *p, struct span payload, struct err *err)
{
	struct tree_read read;
	AUTO(buf) why = BUF_INIT;

	if (!offer_message_get_tree_read(payload, &read) || p->texts.n)
		return not_understood(err);
	if (put_leaves(p, 1u << INDEX_FOREIGN_BITS, err) < 0 ||
		index_sweep_texts(&p->s->index, err) < 0)
		return -1;
	text_escape(&why, read.why);
	if (read.left_out)
		engine_tell(p->s->e, WATCH_WARN, buf_span(&p->s->repository->name),
			"%lld of its packages cannot be used and are left out, the first: %s",
			(long long)read.left_out, why.s);
	p->worker.finished = true;
	return 0;
}

static int take_batch(struct putting *p, struct span payload, struct err *err)
{
	struct wire w = {.rest = payload};

	while (w.rest.n) {
		int64_t type = wire_number(&w);
		struct span inner = wire_text(&w);

		if (w.bad || (type != OFFER_TEXTS && type != OFFER_ONE))
			return not_understood(err);
		if ((type == OFFER_ONE ? take_offer(p, inner, err) : take_texts(p, inner, err)) < 0)
			return -1;
	}
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct putting *p = (struct putting *)w;

	if (frame->type == OFFER_BATCH)
		return take_batch(p, frame->payload, err);
	return frame->type == OFFER_TREE_READ ? take_end(p, frame->payload, err)
					      : not_understood(err);
}

int sync_read_offers(struct sync *s, uint32_t type, struct span order, const int *fds,
	unsigned fd_count, struct err *err)
{
	AUTO(putting) p = {.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT},
		.s = s,
		.name = BUF_INIT,
		.version = BUF_INIT,
		.texts = BUF_INIT};
	int result;

	s->packages = 0;
	p.worker.frame = on_frame;
	result = worker_start(s->e, &p.worker, WORKER_INDEX, fds, fd_count, type, order, err);
	return result < 0 ? -1 : worker_finish(&p.worker, err);
}

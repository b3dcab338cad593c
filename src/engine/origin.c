/* Which repositories what is installed came from, and what those of Packets' said of it. */
#include "engine/origin.h"

#include "base/text.h"
#include "engine/choice_packets.h"
#include "model/packets_index.h"
#include "store/origins.h"

/* 1; 0: nothing is noted of it. */
static int load(struct engine *e, const struct bundle *b, struct offer *out, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	int known = origins_offer(&e->db, buf_span(&b->name), buf_span(&b->id), &line, err);

	offer_init(out);
	if (known == 1 && offer_parse(buf_span(&line), out, err) < 0)
		return err_at(err, "state.db: what is noted of %s", b->name.s);
	return known;
}

int origin_state(struct engine *e, const struct bundle *b, struct installer *in, struct err *err)
{
	AUTO(offer) offer;
	int known = load(e, b, &offer, err);

	if (known == 1)
		packets_take_offer(&offer, in);
	return known < 0 ? -1 : 0;
}

int origin_alias(struct engine *e, const struct bundle *b, struct buf *out, struct err *err)
{
	AUTO(offer) offer;
	int known = load(e, b, &offer, err);

	if (known == 1)
		buf_add_span(out, buf_span(&offer.alias));
	return known < 0 ? -1 : 0;
}

int origin_know(struct engine *e, struct chosen *one, struct err *err)
{
	AUTO(buf) id = BUF_INIT;
	int known;

	if (!choice_is_packets(one))
		return 0;
	known = origins_id(&e->db, buf_span(&one->offer.name), buf_span(&one->offer.id), &id, err);
	if (known == 1)
		buf_set(&one->offer.id, buf_span(&id));
	return known < 0 ? -1 : 0;
}

static const struct plan_item *item_of(const struct plan *plan, const struct chosen *one)
{
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->to.id.n && span_is(buf_span(&item->to.name), buf_span(&one->offer.name)))
			return item;
	return NULL;
}

static int note(
	struct engine *e, const struct chosen *one, const struct plan *plan, struct err *err)
{
	const struct plan_item *item = item_of(plan, one);
	AUTO(buf) line = BUF_INIT;
	AUTO(buf) file = BUF_INIT;

	if (one->err || !item)
		return 0;
	if (choice_is_packets(one)) {
		offer_format(&one->offer, &line);
		text_hex(&file, one->offer.sha256.bytes, digest_size(DIGEST_SHA256));
	}
	return origins_put(&e->db,
		&(struct origin){buf_span(&item->to.name), buf_span(&item->to.id),
			buf_span(&one->repository), buf_span(&file), buf_span(&line)},
		err);
}

static int note_all(
	struct engine *e, const struct choice *o, const struct plan *plan, struct err *err)
{
	if (origins_sweep(&e->db, err) < 0)
		return -1;
	VEC_FOR (const struct chosen, one, &o->of)
		if (note(e, one, plan, err) < 0)
			return -1;
	return 0;
}

int origin_note(struct engine *e, const struct choice *o, const struct plan *plan, struct err *err)
{
	if (!o->of.n)
		return 0;
	if (db_begin(&e->db, err) < 0)
		return -1;
	if (note_all(e, o, plan, err) == 0)
		return db_commit(&e->db, err);
	db_abandon(&e->db);
	return -1;
}

/* What was chosen, in the plan. */
#include "engine/choice.h"

#include "engine/choice_luet.h"
#include "engine/choice_packets.h"
#include "engine/needs.h"
#include "model/findings.h"
#include "model/packets_index.h"
#include "store/marks.h"

#define FINDING "more-packages"

static void copy_pack(const struct pack *from, struct packs *to)
{
	struct pack *p = vec_push(&to->of);

	pack_init(p);
	buf_set(&p->url, buf_span(&from->url));
	texts_add_all(&from->mirrors, &p->mirrors);
	p->sums = from->sums;
	p->size = from->size;
	buf_set(&p->file, buf_span(&from->file));
	buf_set(&p->architecture, buf_span(&from->architecture));
	p->redistributable = from->redistributable;
}

void choice_candidate(const struct chosen *one, struct candidate *out)
{
	const struct offer *o = &one->offer;
	struct installer *in = &out->installer;

	buf_set(&out->id, buf_span(&o->id));
	out->size = o->size;
	in->format = o->format;
	buf_set(&in->name, buf_span(&o->name));
	buf_set(&in->version, buf_span(&o->version));
	buf_set(&in->homepage, buf_span(&o->homepage));
	buf_set(&in->licence.spdx, buf_span(&o->licence));
	in->licence.accept = o->accept;
	texts_add_all(&o->architectures, &in->architectures);
	relations_add_all(&o->depends, &in->depends);
	relations_add_all(&o->conflicts, &in->conflicts);
	relations_add_all(&o->provides, &in->provides);
	relations_add_all(&o->deb, &in->needs.deb);
	VEC_FOR (const struct pack, p, &o->packs.of)
		copy_pack(p, &in->packs);
	in->luet.image = offer_is_image(o);
	choice_state(one, in);
}

void choice_state(const struct chosen *one, struct installer *in)
{
	if (choice_is_packets(one))
		packets_take_offer(&one->offer, in);
}

int choice_hold(const struct chosen *one, struct span id, struct span name, struct span version,
	struct err *err)
{
	bool packets = choice_is_packets(one);

	/* Packets' index has no id, and its version counts; the sum of the file was held against it. */
	if (packets && span_is(name, buf_span(&one->offer.name)))
		return 0;
	if (!packets && span_is(id, buf_span(&one->offer.id)) &&
		span_is(name, buf_span(&one->offer.name)) &&
		span_is(version, buf_span(&one->offer.version)))
		return 0;
	err_set(err, ERR_CHECKSUM,
		"its installer is another one than the index of %s says: %.*s %.*s, not %s %s",
		one->repository.s, SPAN_ARG(name), SPAN_ARG(version), one->offer.name.s,
		one->offer.version.s);
	return err_next(err, "ask who runs the repository");
}

int choice_take_own(struct engine *e, const struct world *world, const struct chosen *one,
	struct candidate *c, struct err *err)
{
	const struct bundle *b =
		world_get(world, buf_span(&one->offer.name), buf_span(&one->offer.id));
	AUTO(installer) own;

	installer_init(&own);
	if (!b)
		return 0; /* it is not here: a dry run says what the index says */
	if (choice_hold(one, buf_span(&b->id), buf_span(&b->name), buf_span(&b->version), err) < 0)
		return -1;
	if (needs_load(e, b, &own, err) < 0)
		return -1;
	if (own.name.n) {
		struct installer swap = c->installer;

		c->installer = own;
		own = swap;
		choice_state(one, &c->installer);
		if (c->installer.format == FORMAT_LUET)
			choice_luet_sources(one, &c->installer);
	}
	return 0;
}

static struct finding *add_question(struct plan *plan, const struct buf *name)
{
	struct finding *f = findings_add(&plan->questions);

	f->severity = SEVERITY_ASK;
	buf_sets(&f->id, FINDING);
	buf_set(&f->path, buf_span(name));
	return f;
}

static void plan_gone(const struct world *world, const struct buf *name, struct plan *plan)
{
	const struct bundle *current = world_current(world, buf_span(name));
	struct plan_item *item;

	if (!current)
		return;
	item = plan_insert(plan, ACTION_REMOVE);
	bundle_set(&item->from, current);
	buf_set(&item->to.name, buf_span(name));
	*vec_push(&item->steps) = (struct step){STEP_UNCONFIGURE, TARGET_OLD};
	*vec_push(&item->steps) = (struct step){STEP_PURGE, TARGET_OLD};
	buf_addf(&add_question(plan, name)->text, "%s would be removed", name->s);
}

static bool is_named(const struct request *asked, const struct buf *name)
{
	VEC_FOR (const struct buf, item, &asked->items.of)
		if (span_is(buf_span(item), buf_span(name)))
			return true;
	return false;
}

void choice_plan(const struct world *world, const struct request *asked, const struct choice *o,
	struct plan *plan)
{
	texts_add_all(&o->notes, &plan->notes);
	VEC_FOR (const struct buf, name, &o->gone.of)
		plan_gone(world, name, plan);
	VEC_FOR (const struct chosen, one, &o->of)
		if (!one->asked)
			buf_addf(&add_question(plan, &one->offer.name)->text,
				"%s %s would come, too%s%s", one->offer.name.s,
				one->offer.version.s, one->why.n ? ": " : "", one->why.s);
	if (asked->wish != WISH_CASCADE && asked->wish != WISH_AUTOREMOVE)
		return;
	VEC_FOR (const struct buf, item, &o->request.items.of)
		if (!is_named(asked, item))
			buf_addf(&add_question(plan, item)->text, "%s would be removed, too",
				item->s);
}

static const struct chosen *find(const struct choice *o, const struct buf *name)
{
	VEC_FOR (const struct chosen, one, &o->of)
		if (span_is(buf_span(&one->offer.name), buf_span(name)))
			return one;
	return NULL;
}

/* What becomes of the mark of a package that was done: -1: it stays as it is. */
static int mark_of(const struct choice *o, const struct plan *plan, const struct plan_item *item)
{
	const struct chosen *one = find(o, &item->to.name);

	if (plan->goal == GOAL_REMOVE)
		return 0;
	if (plan->goal != GOAL_INSTALL)
		return -1;
	if (one && !one->asked)
		return item->from.name.n ? -1 : 1;
	return o->request.wish == WISH_NAMED ? 0 : -1;
}

/* What is named is wanted for its own sake from now on; an upgrade changes nothing of that. */
int choice_mark(struct engine *e, const struct choice *o, const struct plan *plan, struct err *err)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		const struct chosen *one = find(o, &item->to.name);
		int mark = item->result == RESULT_DONE ? mark_of(o, plan, item) : -1;

		/* Who takes the place of another of its family is there for the same sake; that one keeps its mark, as it may come back. */
		if (mark < 0 && item->result == RESULT_DONE && one && one->instead.n)
			mark = mark_is_automatic(&e->db, buf_span(&one->instead), err);
		else if (mark < 0)
			continue;
		if (mark < 0 || mark_automatic(&e->db, buf_span(&item->to.name), mark, err) < 0)
			return -1;
	}
	return 0;
}

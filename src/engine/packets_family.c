/* Families of Packets' packages. */
#include "engine/packets_family.h"

#include "engine/packets.h"

#define FINDING "packets-family"

/* A family is what a manifest says: a stranger may say it as well, but for the index of Packets, which nobody asks here. */
static void tell(struct engine *e, const struct installer *now, const struct installer *was,
	struct findings *questions)
{
	int64_t is = now->packets.serial, old = was->packets.serial;
	const char *how = is < old ? ", and is newer" : is == old ? ", and is as new" : "";
	struct finding *f;

	engine_tell(e, *how ? WATCH_WARN : WATCH_INFO, buf_span(&now->name),
		"it takes the place of %s, which is of the same family%s (serial %lld, that one "
		"%lld)",
		was->name.s, how, (long long)is, (long long)old);
	if (!*how)
		return;
	f = findings_add(questions);
	f->severity = SEVERITY_ASK;
	buf_sets(&f->id, FINDING);
	buf_set(&f->path, buf_span(&was->name));
	buf_addf(&f->text, "%s takes the place of %s, which is of the same family%s", now->name.s,
		was->name.s, how);
}

static bool is_asked_for(const struct candidates *candidates, struct span name)
{
	VEC_FOR (const struct candidate, c, &candidates->of)
		if (span_is(buf_span(&c->installer.name), name))
			return true;
	return false;
}

static int meet(struct engine *e, const struct candidates *candidates, const struct bundle *b,
	struct packets_replaced *out, struct err *err)
{
	struct installer about;
	int result;

	installer_init(&about);
	result = packets_about(e, b, &about, err);
	VEC_FOR (const struct candidate, c, &candidates->of) {
		const struct packets_info *p = &c->installer.packets;

		if (result < 0 || c->installer.format != FORMAT_PACKETS || !p->family.n ||
			!span_is(buf_span(&p->family), buf_span(&about.packets.family)))
			continue;
		tell(e, &c->installer, &about, &out->questions);
		texts_add(&out->names, buf_span(&b->name));
		break;
	}
	installer_drop(&about);
	if (result == 0 || err->code != ERR_BAD_STATE)
		return result;
	err_clear(err); /* its folder is gone: nobody knows its family */
	return 0;
}

void packets_replaced_drop(struct packets_replaced *r)
{
	texts_drop(&r->names);
	findings_drop(&r->questions);
}

int packets_find_replaced(struct engine *e, const struct request *request,
	const struct world *world, const struct candidates *candidates,
	struct packets_replaced *out, struct err *err)
{
	bool any = false;

	VEC_FOR (const struct candidate, c, &candidates->of)
		any |= !c->err && c->installer.packets.family.n;
	VEC_FOR (const struct bundle, b, &world->of) {
		if (!any || request->goal != GOAL_INSTALL || b->format != FORMAT_PACKETS ||
			!bundle_in_use(b) || is_asked_for(candidates, buf_span(&b->name)))
			continue;
		if (meet(e, candidates, b, out, err) < 0)
			return err_at(err, "%s", b->name.s);
	}
	return 0;
}

void packets_plan_replaced(
	const struct world *world, struct packets_replaced *replaced, struct plan *plan)
{
	VEC_FOR (const struct buf, name, &replaced->names.of) {
		struct plan_item *item = plan_insert(plan, ACTION_REMOVE);

		bundle_set(&item->from, world_current(world, buf_span(name)));
		buf_set(&item->to.name, buf_span(name));
		*vec_push(&item->steps) = (struct step){STEP_UNCONFIGURE, TARGET_OLD};
		*vec_push(&item->steps) = (struct step){STEP_PURGE, TARGET_OLD};
	}
	plan->questions = replaced->questions;
	replaced->questions = FINDINGS_INIT;
}

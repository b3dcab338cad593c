/* Families of Packets' packages. */
#include "engine/packets_family.h"

#include <string.h>

#include "engine/packets.h"

static void tell(struct engine *e, const struct installer *now, const struct installer *was)
{
	bool older = now->packets.serial < was->packets.serial;

	engine_tell(e, older ? WATCH_WARN : WATCH_INFO, buf_span(&now->name),
		"it takes the place of %s, which is of the same family%s (serial %lld, that one %lld)",
		was->name.s, older ? ", and is newer" : "", (long long)now->packets.serial,
		(long long)was->packets.serial);
}

static bool is_asked_for(const struct candidates *candidates, struct span name)
{
	VEC_FOR (const struct candidate, c, &candidates->of)
		if (span_is(buf_span(&c->installer.name), name))
			return true;
	return false;
}

static int meet(struct engine *e, const struct candidates *candidates, const struct bundle *b,
	struct texts *out, struct err *err)
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
		tell(e, &c->installer, &about);
		texts_add(out, buf_span(&b->name));
		break;
	}
	installer_drop(&about);
	if (result == 0 || err->code != ERR_BAD_STATE)
		return result;
	err_clear(err); /* its folder is gone: nobody knows its family */
	return 0;
}

int packets_find_replaced(struct engine *e, const struct request *request,
	const struct world *world, const struct candidates *candidates, struct texts *out,
	struct err *err)
{
	bool any = false;

	VEC_FOR (const struct candidate, c, &candidates->of)
		any |= c->err.code == ERR_NONE && c->installer.packets.family.n;
	VEC_FOR (const struct bundle, b, &world->of) {
		if (!any || request->goal != GOAL_INSTALL || b->format != FORMAT_PACKETS ||
			!bundle_in_use(b) || is_asked_for(candidates, buf_span(&b->name)))
			continue;
		if (meet(e, candidates, b, out, err) < 0)
			return err_at(err, "%s", b->name.s);
	}
	return 0;
}

void packets_plan_replaced(const struct world *world, const struct texts *names, struct plan *plan)
{
	VEC_FOR (const struct buf, name, &names->of) {
		struct plan_item *item = plan_add(plan, ACTION_REMOVE), first;

		bundle_set(&item->from, world_current(world, buf_span(name)));
		buf_set(&item->to.name, buf_span(name));
		*vec_push(&item->steps) = (struct step){STEP_UNCONFIGURE, TARGET_OLD};
		*vec_push(&item->steps) = (struct step){STEP_PURGE, TARGET_OLD};
		first = *item;
		memmove(plan->of.v + 1, plan->of.v, (plan->of.n - 1) * sizeof(first));
		plan->of.v[0] = first;
	}
}

/* From what was asked and what there is to a plan. */
#include "solve/solve.h"

#include <stdlib.h>

#include "model/ordering.h"
#include "solve/twice.h"

void candidate_init(struct candidate *c)
{
	*c = (struct candidate){.id = BUF_INIT,
		.item = BUF_INIT,
		.file = BUF_INIT,
		.repository = BUF_INIT,
		.stage = BUF_INIT,
		.pack_size = -1};
	installer_init(&c->installer);
}

void candidate_drop(struct candidate *c)
{
	installer_drop(&c->installer);
	buf_drop(&c->id);
	buf_drop(&c->item);
	buf_drop(&c->file);
	buf_drop(&c->repository);
	buf_drop(&c->stage);
	free(c->err);
}

void candidates_drop(struct candidates *c)
{
	vec_drop_each(&c->of, candidate_drop);
}

static void add_step(struct plan_item *item, enum step_kind kind, enum step_target target)
{
	*vec_push(&item->steps) = (struct step){kind, target};
}

static void add_prepare(struct plan_item *item)
{
	add_step(item, STEP_EXTRACT, TARGET_NEW);
	if (item->installer.packs.of.n)
		add_step(item, STEP_FETCH, TARGET_NEW);
	add_step(item, STEP_UNPACK, TARGET_NEW);
}

static void set_bundle(struct bundle *to, const struct bundle *from)
{
	bundle_drop(to);
	*to = bundle_dup(from);
}

/* The bundle that the candidate is, or will be. */
static void aim(struct plan_item *item, struct candidate *c, const struct bundle *known)
{
	struct bundle *to = &item->to;

	if (known) {
		set_bundle(to, known);
	} else {
		buf_set(&to->name, buf_span(&c->installer.name));
		buf_set(&to->id, buf_span(&c->id));
		buf_set(&to->version, buf_span(&c->installer.version));
		buf_set(&to->puavo_id, buf_span(&c->installer.puavo_id));
		to->format = c->installer.format;
		to->layout = c->layout;
		to->size = -1;
		to->pack_size = c->pack_size;
	}
	item->cached = c->cached;
	buf_set(&item->file, buf_span(&c->file));
	buf_set(&item->repository, buf_span(&c->repository));
	buf_set(&item->stage, buf_span(&c->stage));
	installer_drop(&item->installer);
	item->installer = c->installer;
	installer_init(&c->installer);
}

static bool is_ready(const struct bundle *b)
{
	return b && (b->state == BUNDLE_PREPARED || b->state == BUNDLE_INSTALLED ||
			    b->state == BUNDLE_BROKEN);
}

static void add_switch(struct plan_item *item, const struct bundle *current)
{
	if (current) {
		set_bundle(&item->from, current);
		add_step(item, STEP_UNCONFIGURE, TARGET_OLD);
	}
	add_step(item, STEP_CONFIGURE, TARGET_NEW);
}

/* Where both have a place in the order. */
static bool is_older(struct span name, struct span a, struct span b)
{
	return ordering_has(name, a) && ordering_has(name, b) && ordering_compare(name, a, b) < 0;
}

static void plan_install(struct plan *plan, struct candidate *c, const struct bundle *known,
	const struct bundle *current, int64_t since)
{
	bool again = known && known == current && !c->damaged;
	bool done = again && since && known->since >= since && known->state == BUNDLE_INSTALLED;
	struct span name = buf_span(&c->installer.name);
	struct span now = current ? buf_span(&current->version) : SPAN("");
	struct plan_item *item;

	if (again) {
		item = plan_add(plan, done ? ACTION_NOTHING : ACTION_AGAIN);
		aim(item, c, known);
		if (!done)
			add_step(item, STEP_CONFIGURE, TARGET_NEW);
		return;
	}
	item = plan_add(plan, ACTION_NEW);
	if (current && known == current)
		item->action = ACTION_AGAIN; /* from the pack on */
	else if (current)
		item->action = is_older(name, buf_span(&c->installer.version), now)
				       ? ACTION_DOWNGRADE
				       : ACTION_UPGRADE;
	aim(item, c, known);
	if (!is_ready(known) || c->damaged)
		add_prepare(item);
	add_switch(item, c->damaged && known == current ? NULL : current);
}

static void plan_prepare(struct plan *plan, struct candidate *c, const struct bundle *known)
{
	bool ready = is_ready(known) && !c->damaged;
	struct plan_item *item = plan_add(plan, ready ? ACTION_NOTHING : ACTION_PREPARE);

	aim(item, c, known);
	if (!ready)
		add_prepare(item);
}

static int plan_download(
	struct plan *plan, struct candidate *c, const struct bundle *known, struct err *err)
{
	struct plan_item *item;
	bool by_rules = false;

	VEC_FOR (const struct pack, pack, &c->installer.packs.of) {
		by_rules |= !pack->url.n;
		if (!sums_is_empty(&pack->sums) || c->installer.luet.image)
			continue;
		err_set(err, ERR_FAILED,
			"its installer states no checksum, and such packs are never cached");
		return err_next(err, "to have it unpacked: fardel prepare %s", c->item.s);
	}
	item = plan_add(plan, ACTION_DOWNLOAD);
	aim(item, c, known);
	if (by_rules)
		add_step(item, STEP_EXTRACT, TARGET_NEW);
	add_step(item, STEP_FETCH, TARGET_NEW);
	return 0;
}

static void plan_extract(struct plan *plan, struct candidate *c, const struct bundle *known)
{
	struct plan_item *item = plan_add(plan, known ? ACTION_NOTHING : ACTION_EXTRACT);

	aim(item, c, known);
	if (!known)
		add_step(item, STEP_EXTRACT, TARGET_NEW);
}

/* One package-id stands for one content: another content under it was made to look like what is
 * known. */
static int check_ids(const struct world *world, const struct candidate *c, struct err *err)
{
	for (size_t i = 0; c->installer.puavo_id.n && i < world->of.n; i++) {
		const struct bundle *b = &world->of.v[i];

		if (!span_is(buf_span(&b->name), buf_span(&c->installer.name)) ||
			!span_is(buf_span(&b->puavo_id), buf_span(&c->installer.puavo_id)) ||
			span_is(buf_span(&b->id), buf_span(&c->id)) || !b->id.n ||
			b->layout == LAYOUT_SYSTEM)
			continue;
		err_set(err, ERR_CONFLICT, "another content has the same package-id %s",
			b->puavo_id.s);
		err_detail(err, "known   %.16s…, this one %.16s…", b->id.s, c->id.s);
		return err_next(err,
			"ask the packager for an installer with an id of its own, or give --force-id");
	}
	return 0;
}

static int plan_candidate(const struct world *world, const struct request *request,
	struct candidate *c, int64_t since, struct plan *plan, struct err *err)
{
	struct span name = buf_span(&c->installer.name);
	const struct bundle *known = world_get(world, name, buf_span(&c->id));
	int twice = twice_check(plan, c, err);

	if (twice)
		return twice < 0 ? -1 : 0;
	if (!request->force_id && check_ids(world, c, err) < 0)
		return -1;
	if (request->offline && request->goal != GOAL_EXTRACT && !c->cached && !is_ready(known)) {
		err_set(err, ERR_OFFLINE, "its pack is not in the cache");
		return -1;
	}
	if (request->goal == GOAL_INSTALL)
		plan_install(plan, c, known, world_current(world, name), since);
	else if (request->goal == GOAL_EXTRACT)
		plan_extract(plan, c, known);
	else if (request->goal == GOAL_PREPARE)
		plan_prepare(plan, c, known);
	else
		return plan_download(plan, c, known, err);
	return 0;
}

/* What each goal of names does to a package; `shown` is the package's bundle, `current` the one
 * in use or NULL. */

static int name_install(struct plan *plan, const struct bundle *shown, const struct bundle *current,
	struct err *err)
{
	struct plan_item *item;

	if (!current && shown->state != BUNDLE_PREPARED)
		return err_set(err, ERR_FAILED, "it is %s: its installer's file is needed",
			bundle_state_name(shown->state));
	item = plan_add(plan, current ? ACTION_AGAIN : ACTION_NEW);
	set_bundle(&item->to, current ? current : shown);
	add_step(item, STEP_CONFIGURE, TARGET_NEW);
	return 0;
}

/* The installation that was asked for comes into use, in the place of another. */
static int plan_exact(const struct world *world, const struct request *request, struct span name,
	struct plan *plan, struct err *err)
{
	const struct bundle *b = world_get(world, name, span_of(request->id));
	const struct bundle *current = world_current(world, name);
	struct plan_item *item;

	if (!b)
		return err_set(err, ERR_NO_PACKAGE, "no such installation");
	if (!is_ready(b))
		return err_set(
			err, ERR_FAILED, "it is %s, not prepared", bundle_state_name(b->state));
	item = plan_add(plan, b == current ? ACTION_AGAIN : current ? ACTION_UPGRADE : ACTION_NEW);
	if (current && is_older(name, buf_span(&b->version), buf_span(&current->version)))
		item->action = ACTION_DOWNGRADE;
	set_bundle(&item->to, b);
	add_switch(item, b == current ? NULL : current);
	return 0;
}

static int name_reconfigure(struct plan *plan, const struct bundle *shown,
	const struct bundle *current, struct err *err)
{
	struct plan_item *item;

	if (!current) {
		err_set(err, ERR_FAILED, "it is %s, not installed",
			bundle_state_name(shown->state));
		return err_next(err, "to take it into use: fardel install %s", shown->name.s);
	}
	item = plan_add(plan, ACTION_RECONFIGURE);
	set_bundle(&item->to, current);
	add_step(item, STEP_CONFIGURE, TARGET_NEW);
	return 0;
}

static int name_repair(struct plan *plan, const struct bundle *shown, const struct bundle *current,
	struct err *err)
{
	size_t before = plan->of.n;

	if (name_reconfigure(plan, shown, current, err) < 0)
		return -1;
	plan->of.v[before].action = ACTION_REPAIR;
	return 0;
}

static int name_unconfigure(struct plan *plan, const struct bundle *shown,
	const struct bundle *current, struct err *err)
{
	struct plan_item *item = plan_add(plan, current ? ACTION_UNCONFIGURE : ACTION_NOTHING);

	(void)err;
	set_bundle(&item->from, current ? current : shown);
	set_bundle(&item->to, &item->from);
	if (current)
		add_step(item, STEP_UNCONFIGURE, TARGET_OLD);
	return 0;
}

static int name_remove(struct plan *plan, const struct bundle *shown, const struct bundle *current,
	struct err *err)
{
	struct plan_item *item = plan_add(plan, ACTION_REMOVE);

	(void)err;
	set_bundle(&item->from, current ? current : shown);
	buf_set(&item->to.name, buf_span(&item->from.name));
	if (current)
		add_step(item, STEP_UNCONFIGURE, TARGET_OLD);
	add_step(item, STEP_PURGE, TARGET_OLD);
	return 0;
}

static int (*const name_goals[GOALS])(
	struct plan *, const struct bundle *shown, const struct bundle *current, struct err *) = {
	[GOAL_INSTALL] = name_install,
	[GOAL_RECONFIGURE] = name_reconfigure,
	[GOAL_UNCONFIGURE] = name_unconfigure,
	[GOAL_REMOVE] = name_remove,
	[GOAL_REPAIR] = name_repair,
};

static bool is_stripped(const struct request *request, const struct bundle *b)
{
	return request->goal == GOAL_REMOVE && request->strip && bundle_is_puavo(b);
}

static int plan_name(const struct world *world, const struct request *request, struct span name,
	struct plan *plan, struct err *err)
{
	const struct bundle *shown = world_shown(world, name);
	const struct bundle *current = world_current(world, name);
	enum goal goal = request->goal;

	if (!name.n)
		return err_set(err, ERR_USAGE, "an empty name");
	if (twice_is_planned(plan, name))
		return 0;
	if (!shown) {
		err_set(err, ERR_NO_PACKAGE, "no such package");
		if (request->goal <= GOAL_DOWNLOAD)
			err_next(err, "fardel search %.*s, " SOLVE_OR_FILE ": ./%.*s%s or ./%.*s%s",
				SPAN_ARG(name), SPAN_ARG(name), installer_suffix(1), SPAN_ARG(name),
				installer_suffix(FORMAT_PACKETS));
		return -1;
	}
	if (!name_goals[request->goal])
		return err_set(err, ERR_USAGE, "not an installer's file");
	if (request->goal == GOAL_INSTALL && request->id)
		return plan_exact(world, request, name, plan, err);
	if (is_stripped(request, shown))
		goal = GOAL_UNCONFIGURE;
	return name_goals[goal](plan, shown, current, err);
}

/* --all: each name that the goal has something to do for. */
static int plan_all(const struct world *world, const struct request *request, struct plan *plan,
	struct err *err)
{
	for (size_t i = 0; i < world->of.n; i++) {
		struct span name = buf_span(&world->of.v[i].name);

		if (request->goal == GOAL_REMOVE || world_current(world, name))
			if (plan_name(world, request, name, plan, err) < 0)
				return err_at(err, "%.*s", SPAN_ARG(name));
	}
	return 0;
}

static int plan_one(const struct world *world, const struct request *request, struct span item,
	struct candidate *c, int64_t since, struct plan *plan, struct err *err)
{
	if (!c)
		return plan_name(world, request, item, plan, err);
	if (c->err)
		return err_copy(err, c->err);
	return plan_candidate(world, request, c, since, plan, err);
}

/* What cannot be planned has failed; the others go on. */
static void add_failed(struct plan *plan, struct span item, struct err *err)
{
	struct plan_item *failed = plan_add(plan, ACTION_NOTHING);

	failed->result = RESULT_FAILED;
	buf_set(&failed->to.name, item);
	buf_sets(&failed->why, err->text);
	if (plan->failed.code == ERR_NONE) {
		plan->failed = *err;
		err_at(&plan->failed, "%.*s", SPAN_ARG(item));
	}
	err_clear(err);
}

int solve_plan(const struct world *world, const struct request *request,
	struct candidates *candidates, int64_t since, struct plan *plan, struct err *err)
{
	size_t file = 0;

	*plan = PLAN_INIT;
	plan->goal = request->goal;
	if (request->all)
		return plan_all(world, request, plan, err);
	twice_look(request, candidates);
	for (size_t i = 0; i < request->items.of.n; i++) {
		struct span item = buf_span(&request->items.of.v[i]);
		struct candidate *c = NULL;

		if (file < candidates->of.n &&
			span_is(buf_span(&candidates->of.v[file].item), item))
			c = &candidates->of.v[file++];
		if (plan_one(world, request, item, c, since, plan, err) == 0)
			continue;
		if (!request->keep_going)
			return err_at(err, "%.*s", SPAN_ARG(item));
		add_failed(plan, item, err);
	}
	return 0;
}

/* Packages that stay as they are. */
#include "engine/holds.h"

#include <string.h>

#include "base/text.h"
#include "engine/session.h"
#include "store/marks.h"

static void hold_drop(struct hold *h)
{
	buf_drop(&h->name);
	buf_drop(&h->version);
	buf_drop(&h->reason);
	buf_drop(&h->user);
}

void holds_drop(struct holds *h)
{
	vec_drop_each(&h->of, hold_drop);
}

bool holds_has(const struct holds *h, struct span name)
{
	VEC_FOR (const struct hold, one, &h->of)
		if (span_is(buf_span(&one->name), name))
			return true;
	return false;
}

static struct hold *add(struct holds *out, const struct mark_hold *mark, const struct world *world)
{
	struct hold *h = vec_push(&out->of);
	const struct bundle *b = world_current(world, buf_span(&mark->name));

	*h = (struct hold){.name = buf_dup(&mark->name),
		.version = BUF_INIT,
		.since = mark->since,
		.until = mark->until,
		.reason = buf_dup(&mark->reason),
		.user = BUF_INIT};
	if (b)
		buf_set(&h->version, buf_span(&b->version));
	engine_user(mark->user, &h->user);
	return h;
}

int engine_holds(struct engine *e, struct holds *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(mark_holds) marks = {0};

	if (mark_holds(&e->db, engine_now(), &marks, err) < 0)
		return -1;
	/* Nearly always there are none, and who asks is to print a list quickly. */
	if (marks.of.n && engine_world(e, &world, err) < 0)
		return -1;
	VEC_FOR (const struct mark_hold, mark, &marks.of)
		add(out, mark, &world);
	return 0;
}

static const struct mark_hold *find(const struct mark_holds *marks, struct span name)
{
	VEC_FOR (const struct mark_hold, mark, &marks->of)
		if (span_is(buf_span(&mark->name), name))
			return mark;
	return NULL;
}

/* What is held can be known no more, as after a removal by other means. */
static int check_name(const struct world *world, const struct mark_hold *was, bool held,
	struct span name, struct err *err)
{
	if (world_current(world, name) || (was && !held))
		return 0;
	if (world_first(world, name))
		err_set(err, ERR_NO_PACKAGE, "%.*s: it is not installed", SPAN_ARG(name));
	else
		err_set(err, ERR_NO_PACKAGE, "%.*s: no such package", SPAN_ARG(name));
	return -1;
}

static bool is_same(const struct mark_hold *a, const struct mark_hold *b)
{
	return a->until == b->until && span_is(buf_span(&a->reason), buf_span(&b->reason));
}

static int change(struct engine *e, const struct hold_order *order, const struct mark_hold *mark,
	bool changed, struct err *err)
{
	if (!changed || order->dry_run)
		return 0;
	if (order->held)
		return mark_hold(&e->db, mark, err);
	return mark_unhold(&e->db, buf_span(&mark->name), err) < 0 ? -1 : 0;
}

static int hold_one(struct engine *e, const struct hold_order *order, const struct world *world,
	const struct mark_holds *marks, const char *name, struct holds *out, struct err *err)
{
	const struct mark_hold *was = find(marks, span_of(name));
	struct mark_hold mark = {.name = buf_of(name),
		.since = was ? was->since : engine_now(),
		.until = order->until,
		.reason = buf_of(order->reason ? order->reason : ""),
		.user = e->user};
	bool changed = order->held ? !was || !is_same(was, &mark) : was != NULL;
	int done = check_name(world, was, order->held, span_of(name), err);

	if (done == 0)
		done = change(e, order, &mark, changed, err);
	if (done == 0)
		add(out, changed || !was ? &mark : was, world)->changed = changed;
	buf_drop(&mark.name);
	buf_drop(&mark.reason);
	return done;
}

static int hold_all(
	struct engine *e, const struct hold_order *order, struct holds *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(mark_holds) marks = {0};

	if (mark_holds(&e->db, engine_now(), &marks, err) < 0 || engine_world(e, &world, err) < 0)
		return -1;
	for (size_t i = 0; i < order->count; i++)
		if (hold_one(e, order, &world, &marks, order->names[i], out, err) < 0)
			return -1;
	return 0;
}

int engine_hold(
	struct engine *e, const struct hold_order *order, struct holds *out, struct err *err)
{
	if (order->until && order->until <= engine_now())
		return err_set(err, ERR_USAGE, "that time is over: nothing would be held");
	if (order->dry_run)
		return hold_all(e, order, out, err);
	if (db_begin(&e->db, err) < 0)
		return -1;
	if (hold_all(e, order, out, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	return db_commit(&e->db, err);
}

/* Whether another content, or none, would be in use afterwards. */
static bool is_changed(const struct plan_item *item)
{
	if (item->result == RESULT_FAILED || !item->from.name.n)
		return false;
	switch (item->action) {
	case ACTION_UPGRADE:
	case ACTION_DOWNGRADE:
	case ACTION_UNCONFIGURE:
	case ACTION_REMOVE:
	case ACTION_UNDO: return true;
	case ACTION_NEW:
	case ACTION_AGAIN:
	case ACTION_PREPARE:
	case ACTION_DOWNLOAD:
	case ACTION_EXTRACT:
	case ACTION_RECONFIGURE:
	case ACTION_REPAIR:
	case ACTION_NOTHING:
	case ACTIONS: break;
	}
	return false;
}

static int refuse(const struct plan_item *item, const struct mark_hold *mark, struct err *err)
{
	AUTO(buf) until = BUF_INIT;

	text_time_local(&until, mark->until);
	err_set(err, ERR_CONFLICT, "it is held");
	if (item->from.version.n)
		err_detail(err, "it stays at %s%s%s", item->from.version.s,
			mark->until ? " until " : "", mark->until ? until.s : "");
	if (mark->reason.n)
		err_detail(err, "the reason: %s", mark->reason.s);
	return err_next(err, "fardel unhold %s", item->from.name.s);
}

int holds_check(struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	AUTO(mark_holds) marks = {0};

	if (mark_holds(&e->db, engine_now(), &marks, err) < 0)
		return -1;
	for (size_t i = 0; marks.of.n && i < plan->of.n; i++) {
		struct plan_item *item = &plan->of.v[i];
		const struct mark_hold *mark = find(&marks, buf_span(&item->from.name));

		if (!mark || !is_changed(item))
			continue;
		refuse(item, mark, err);
		if (!request->keep_going)
			return err_at(err, "%s", item->from.name.s);
		plan_give_up(plan, item, err);
	}
	return 0;
}

/* "editor is held", "editor 2.1 is held": as the solver says it. */
static bool is_spoken_of(const struct err *err, const struct bundle *b)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) both = BUF_INIT;

	buf_addf(&name, "%s is held", b->name.s);
	buf_addf(&both, "%s %s is held", b->name.s, b->version.s);
	return strstr(err->text, name.s) || strstr(err->detail, name.s) ||
	       strstr(err->detail, both.s);
}

void holds_explain(struct engine *e, const struct world *world, struct err *err)
{
	AUTO(mark_holds) all = {0};
	struct err ignored = ERR_INIT;

	if (err->code != ERR_CONFLICT || mark_holds(&e->db, engine_now(), &all, &ignored) < 0)
		return;
	VEC_FOR (const struct mark_hold, mark, &all.of) {
		const struct bundle *b = world_current(world, buf_span(&mark->name));
		AUTO(buf) until = BUF_INIT;

		if (!b || !is_spoken_of(err, b) || (!mark->until && !mark->reason.n))
			continue;
		if (mark->until) {
			buf_adds(&until, " until ");
			text_time_local(&until, mark->until);
		}
		err_detail(err, "%s is held%s%s%s", mark->name.s, until.s,
			mark->reason.n ? ", the reason: " : "", mark->reason.s);
	}
}

/* verify --repair: what differs is made again. */
#include "engine/engine.h"
#include "engine/session.h"
#include "store/installation.h"

/* Not the installation itself, nor the list of what was made: its paths. */
static bool is_path(const struct verify_finding *f)
{
	return !span_starts(buf_span(&f->path), PLACE_STATE "/");
}

static bool has_name(const struct texts *names, struct span name)
{
	for (size_t i = 0; i < names->of.n; i++)
		if (span_is(buf_span(&names->of.v[i]), name))
			return true;
	return false;
}

/* The packages of which something can be made again. */
static void list_names(const struct verified *found, struct texts *out)
{
	VEC_FOR (const struct verify_finding, f, &found->of)
		if (is_path(f) && !has_name(out, buf_span(&f->package)))
			texts_add(out, buf_span(&f->package));
}

static bool is_found(const struct verified *all, const struct verify_finding *f)
{
	VEC_FOR (const struct verify_finding, other, &all->of)
		if (span_is(buf_span(&other->package), buf_span(&f->package)) &&
			span_is(buf_span(&other->path), buf_span(&f->path)))
			return true;
	return false;
}

static void add_reason(struct verify_finding *f, const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->why.n && span_is(buf_span(&item->to.name), buf_span(&f->package)))
			buf_set(&f->why, buf_span(&item->why));
	if (f->why.n)
		return;
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (has_name(&item->left, buf_span(&f->path)))
			buf_sets(&f->why, "it is protected (config protect), and stays as it is");
	if (f->why.n)
		return;
	if (f->wanted == NODE_FILE)
		buf_sets(&f->why, "its rules do not make it as it was");
	else
		buf_sets(&f->why, "it cannot be made as it was");
}

static void settle(struct verified *out, const struct verified *again, const struct plan *plan)
{
	VEC_FOR (struct verify_finding, f, &out->of) {
		f->done = !is_found(again, f);
		if (!f->done && is_path(f))
			add_reason(f, plan);
	}
}

/* What failed is told with what it was about, as findings that stay; but not that all ended before its end (some were not begun), or that the state
 * could not be written: the next command takes that back, however it looks now. */
static int make_again(
	struct engine *e, const struct texts *names, bool yes, struct plan *plan, struct err *err)
{
	struct request request = {.goal = GOAL_REPAIR, .yes = yes, .keep_going = true};
	int result;

	for (size_t i = 0; i < names->of.n; i++)
		texts_add(&request.items, buf_span(&names->of.v[i]));
	result = engine_run(e, &request, plan, err);
	request_drop(&request);
	if (result == 0 || plan->of.n == 0 || err->code == ERR_SIGNAL ||
		plan_count(plan, RESULT_OPEN) || plan_count(plan, RESULT_SKIPPED))
		return result;
	err_clear(err);
	return 0;
}

static int repair(struct engine *e, const struct texts *names, bool yes, struct verified *out,
	struct err *err)
{
	AUTO(verified) again = {0};
	AUTO(plan) plan = PLAN_INIT;

	if (make_again(e, names, yes, &plan, err) < 0 || engine_verify(e, names, &again, err) < 0)
		return -1;
	settle(out, &again, &plan);
	return 0;
}

int engine_repair(struct engine *e, const struct texts *names, bool yes, struct verified *out,
	struct err *err)
{
	AUTO(texts) broken = {0};

	if (engine_verify(e, names, out, err) < 0)
		return -1;
	list_names(out, &broken);
	return broken.of.n ? repair(e, &broken, yes, out, err) : 0;
}

/* Plans as values. */
#include "model/plan.h"

#include <string.h>

static const struct {
	const char *name;
	const char *past;
} actions[ACTIONS] = {
	[ACTION_NEW] = {"new", "installed"},
	[ACTION_UPGRADE] = {"upgrade", "upgraded"},
	[ACTION_DOWNGRADE] = {"downgrade", "downgraded"},
	[ACTION_AGAIN] = {"again", "configured again"},
	[ACTION_PREPARE] = {"prepare", "prepared"},
	[ACTION_DOWNLOAD] = {"download", "downloaded"},
	[ACTION_EXTRACT] = {"extract", "extracted"},
	[ACTION_RECONFIGURE] = {"reconfigure", "reconfigured"},
	[ACTION_UNCONFIGURE] = {"unconfigure", "unconfigured"},
	[ACTION_REMOVE] = {"remove", "removed"},
	[ACTION_UNDO] = {"undo", "taken back"},
	[ACTION_REPAIR] = {"repair", "repaired"},
	[ACTION_NOTHING] = {"nothing", "already as wanted"},
};

static const char *const results[RESULTS] = {
	[RESULT_OPEN] = "open",
	[RESULT_DONE] = "done",
	[RESULT_FAILED] = "failed",
	[RESULT_BACK] = "rolled-back",
	[RESULT_SKIPPED] = "skipped",
};

const char *plan_action_name(enum plan_action action)
{
	return actions[action].name;
}

const char *plan_action_past(enum plan_action action)
{
	return actions[action].past;
}

const char *plan_result_name(enum plan_result result)
{
	return results[result];
}

void plan_item_init(struct plan_item *item)
{
	*item = (struct plan_item){.file = BUF_INIT,
		.repository = BUF_INIT,
		.stage = BUF_INIT,
		.why = BUF_INIT,
		.more = BUF_INIT};
	bundle_init(&item->to);
	bundle_init(&item->from);
	installer_init(&item->installer);
}

void plan_item_drop(struct plan_item *item)
{
	bundle_drop(&item->to);
	bundle_drop(&item->from);
	installer_drop(&item->installer);
	buf_drop(&item->file);
	buf_drop(&item->repository);
	vec_drop(&item->steps);
	buf_drop(&item->stage);
	buf_drop(&item->why);
	buf_drop(&item->more);
	texts_drop(&item->left);
	relations_drop(&item->debian);
	plan_item_init(item);
}

void plan_drop(struct plan *p)
{
	findings_drop(&p->questions);
	texts_drop(&p->notes);
	texts_drop(&p->debian);
	vec_drop_each(&p->of, plan_item_drop);
	*p = PLAN_INIT;
}

struct plan_item *plan_add(struct plan *p, enum plan_action action)
{
	struct plan_item *item = vec_push(&p->of);

	plan_item_init(item);
	item->action = action;
	return item;
}

struct plan_item *plan_insert(struct plan *p, enum plan_action action)
{
	struct plan_item item = *plan_add(p, action);

	memmove(p->of.v + 1, p->of.v, (p->of.n - 1) * sizeof(item));
	p->of.v[0] = item;
	return &p->of.v[0];
}

void plan_give_up(struct plan *p, struct plan_item *item, struct err *err)
{
	item->result = RESULT_FAILED;
	vec_drop(&item->steps);
	buf_sets(&item->why, err->text);
	buf_sets(&item->more, err->detail);
	if (p->failed.code == ERR_NONE) {
		p->failed = *err;
		err_at(&p->failed, "%s", item->to.name.s);
	}
	err_clear(err);
}

size_t plan_count(const struct plan *p, enum plan_result result)
{
	size_t count = 0;

	VEC_FOR (const struct plan_item, item, &p->of)
		count += item->result == result;
	return count;
}

bool plan_is_empty(const struct plan *p)
{
	VEC_FOR (const struct plan_item, item, &p->of)
		if (item->action != ACTION_NOTHING)
			return false;
	return true;
}

void request_drop(struct request *r)
{
	texts_drop(&r->items);
	texts_drop(&r->allowed);
	texts_drop(&r->licences);
}

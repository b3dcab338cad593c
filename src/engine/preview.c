/* What a plan would do, found out by doing it over a stage. */
#include "engine/debian.h"
#include "engine/differ.h"
#include "engine/licence.h"
#include "engine/moves.h"
#include "engine/needs.h"
#include "engine/prepare.h"
#include "engine/session.h"
#include "engine/staged.h"
#include "engine/staged_parts.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/process.h"
#include "sys/signals.h"

#define DIFFS_MAX 200

static void diff_drop(struct preview_diff *d)
{
	buf_drop(&d->path);
	buf_drop(&d->hunks);
}

static void preview_drop(struct preview *p)
{
	plan_item_drop(&p->item);
	buf_drop(&p->folder);
	changes_drop(&p->changes);
	effects_drop(&p->effects);
	findings_drop(&p->findings);
	texts_drop(&p->left);
	vec_drop_each(&p->diffs, diff_drop);
}

void previews_drop(struct previews *p)
{
	vec_drop_each(&p->of, preview_drop);
}

static int add_diff(struct engine *e, struct stage *s, const struct change *c, struct preview *p,
	struct err *err)
{
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;
	struct preview_diff *d = vec_push(&p->diffs);
	int there;

	*d = (struct preview_diff){buf_dup(&c->path), BUF_INIT};
	there = stage_content(s, c, DIFFER_TEXT_MAX, &before, &after, err);
	if (there <= 0)
		return there;
	return differ_texts(e, buf_span(&before), buf_span(&after), &d->hunks, err);
}

/* What not everybody may read, as /etc/shadow, is not spread by a diff. */
static bool is_private(const struct change *c)
{
	return (c->before.type == NODE_FILE && !(c->before.mode & 0004)) ||
	       (c->after.type == NODE_FILE && !(c->after.mode & 0004));
}

/* Of files whose content is another one; not of those in the package's own folder. */
static int add_diffs(struct engine *e, struct stage *s, struct preview *p, struct err *err)
{
	VEC_FOR (const struct change, c, &p->changes.of) {
		bool file = c->before.type == NODE_FILE || c->after.type == NODE_FILE;

		if (!file || c->own || change_kind(c) == CHANGE_ATTRIBUTES ||
			p->diffs.n == DIFFS_MAX)
			continue;
		if (signals_check(err) < 0)
			return -1;
		if (is_private(c)) {
			*vec_push(&p->diffs) = (struct preview_diff){buf_dup(&c->path), BUF_INIT};
			continue;
		}
		if (add_diff(e, s, c, p, err) < 0)
			return err_at(err, "%s", c->path.s);
	}
	return 0;
}

static void take(struct preview *p, struct staged *s)
{
	p->changes = s->now.changes;
	p->effects = s->now.effects;
	p->findings = s->findings;
	p->left = s->left;
	s->now.changes = CHANGES_INIT;
	s->now.effects = EFFECTS_INIT;
	s->findings = FINDINGS_INIT;
	s->left = (struct texts){0};
}

/* What is found of it, but for files that move from one of them to another. */
static int find(struct staged *s, struct moves *moves, size_t self, struct err *err)
{
	bool none;

	for (;;) {
		int next;

		if (staged_run(s, &none, err) < 0)
			return -1;
		next = moves_keep(moves, self, s, err);
		if (next == MOVES_NOTHING)
			next = staged_inspect(s, err) < 0 ? -1 : moves_take(moves, self, s, err);
		if (next == MOVES_AGAIN)
			continue;
		staged_tell_kept(s);
		return next < 0 ? -1 : 0;
	}
}

static int preview_one(struct engine *e, struct preview *p, struct moves *moves, size_t self,
	const struct request *request, struct err *err)
{
	AUTO(staged) s;
	const struct bundle *b;
	int result;

	staged_init(&s, e, &p->item, request);
	b = staged_subject(&s);
	if (!b)
		return 0;
	installation_path(&e->place, b, &p->folder);
	result = needs_preview(&s, err) < 0 || find(&s, moves, self, err) < 0 ||
				 needs_inspect(&s, &s.findings, err) < 0
			 ? -1
			 : 0;
	findings_sort(&s.findings);
	if (result == 0) {
		take(p, &s);
		if (request->diffs)
			result = add_diffs(e, &s.stage, p, err);
	}
	return result < 0 ? err_at(err, "%s", b->name.s) : 0;
}

static void take_items(struct plan *plan, struct previews *out)
{
	VEC_FOR (struct plan_item, item, &plan->of) {
		*vec_push(&out->of) =
			(struct preview){.item = *item, .folder = BUF_INIT, .err = ERR_INIT};
		plan_item_init(item);
	}
}

/* Where all failed, the first one's error is the whole's: `early`, if that was before the stage. */
static int judge(const struct previews *all, const struct err *early, struct err *err)
{
	const struct err *first = early->code == ERR_NONE ? NULL : early;
	size_t failed = 0;

	VEC_FOR (const struct preview, p, &all->of) {
		if (p->err.code == ERR_NONE)
			continue;
		failed++;
		first = first ? first : &p->err;
	}
	if (!failed)
		return 0;
	if (failed == all->of.n)
		return err_copy(err, first);
	return err_set(err, ERR_PARTIAL, "%zu of %zu packages failed", failed, all->of.n);
}

static int preview_each(struct engine *e, const struct request *request, struct previews *all,
	const struct err *early, struct err *err)
{
	AUTO(moves) moves = {e, request, {0}};

	VEC_FOR (struct preview, p, &all->of)
		moves_add(&moves, &p->item);
	if (moves_look_at_trees(&moves, err) < 0)
		return -1;
	VEC_FOR (struct preview, p, &all->of) {
		size_t self = (size_t)(p - all->of.v);

		if (p->item.result == RESULT_FAILED)
			err_set(&p->err, ERR_FAILED, "%s", p->item.why.s);
		else if (preview_one(e, p, &moves, self, request, &p->err) < 0 &&
			 (!request->keep_going || p->err.code == ERR_SIGNAL))
			return err_copy(err, &p->err);
	}
	return judge(all, early, err);
}

static int prepare_and_preview(struct engine *e, const struct request *request, struct plan *plan,
	struct previews *out, struct err *err)
{
	struct err failed = plan->failed;
	int result = prepare_try(e, plan, request, &failed, err);

	process_end_orphans();
	if (result < 0)
		return -1;
	take_items(plan, out);
	result = preview_each(e, request, out, &failed, err);
	for (size_t i = 0; i < out->of.n; i++)
		prepare_untry(e, &out->of.v[i].item);
	return result;
}

int engine_preview(
	struct engine *e, const struct request *request, struct previews *out, struct err *err)
{
	struct plan plan = PLAN_INIT;
	struct err ignored = ERR_INIT;
	int result;

	e->offline = request->offline;
	*out = (struct previews){0};
	result = engine_plan(e, request, &plan, err) < 0 || debian_refuse(&plan, err) < 0 ||
				 licence_check(e, request, &plan, err) < 0 ||
				 stage_mark(&e->place, err) < 0 ||
				 prepare_and_preview(e, request, &plan, out, err) < 0
			 ? -1
			 : 0;
	if (stage_clear(&e->place, &ignored) < 0)
		engine_tell(e, WATCH_DEBUG, SPAN(""), "%s", ignored.text);
	plan_drop(&plan);
	return result < 0 ? err_at(err, "preview") : 0;
}

/* Act one: extract, fetch, unpack, several packages side by side. */
#include "engine/prepare.h"

#include <string.h>
#include <unistd.h>

#include "engine/site.h"
#include "engine/switch.h"
#include "store/installation.h"

#define JOBS_MAX 32

struct sites {
	VEC(struct site) of;
};

static void sites_drop(struct sites *sites)
{
	vec_drop_each(&sites->of, site_drop);
}

static void tell_step(struct site *s, enum watch_kind kind, int failed)
{
	struct event event = {.kind = kind,
		.package = buf_span(&s->item->to.name),
		.text = span_of(step_rows[s->item->steps.v[s->at].kind].name),
		.done = failed};

	engine_event(s->e, &event);
}

static bool is_prepare(const struct site *s)
{
	return s->at < s->item->steps.n && site_steps[s->item->steps.v[s->at].kind].begin;
}

static void settle_step(struct site *s, int result)
{
	if (result == 1)
		return;
	s->task = NULL;
	tell_step(s, WATCH_STEP_END, result);
	if (result == 0)
		s->at++;
	if (result < 0 || !is_prepare(s))
		site_end(s);
}

static size_t jobs_of(const struct engine *e, enum step_kind kind)
{
	int64_t jobs = kind == STEP_FETCH ? e->config.fetch_jobs : e->config.prepare_jobs;

	if (jobs <= 0)
		jobs = sysconf(_SC_NPROCESSORS_ONLN);
	return jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : (size_t)jobs;
}

static bool has_slot(const struct sites *sites, const struct engine *e, enum step_kind kind)
{
	size_t busy = 0;

	VEC_FOR (struct site, s, &sites->of)
		busy += s->task && s->item->steps.v[s->at].kind == kind;
	return busy < jobs_of(e, kind);
}

/* Begins what can begin; gives the count of running tasks. */
static size_t begin_steps(
	struct sites *sites, struct engine *e, bool keep_going, struct task **tasks)
{
	size_t n = 0;

	VEC_FOR (struct site, s, &sites->of) {
		while (!s->ended && !s->task && is_prepare(s) &&
			has_slot(sites, e, s->item->steps.v[s->at].kind)) {
			tell_step(s, WATCH_STEP, 0);
			settle_step(s, site_steps[s->item->steps.v[s->at].kind].begin(s, &s->err));
		}
		if (s->err.code != ERR_NONE && (!keep_going || s->err.code == ERR_SIGNAL))
			return 0;
		if (s->task)
			tasks[n++] = s->task;
	}
	return n;
}

static void end_steps(struct sites *sites)
{
	VEC_FOR (struct site, s, &sites->of)
		if (s->task && !s->task->running)
			settle_step(s, site_steps[s->item->steps.v[s->at].kind].end(s, &s->err));
}

/* The first that failed so that all must end; NULL if none. */
static struct site *fatal(struct sites *sites, bool keep_going)
{
	VEC_FOR (struct site, s, &sites->of)
		if (s->err.code != ERR_NONE && (!keep_going || s->err.code == ERR_SIGNAL))
			return s;
	return NULL;
}

static int run_sites(struct sites *sites, struct engine *e, bool keep_going, struct err *err)
{
	struct task *tasks[2 * JOBS_MAX];
	size_t n;

	while (!fatal(sites, keep_going) && (n = begin_steps(sites, e, keep_going, tasks)) > 0) {
		if (loop_wait(tasks, n, err) < 0)
			return -1;
		end_steps(sites);
	}
	return 0;
}

static void make_sites(struct engine *e, struct plan *plan, struct sites *sites)
{
	AUTO(buf) stage = BUF_INIT;

	for (size_t i = 0; i < plan->of.n; i++) {
		if (!plan->of.v[i].steps.n || !site_steps[plan->of.v[i].steps.v[0].kind].begin)
			continue;
		buf_setf(&stage, "%lld.%zu", (long long)plan->transaction, i);
		site_init(vec_push(&sites->of), e, &plan->of.v[i], stage.s);
	}
}

static void mark(struct site *s, struct err *failed)
{
	s->item->result = RESULT_FAILED;
	buf_sets(&s->item->why, s->err.text);
	buf_sets(&s->item->more, s->err.detail);
	if (failed->code == ERR_NONE) {
		err_copy(failed, &s->err);
		err_at(failed, "%s", s->item->to.name.s);
	}
}

/* What is to be configured at once gets its row by that (turn_take_up): so nobody hears of it before the commit has waited for the disk, once
 * for both. In puavo's layout what stands there is found without a row. */
static bool comes_later(const struct site *s, const struct plan *plan, struct journal *journal)
{
	return plan->goal == GOAL_INSTALL && s->item->to.layout == LAYOUT_FARDEL &&
	       !s->item->to.row &&
	       journal_get(journal, (size_t)(s->item - plan->of.v), STEP_CONFIGURE);
}

/* What was prepared becomes true: rows and the journal's steps. */
static int record(struct engine *e, struct site *s, const struct plan *plan,
	struct journal *journal, struct err *err)
{
	size_t index = (size_t)(s->item - plan->of.v);

	for (size_t i = 0; i < s->at; i++)
		if (journal_set(&e->db, journal_get(journal, index, s->item->steps.v[i].kind),
			    STATUS_DONE, err) < 0)
			return -1;
	if (!s->published)
		return 0;
	/* What was lost is there again: nothing else has changed. */
	if (s->ready)
		return db_set_size(&e->db, s->item->to.row, s->item->to.size, err);
	s->item->to.since = engine_now();
	if (comes_later(s, plan, journal))
		return 0;
	if (db_put_bundle(&e->db, &s->item->to, err) < 0)
		return -1;
	return switch_link(e, buf_span(&s->item->to.name), err);
}

static int commit(struct engine *e, struct sites *sites, struct plan *plan, struct journal *journal,
	struct err *err)
{
	/* The switch begins with a commit of its own; until then there is nothing to lose. */
	bool lazily = plan->goal == GOAL_INSTALL, later = true;

	if ((lazily ? db_begin_lazily(&e->db, err) : db_begin(&e->db, err)) < 0)
		return -1;
	VEC_FOR (struct site, s, &sites->of) {
		later &= !s->published || comes_later(s, plan, journal);
		if (record(e, s, plan, journal, err) < 0) {
			db_abandon(&e->db);
			return -1;
		}
	}
	if (!later && place_sync_packages(&e->place, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	return db_commit(&e->db, err);
}

/* Those that are in place but not in state.db go again. What was there before stays, mended: true where there is such. */
static bool take_back(struct engine *e, struct sites *sites)
{
	struct err ignored = ERR_INIT;
	bool mended = false;

	VEC_FOR (struct site, s, &sites->of) {
		mended |= s->published && s->ready;
		if (!s->published || s->ready)
			continue;
		s->item->to.row = 0;
		if (installation_purge(&e->place, &s->item->to, &ignored) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&s->item->to.name), "%s", ignored.text);
		if (switch_publish(e, buf_span(&s->item->to.name), &ignored) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&s->item->to.name), "%s", ignored.text);
	}
	return mended;
}

static int run_all(struct engine *e, struct sites *sites, struct plan *plan,
	struct journal *journal, const struct request *request, struct err *failed, struct err *err)
{
	if (run_sites(sites, e, request->keep_going, err) < 0)
		return -1;
	VEC_FOR (struct site, s, &sites->of)
		if (s->err.code != ERR_NONE)
			mark(s, failed);
	if (fatal(sites, request->keep_going))
		return err_copy(err, failed);
	return commit(e, sites, plan, journal, err);
}

static bool is_fresh(const struct plan_item *item)
{
	return item->steps.n && site_steps[item->steps.v[0].kind].begin && !item->to.row;
}

void prepare_untry(struct engine *e, const struct plan_item *item)
{
	struct span name = buf_span(&item->to.name);
	struct err ignored = ERR_INIT;

	if (is_fresh(item) && installation_purge(&e->place, &item->to, &ignored) < 0)
		engine_tell(e, WATCH_WARN, name, "%s", ignored.text);
}

/* To be tried it would have to be unpacked in its place, and be taken out of there again. */
static void refuse_extracted(struct site *s)
{
	err_set(&s->err, ERR_FAILED, "of it only its installer's files are there");
	err_next(&s->err, "unpack it first: fardel prepare %s", s->item->file.s);
}

int prepare_try(struct engine *e, struct plan *plan, const struct request *request,
	struct err *failed, struct err *err)
{
	AUTO(sites) sites = {0};

	make_sites(e, plan, &sites);
	/* What is installed already is taken as it is, also where it is damaged. */
	VEC_FOR (struct site, s, &sites.of) {
		s->ended = !is_fresh(s->item);
		if (s->ended && s->item->to.state < BUNDLE_PREPARED)
			refuse_extracted(s);
	}
	if (run_sites(&sites, e, request->keep_going, err) == 0) {
		VEC_FOR (struct site, s, &sites.of)
			if (s->err.code != ERR_NONE)
				mark(s, failed);
		if (!fatal(&sites, request->keep_going))
			return 0;
		err_copy(err, failed);
	}
	VEC_FOR (const struct plan_item, item, &plan->of)
		prepare_untry(e, item);
	return -1;
}

int prepare_all(struct engine *e, struct plan *plan, struct journal *journal,
	const struct request *request, struct err *failed, struct err *err)
{
	AUTO(sites) sites = {0};

	make_sites(e, plan, &sites);
	if (!sites.of.n)
		return 0;
	if (run_all(e, &sites, plan, journal, request, failed, err) == 0)
		return 0;
	err_detail(err,
		take_back(e, &sites)
			? "Lost files of what is installed are there again; nothing else has been changed."
			: "Nothing has been changed.");
	return -1;
}

/* Plans made and carried out: the three acts. */
#include <string.h>
#include <unistd.h>

#include "engine/architecture.h"
#include "engine/choice.h"
#include "engine/choice_image.h"
#include "engine/choice_luet.h"
#include "engine/clean.h"
#include "engine/commit.h"
#include "engine/engine.h"
#include "engine/image.h"
#include "engine/installer_file.h"
#include "engine/licence.h"
#include "engine/origin.h"
#include "engine/packets_family.h"
#include "engine/packets_move.h"
#include "engine/plan_fetch.h"
#include "engine/prepare.h"
#include "engine/puavo.h"
#include "engine/relations.h"
#include "engine/session.h"
#include "engine/switch.h"
#include "engine/transaction.h"
#include "engine/undo.h"
#include "model/luet_argument.h"
#include "solve/solve.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/process.h"
#include "sys/signals.h"

static const char *const goal_names[GOALS] = {"install", "prepare", "download", "extract",
	"reconfigure", "unconfigure", "remove", "undo", "repair"};

/* As the command is called that asks for it. */
static const char *name_of(const struct request *r)
{
	static const char *const wishes[WISHES] = {[WISH_UPGRADE] = "upgrade",
		[WISH_AGAIN] = "reinstall",
		[WISH_SWITCH] = "switch",
		[WISH_AUTOREMOVE] = "autoremove"};

	return wishes[r->wish] ? wishes[r->wish] : goal_names[r->goal];
}

/* Whether it is a package of luet's, whatever there is in the current folder: what somebody has put there is not what is meant. */
static bool is_luets(const char *argument)
{
	AUTO(buf) name = BUF_INIT;

	return luet_argument_read(span_of(argument), &name);
}

bool engine_is_file(const char *argument)
{
	if (installer_is_file(span_of(argument)))
		return true;
	return strchr(argument, '/') && !is_luets(argument);
}

/* With the lock held an installer is extracted at once, into the stage, where it is rubbish until the plan takes it up; else
 * it is only looked at. */
static int read_installer(struct engine *e, int fd, const char *path, struct candidate *c,
	bool extract, struct looked *l, struct err *err)
{
	AUTO_FD dir = -1;

	if (!extract)
		return installer_look(e, fd, path, l, err);
	dir = stage_make(&e->place, c->stage.s, err);
	return dir < 0 ? -1 : installer_extract(e, fd, path, dir, l, err);
}

/* Whether all its packs are in the cache, and how long they are together. */
static int find_packs(struct engine *e, struct candidate *c, struct err *err)
{
	c->cached = true;
	c->pack_size = 0;
	VEC_FOR (const struct pack, pack, &c->installer.packs.of) {
		struct digest sha256;
		int64_t size = pack->size;
		int cached = cache_find(&e->cache, &pack->sums, &sha256, &size, err);

		if (cached < 0)
			return -1;
		c->cached &= cached == 1;
		c->pack_size = size < 0 || c->pack_size < 0 ? -1 : c->pack_size + size;
	}
	return 0;
}

static int look(struct engine *e, int fd, const char *path, struct candidate *c, bool extract,
	struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};

	installer_init(&l.installer);
	if (fd < 0 || read_installer(e, fd, path, c, extract, &l, err) < 0)
		return -1;
	c->installer = l.installer;
	installer_init(&l.installer);
	buf_set(&c->id, buf_span(&l.id));
	c->size = l.size;
	return architecture_select(e, &c->installer, err) < 0 ? -1 : find_packs(e, c, err);
}

static int hold(const struct chosen *one, struct candidate *c, struct err *err)
{
	if (choice_hold(one, buf_span(&c->id), buf_span(&c->installer.name),
		    buf_span(&c->installer.version), err) < 0)
		return -1;
	choice_state(one, &c->installer);
	return 0;
}

/* Of what a repository offers, and is not there yet: once it has been fetched its installer is looked into, and is what the index said. */
static int look_at_chosen(struct engine *e, const struct world *world, const struct chosen *one,
	bool extract, struct candidate *c, struct err *err)
{
	AUTO_FD opened = -1;

	if (one->err)
		return err_copy(err, one->err);
	if (one->makes && extract) {
		if (choice_luet_make(e, one, c, err) < 0)
			return -1;
		return find_packs(e, c, err) < 0 ? -1 : hold(one, c, err);
	}
	if (!one->path.n) {
		choice_candidate(one, c);
		if (choice_take_own(e, world, one, c, err) < 0)
			return -1;
		return architecture_select(e, &c->installer, err) < 0 ? -1 : find_packs(e, c, err);
	}
	buf_set(&c->file, buf_span(&one->path));
	if (one->file < 0)
		opened = installer_open(one->path.s, err);
	if (look(e, one->file < 0 ? opened : one->file, one->path.s, c, extract, err) < 0)
		return -1;
	return hold(one, c, err);
}

/* It cannot be used: with keep_going the others are. */
static int give_up(
	const struct request *request, struct candidate *c, const struct err *why, struct err *err)
{
	if (request->keep_going && why->code != ERR_SIGNAL) {
		c->err = err_keep(why);
		return 0;
	}
	err_copy(err, why);
	return err_at(err, "%s", c->item.s);
}

static int add_chosen(struct engine *e, const struct world *world, struct choice *choice,
	bool extract, struct candidates *out, struct err *err)
{
	for (size_t i = 0; i < choice->of.n; i++) {
		const struct chosen *one = &choice->of.v[i];
		struct candidate *c = vec_push(&out->of);
		bool anew = extract && (one->path.n || one->makes);
		struct err why = ERR_INIT;

		candidate_init(c);
		buf_addf(&c->item, "%s=%s", one->offer.name.s, one->offer.version.s);
		buf_set(&c->repository, buf_span(&one->repository));
		texts_add(&choice->request.items, buf_span(&c->item));
		if (anew)
			buf_addf(&c->stage, "out.%zu", i);
		if ((look_at_chosen(e, world, one, anew, c, &why) < 0 ||
			    image_check(e, &c->installer, &why) < 0) &&
			give_up(&choice->request, c, &why, err) < 0)
			return -1;
	}
	return 0;
}

static int look_at_files(
	struct engine *e, const struct request *request, struct candidates *out, struct err *err)
{
	bool extract = e->lock.fd >= 0 && request->goal != GOAL_DOWNLOAD;

	for (size_t i = 0; i < request->items.of.n; i++) {
		const char *item = request->items.of.v[i].s;
		struct candidate *c;
		struct err why = ERR_INIT;
		AUTO_FD fd = -1;

		if (request->goal > GOAL_EXTRACT || !engine_is_file(item))
			continue;
		c = vec_push(&out->of);
		candidate_init(c);
		buf_sets(&c->item, item);
		buf_sets(&c->file, item);
		if (extract)
			buf_setf(&c->stage, "in.%zu", i);
		fd = installer_open(item, &why);
		if ((look(e, fd, item, c, extract, &why) < 0 ||
			    (request->goal != GOAL_DOWNLOAD &&
				    image_check(e, &c->installer, &why) < 0)) &&
			give_up(request, c, &why, err) < 0)
			return -1;
	}
	return 0;
}

/* What is not whole, or has lost its content, is unpacked anew. */
static int find_damage(struct engine *e, const struct bundle *b, bool *damaged, struct err *err)
{
	int whole = installation_is_whole(&e->place, b, err);
	int hollow = whole == 1 ? installation_is_hollow(&e->place, b, err) : 0;

	if (whole < 0 || hollow < 0)
		return err_at(err, "%s", b->name.s);
	*damaged = !whole || hollow;
	return 0;
}

/* Holds what was looked at against what there is. */
static int meet(struct engine *e, const struct request *request, const struct world *world,
	struct candidates *candidates, struct err *err)
{
	VEC_FOR (struct candidate, c, &candidates->of) {
		const struct bundle *b;

		if (c->err)
			continue;
		/* What is offered, and was not fetched, is known here by its id, or is to be new. */
		if (c->file.n && puavo_meet(e, request, world, c, err) < 0)
			return err_at(err, "%s", c->file.s);
		b = world_get(world, buf_span(&c->installer.name), buf_span(&c->id));
		if (b && find_damage(e, b, &c->damaged, err) < 0)
			return -1;
		c->damaged |= request->wish == WISH_AGAIN;
	}
	return 0;
}

/* From what was chosen on, which is asked for by its items. */
static int plan_chosen(struct engine *e, const struct world *world, struct choice *choice,
	struct plan *plan, struct err *err)
{
	AUTO(candidates) candidates = {0};
	AUTO(packets_replaced) replaced = {0};
	const struct request *request = &choice->request;
	bool extract = e->lock.fd >= 0 && request->goal != GOAL_DOWNLOAD;

	if (look_at_files(e, request, &candidates, err) < 0 ||
		(e->lock.fd >= 0 ? choice_fetch(e, world, choice, err)
				 : choice_image_recall(e, choice, err)) < 0 ||
		add_chosen(e, world, choice, extract, &candidates, err) < 0 ||
		meet(e, request, world, &candidates, err) < 0 ||
		packets_find_replaced(e, request, world, &candidates, &replaced, err) < 0 ||
		solve_plan(world, request, &candidates, e->waited_since, plan, err) < 0)
		return -1;
	packets_plan_replaced(world, &replaced, plan);
	return plan_fetch_count(e, plan, err);
}

static int make_plan(struct engine *e, const struct request *asked, struct choice *choice,
	struct plan *plan, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(manifests) installed = {0};

	if (engine_world(e, &world, err) < 0)
		return -1;
	manifests_init(&installed, e, &world);
	if (choice_make(e, asked, &installed, choice, err) < 0 ||
		plan_chosen(e, &world, choice, plan, err) < 0) {
		choice_blame_lack(choice, err);
		return -1;
	}
	choice_plan(&world, asked, choice, plan);
	return relations_check(e, &choice->request, &installed, plan, err);
}

static int plan_of(struct engine *e, const struct request *request, struct choice *choice,
	struct plan *plan, struct err *err)
{
	*plan = PLAN_INIT;
	if (request->goal == GOAL_UNDO)
		return undo_plan(e, request->number, plan, err) < 0 ? err_at(err, "undo") : 0;
	return make_plan(e, request, choice, plan, err) < 0 ? err_at(err, "%s", name_of(request))
							    : 0;
}

int engine_plan(struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	AUTO(choice) choice = CHOICE_INIT;

	return plan_of(e, request, &choice, plan, err);
}

int engine_dry_run(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	packets_tell_moves(e, request);
	return engine_plan(e, request, plan, err);
}

static void skip_open(struct plan *plan)
{
	VEC_FOR (struct plan_item, item, &plan->of)
		if (item->result == RESULT_OPEN)
			item->result = RESULT_SKIPPED;
}

/* Some failed, others are done: 6; the plan's items say which and why. */
static int partial(const struct plan *plan, struct err *err)
{
	size_t bad = plan_count(plan, RESULT_FAILED) + plan_count(plan, RESULT_BACK);
	size_t skipped = plan_count(plan, RESULT_SKIPPED);

	if (skipped)
		return err_set(err, ERR_PARTIAL, "%zu of %zu packages failed, %zu not begun", bad,
			plan->of.n, skipped);
	return err_set(err, ERR_PARTIAL, "%zu of %zu packages failed", bad, plan->of.n);
}

/* What is of no more use goes; only a warning if it cannot. */
static void clean(struct engine *e, const struct plan *plan, const struct request *request,
	struct journal *journal)
{
	struct err ignored = ERR_INIT;

	/* What was asked for by its id may be changed back the same way. */
	VEC_FOR (struct plan_item, item, &plan->of)
		if (plan->goal == GOAL_INSTALL && !request->id && item->result == RESULT_DONE &&
			item->from.name.n &&
			clean_old(e, buf_span(&item->to.name), e->config.gc_keep, journal, NULL,
				&ignored) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&item->to.name), "%s", ignored.text);
}

/* What puavo-pkg leaves of a package that it removed. */
static void strip(struct engine *e, const struct plan *plan, const struct request *request)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		struct err err = ERR_INIT;

		if (!request->strip || item->result != RESULT_DONE ||
			clean_strip(e, &item->from, &err) == 0)
			continue;
		engine_tell(e, WATCH_WARN, buf_span(&item->from.name), "%s", err.text);
		/* The next command does it. */
		if (installation_unsettle(&e->place, &item->from, &err) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&item->from.name), "%s", err.text);
	}
}

static void trim(struct engine *e)
{
	struct err ignored = ERR_INIT;

	if (commit_trim(e, &ignored) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ignored.text);
}

/* *open: the state could not be written; the transaction stays open, and the next command
 * settles it. */
static int three_acts(struct engine *e, const struct request *request, struct plan *plan,
	struct journal *journal, bool *open, struct err *err)
{
	struct err failed = plan->failed;

	int prepared = prepare_all(e, plan, journal, request, &failed, err);

	process_end_orphans();
	if (prepared < 0)
		return -1;
	if (switch_all(e, plan, journal, request, &failed, err) < 0) {
		*open = err->code != ERR_SIGNAL;
		return -1;
	}
	clean(e, plan, request, journal);
	strip(e, plan, request);
	trim(e);
	if (failed.code == ERR_NONE)
		return 0;
	return plan_count(plan, RESULT_DONE) ? partial(plan, err) : err_copy(err, &failed);
}

/* From the intention to its end. */
static int carry_out(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	AUTO(journal) journal = JOURNAL_INIT;
	struct err ending = ERR_INIT;
	bool open = false;
	int result;

	if (plan->of.n == 1)
		nonet_begin(&e->nonet);
	if (journal_open(&e->db, plan, e->command.s, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = stage_mark(&e->place, err);
	if (result == 0)
		result = log_open(&e->place, plan->transaction, false, &e->log, err);
	log_line(&e->log, "transaction %lld: %s", (long long)plan->transaction, e->command.s);
	if (result == 0)
		result = three_acts(e, request, plan, &journal, &open, err);
	nonet_drop(&e->nonet);
	if (result < 0) {
		skip_open(plan);
		err_at(err, "%s", name_of(request));
		if ((err->code == ERR_RULES || err->code == ERR_TIMEOUT ||
			    err->code == ERR_PARTIAL) &&
			!err->next[0])
			err_next(err, "to see all of its output: fardel log %lld",
				(long long)plan->transaction);
	}
	log_line(&e->log, "transaction %lld: %s", (long long)plan->transaction,
		result < 0 ? err->text : "done");
	if (!open && transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	else if (!open)
		puavo_unmark(e, plan);
	return result;
}

/* What is as wanted is done; what could not be planned has failed. */
static int nothing_to_do(struct plan *plan, const char *goal, struct err *err)
{
	VEC_FOR (struct plan_item, item, &plan->of)
		if (item->result == RESULT_OPEN)
			item->result = RESULT_DONE;
	if (plan->failed.code == ERR_NONE)
		return 0;
	if (plan_count(plan, RESULT_DONE))
		partial(plan, err);
	else
		err_copy(err, &plan->failed);
	return err_at(err, "%s", goal);
}

/* What happens beside what was named. */
static int ask_more(
	struct engine *e, const struct request *request, const struct plan *plan, struct err *err)
{
	const struct finding *first = plan->questions.of.v;
	int answer = -1;

	if (!plan->questions.of.n || request->yes)
		return 0;
	if (e->watch && e->watch->ask)
		answer = e->watch->ask(e->watch, span_of(name_of(request)), &plan->questions);
	if (answer > 0)
		return 0;
	if (answer == 0)
		return err_set(err, ERR_NO, "not wanted");
	err_set(err, ERR_INPUT, "%s; nobody is there to say whether it may", first->text.s);
	for (size_t i = 1; i < plan->questions.of.n; i++)
		err_detail(err, "%s", plan->questions.of.v[i].text.s);
	return err_next(err, "--yes says yes, --dry-run shows what would be done");
}

static int plan_and_run(struct engine *e, const struct request *request,
	const struct packets_moves *moves, struct plan *plan, struct err *err)
{
	struct event event = {.kind = WATCH_PLAN, .plan = plan};
	AUTO(choice) choice = CHOICE_INIT;
	struct err marking = ERR_INIT;
	int result;

	if (plan_of(e, request, &choice, plan, err) < 0 ||
		packets_follow(e, moves, request, plan, err) < 0)
		return -1;
	engine_event(e, &event);
	if (ask_more(e, request, plan, err) < 0 || licence_check(e, request, plan, err) < 0)
		return err_at(err, "%s", name_of(request));
	if (plan_is_empty(plan))
		return nothing_to_do(plan, name_of(request), err);
	if (origin_note(e, &choice, plan, err) < 0)
		return err_at(err, "%s", name_of(request));
	result = carry_out(e, request, plan, err);
	if (choice_mark(e, &choice, plan, &marking) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "who came for whose sake is not noted: %s",
			marking.text);
	return result;
}

static int move_one(struct engine *e, bool force, struct packets_move *m, struct err *err)
{
	const struct packets_moves none = {0};
	struct request request = {.goal = GOAL_RECONFIGURE, .yes = true, .force = force};
	struct plan plan = PLAN_INIT;
	int result;

	texts_add(&request.items, buf_span(&m->name));
	result = plan_and_run(e, &request, &none, &plan, err);
	if (result == 0 && plan.transaction)
		engine_tell(e, WATCH_INFO, buf_span(&m->name),
			"its files have moved. Take it back with: fardel undo %lld",
			(long long)plan.transaction);
	if (result < 0 && packets_move_failed(m, &plan, err)) {
		err_clear(err);
		result = 0;
	}
	plan_drop(&plan);
	request_drop(&request);
	return result;
}

/* Packages of Packets whose dataDir has changed are moved first, each by a transaction of its own. */
static int move(struct engine *e, const struct request *request, struct packets_moves *moves,
	struct err *err)
{
	if (packets_find_moves(e, request, moves, err) < 0)
		return -1;
	VEC_FOR (struct packets_move, m, &moves->of)
		if (move_one(e, request->force, m, err) < 0)
			return -1;
	return 0;
}

int engine_run(struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	int64_t begun = engine_ms();
	struct err ignored = ERR_INIT;
	AUTO(packets_moves) moves = {0};
	int result;

	e->offline = request->offline;
	result = move(e, request, &moves, err);
	if (result == 0)
		result = plan_and_run(e, request, &moves, plan, err);
	if (request->goal <= GOAL_PREPARE)
		puavo_touch(e, plan);
	/* Installers that were extracted and not taken up. */
	if (stage_clear(&e->place, &ignored) < 0)
		engine_tell(e, WATCH_DEBUG, SPAN(""), "%s", ignored.text);
	plan->seconds = (double)(engine_ms() - begun) / 1000;
	return result;
}

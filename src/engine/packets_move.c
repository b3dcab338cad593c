/* dataDir of Packets has changed. */
#include "engine/packets_move.h"

#include "engine/packets.h"
#include "model/findings.h"
#include "model/footprint.h"
#include "model/packets.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/undo.h"

#define FINDING "packets-move"

static bool has_item(const struct request *r, struct span name)
{
	VEC_FOR (const struct buf, item, &r->items.of)
		if (span_is(buf_span(item), name))
			return true;
	return false;
}

/* Whether it is about any of them. */
static bool is_concerned(const struct request *r, const struct world *world)
{
	if (r->goal != GOAL_INSTALL && r->goal != GOAL_RECONFIGURE && r->goal != GOAL_REMOVE)
		return false;
	if (r->all)
		return r->goal == GOAL_RECONFIGURE;
	VEC_FOR (const struct buf, item, &r->items.of) {
		const struct bundle *b = world_shown(world, buf_span(item));

		if (packets_is_file(buf_span(item)) || (b && b->format == FORMAT_PACKETS))
			return true;
	}
	return false;
}

/* Where it went, as recorded; empty where that is not known. */
static int read_dirs(
	struct engine *e, const struct bundle *b, struct packets_dirs *out, struct err *err)
{
	AUTO(committed) row = COMMITTED_INIT;
	AUTO(footprint) footprint = FOOTPRINT_INIT;
	AUTO(undo) kept = UNDO_INIT;
	struct err damaged = ERR_INIT;
	int there = in_force_get(&e->db, buf_span(&b->name), &row, err);

	if (there == 1)
		there = undo_open(&e->place, row.txn, row.item, &kept, err);
	if (there <= 0)
		return there;
	/* What is damaged is said when it is needed. */
	if (undo_read(&kept, UNDO_FOOTPRINT, &footprint, &damaged) == 0)
		packets_dirs_copy(out, &footprint.dirs);
	return 0;
}

static void move_drop(struct packets_move *m)
{
	buf_drop(&m->name);
	buf_drop(&m->from);
}

void packets_moves_drop(struct packets_moves *m)
{
	vec_drop_each(&m->of, move_drop);
}

struct moves {
	const struct packets_dirs *now;
	struct packets_moves *all;
	struct buf bin; /* the first one's that differs */
};

static void moves_drop(struct moves *m)
{
	buf_drop(&m->bin);
}

static int look(struct engine *e, const struct bundle *b, struct moves *m, struct err *err)
{
	AUTO(packets_dirs) dirs = PACKETS_DIRS_INIT;
	int whole;

	if (read_dirs(e, b, &dirs, err) < 0)
		return err_at(err, "%s", b->name.s);
	if (!dirs.data.n)
		return 0;
	if (!span_is(buf_span(&dirs.bin), buf_span(&m->now->bin)) && !m->bin.n)
		buf_set(&m->bin, buf_span(&dirs.bin));
	if (span_is(buf_span(&dirs.data), buf_span(&m->now->data)))
		return 0;
	whole = installation_is_whole(&e->place, b, err);
	if (whole <= 0) /* it moves when its installer's file has mended it */
		return whole;
	*vec_push(&m->all->of) =
		(struct packets_move){buf_dup(&b->name), buf_dup(&dirs.data), ERR_INIT};
	return 0;
}

/* What is to be removed need not be moved before. */
static int find(struct engine *e, const struct request *request, const struct world *world,
	struct moves *m, struct err *err)
{
	VEC_FOR (const struct bundle, b, &world->of) {
		bool goes = request->goal == GOAL_REMOVE && has_item(request, buf_span(&b->name));

		if (b->format == FORMAT_PACKETS && bundle_in_use(b) && !goes &&
			look(e, b, m, err) < 0)
			return -1;
	}
	return 0;
}

static void tell(struct engine *e, const struct moves *m)
{
	if (m->bin.n)
		engine_tell(e, WATCH_INFO, SPAN(""),
			"binDir of Packets is %s now: what packages have put into %s stays there until they "
			"are configured again",
			m->now->bin.s, m->bin.s);
	if (m->all->of.n)
		engine_tell(e, WATCH_INFO, SPAN(""),
			"dataDir of Packets is %s now, and packages are in %s: their files are to be "
			"moved there; what is in binDir stays in its place",
			m->now->data.s, m->all->of.v[0].from.s);
}

static void describe(const struct moves *m, struct findings *out)
{
	VEC_FOR (const struct packets_move, one, &m->all->of) {
		struct finding *f = findings_add(out);

		f->severity = SEVERITY_ASK;
		buf_sets(&f->id, FINDING);
		buf_set(&f->path, buf_span(&m->now->data));
		buf_addf(&f->text, "%s moves there from %s", one->name.s, one->from.s);
	}
}

static int ask(
	struct engine *e, const struct request *request, const struct moves *m, struct err *err)
{
	AUTO(findings) questions = FINDINGS_INIT;
	const char *from = m->all->of.v[0].from.s;
	size_t count = m->all->of.n;
	int answer = -1;

	if (request->yes)
		return 0;
	describe(m, &questions);
	if (e->watch && e->watch->ask)
		answer = e->watch->ask(e->watch, SPAN("Packets"), &questions);
	if (answer > 0)
		return 0;
	if (answer == 0)
		return err_set(err, ERR_NO, "not wanted");
	err_set(err, ERR_INPUT,
		"dataDir of Packets is %s now, and %zu %s in %s: whether to move %s is to be "
		"answered",
		m->now->data.s, count, count == 1 ? "package is" : "packages are", from,
		count == 1 ? "it" : "them");
	return err_next(err, "--yes moves %s; or set dataDir in " PACKETS_CONF " back to %s",
		count == 1 ? "it" : "them", from);
}

static int find_concerned(
	struct engine *e, const struct request *request, struct moves *m, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	if (engine_world(e, &world, err) < 0)
		return -1;
	if (!is_concerned(request, &world))
		return 0;
	if (packets_dirs_get(e, &m->now, err) < 0 || find(e, request, &world, m, err) < 0)
		return -1;
	tell(e, m);
	return 0;
}

int packets_find_moves(
	struct engine *e, const struct request *request, struct packets_moves *out, struct err *err)
{
	AUTO(moves) m = {.all = out, .bin = BUF_INIT};

	if (find_concerned(e, request, &m, err) < 0)
		return -1;
	return out->of.n ? ask(e, request, &m, err) : 0;
}

void packets_tell_moves(struct engine *e, const struct request *request)
{
	AUTO(packets_moves) all = {0};
	AUTO(moves) m = {.all = &all, .bin = BUF_INIT};
	struct err why = ERR_INIT;

	if (find_concerned(e, request, &m, &why) < 0)
		engine_tell(e, WATCH_INFO, SPAN(""),
			"whether files of packages of Packets would move is not known: %s",
			why.text);
	VEC_FOR (const struct packets_move, one, &all.of)
		engine_tell(e, WATCH_INFO, buf_span(&one->name),
			"its files would move from %s to %s first; that is asked, --yes is a yes",
			one->from.s, m.now->data.s);
}

/* --- What follows ---------------------------------------------------------------------------------------- */

bool packets_move_failed(struct packets_move *m, const struct plan *plan, const struct err *why)
{
	size_t failed = plan_count(plan, RESULT_FAILED) + plan_count(plan, RESULT_BACK);

	/* A dataDir that is wrong for one, as it is in that one's own folder, is so for all. */
	if (why->code == ERR_SIGNAL || why->code == ERR_CONFIG || !failed ||
		plan_count(plan, RESULT_SKIPPED))
		return false;
	err_copy(&m->why, why);
	return true;
}

static void give_up(struct plan *plan, struct plan_item *item, const struct packets_move *m)
{
	struct err why = m->why;

	item->action = ACTION_NOTHING;
	plan_give_up(plan, item, &why);
}

/* Whether the item had to wait for the move: what goes need not. */
static bool is_of(const struct packets_move *m, const struct plan_item *item)
{
	return item->steps.n && item->action != ACTION_REMOVE &&
	       span_is(buf_span(&item->to.name), buf_span(&m->name));
}

int packets_follow(struct engine *e, const struct packets_moves *moves,
	const struct request *request, struct plan *plan, struct err *err)
{
	VEC_FOR (const struct packets_move, m, &moves->of) {
		bool failed = m->why.code != ERR_NONE, told = !failed;

		VEC_FOR (struct plan_item, item, &plan->of) {
			if (!is_of(m, item))
				continue;
			if (failed && !request->keep_going)
				return err_copy(err, &m->why);
			if (failed) {
				give_up(plan, item, m);
				told = true;
			} else if (plan->goal == GOAL_RECONFIGURE) {
				item->action = ACTION_NOTHING;
				item->steps.n = 0;
			}
		}
		if (!told)
			engine_tell(e, WATCH_WARN, buf_span(&m->name), "it stays in %s: %s",
				m->from.s, m->why.text);
	}
	return 0;
}

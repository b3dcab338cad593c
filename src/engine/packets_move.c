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

struct moves {
	const struct packets_dirs *now;
	struct texts names;
	struct buf from, bin; /* the first one's, of what differs */
};

static void moves_drop(struct moves *m)
{
	texts_drop(&m->names);
	buf_drop(&m->from);
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
	if (!m->names.of.n)
		buf_set(&m->from, buf_span(&dirs.data));
	texts_add(&m->names, buf_span(&b->name));
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
	if (m->names.of.n)
		engine_tell(e, WATCH_INFO, SPAN(""),
			"dataDir of Packets is %s now, and packages are in %s: their files are to be "
			"moved there; what is in binDir stays in its place",
			m->now->data.s, m->from.s);
}

static void describe(const struct moves *m, struct findings *out)
{
	VEC_FOR (const struct buf, name, &m->names.of) {
		struct finding *f = findings_add(out);

		f->severity = SEVERITY_ASK;
		buf_sets(&f->id, FINDING);
		buf_set(&f->path, buf_span(&m->now->data));
		buf_addf(&f->text, "%s moves there from %s", name->s, m->from.s);
	}
}

static int ask(
	struct engine *e, const struct request *request, const struct moves *m, struct err *err)
{
	AUTO(findings) questions = FINDINGS_INIT;
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
		"dataDir of Packets is %s now, and %zu packages are in %s: whether to move them is "
		"to be answered",
		m->now->data.s, m->names.of.n, m->from.s);
	return err_next(
		err, "--yes moves them; or set dataDir in " PACKETS_CONF " back to %s", m->from.s);
}

int packets_find_moves(
	struct engine *e, const struct request *request, struct request *move, struct err *err)
{
	AUTO(moves) m = {.from = BUF_INIT, .bin = BUF_INIT};
	AUTO(world) world = WORLD_INIT;

	*move = (struct request){.goal = GOAL_RECONFIGURE, .yes = true, .force = request->force};
	if (engine_world(e, &world, err) < 0)
		return -1;
	if (!is_concerned(request, &world))
		return 0;
	if (packets_dirs_get(e, &m.now, err) < 0 || find(e, request, &world, &m, err) < 0)
		return -1;
	tell(e, &m);
	if (!m.names.of.n)
		return 0;
	if (ask(e, request, &m, err) < 0)
		return -1;
	for (size_t i = 0; i < m.names.of.n; i++)
		texts_add(&move->items, buf_span(&m.names.of.v[i]));
	return 0;
}

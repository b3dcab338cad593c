/* What is ours in puavo's rootdir, and not yet, or no longer, in state.db. */
#include <sys/stat.h>
#include <unistd.h>

#include "engine/clean.h"
#include "engine/puavo.h"
#include "store/installation.h"
#include "store/links.h"
#include "store/puavo_scan.h"
#include "sys/fd.h"
#include "sys/file.h"

void puavo_unmark(struct engine *e, const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		struct err err = ERR_INIT;

		/* Others mark what is yet to be done. */
		if (plan->goal <= GOAL_EXTRACT &&
			installation_settle(&e->place, &item->to, &err) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&item->to.name), "%s", err.text);
	}
}

static const struct bundle *bundle_of(const struct world *world, const struct puavo_folder *f)
{
	const struct bundle *b = world_first(world, buf_span(&f->name));

	while (b && (b->layout != f->layout || !span_is(buf_span(&b->puavo_id), buf_span(&f->id))))
		b = world_next(world, b);
	return b;
}

static int settle_folder(
	struct engine *e, const struct world *world, const struct puavo_folder *f, struct err *err)
{
	const struct bundle *known = bundle_of(world, f);
	AUTO(bundle) gone;

	bundle_init(&gone);
	if (known && known->state == BUNDLE_EXTRACTED && clean_strip(e, known, err) < 0)
		return -1;
	if (known)
		return installation_settle(&e->place, known, err);
	gone.layout = f->layout;
	buf_set(&gone.name, buf_span(&f->name));
	buf_set(&gone.puavo_id, buf_span(&f->id));
	return installation_purge(&e->place, &gone, err);
}

int puavo_unprepare(struct engine *e, const struct bundle *b, struct err *err)
{
	AUTO_FD dir = b->layout == LAYOUT_PUAVO ? installation_open_if(&e->place, b, err) : -1;
	struct stat st;
	int marked;

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	marked = file_stat(dir, INSTALLATION_UNSETTLED, &st, err);
	if (marked <= 0)
		return marked;
	if (db_set_state(&e->db, b->row, BUNDLE_EXTRACTED, engine_now(), err) < 0)
		return -1;
	return clean_strip(e, b, err);
}

int puavo_settle(struct engine *e, struct err *err)
{
	AUTO(puavo_tree) tree = PUAVO_TREE_INIT;
	AUTO(world) world = WORLD_INIT;
	bool marked = false;

	e->unsettled = false;
	if (db_world(&e->db, &world, err) < 0 || puavo_scan(&e->place, &tree, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_folder, f, &tree.of) {
		if (f->unsettled && settle_folder(e, &world, f, err) < 0)
			return err_at(err, "%s", f->name.s);
		marked |= f->unsettled;
	}
	/* The journal, too, may be lost that they belonged to. */
	if (marked && links_rebuild(&e->place, &world, err) < 0)
		return -1;
	return puavo_sweep(&e->place, false, err);
}

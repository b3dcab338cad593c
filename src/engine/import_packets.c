/* What Packets has installed, taken over as it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "engine/import.h"
#include "engine/import_home.h"
#include "engine/import_tree.h"
#include "engine/packets.h"
#include "engine/switch.h"
#include "engine/transaction.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "model/packets.h"
#include "model/packets_index.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/origins.h"
#include "store/stages.h"
#include "store/undo.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"
#include "sys/tree_copy.h"

#define INSTALLED_DB "/etc/packets/installed.db"

/* --- What Packets says ----------------------------------------------------------------------- */

struct listing {
	struct worker worker; /* first */
	struct engine *e;
	VEC(struct offer *) of;
};

static void listing_drop(struct listing *l)
{
	worker_drop(&l->worker);
	for (size_t i = 0; i < l->of.n; i++) {
		offer_drop(l->of.v[i]);
		free(l->of.v[i]);
	}
	vec_drop(&l->of);
}

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
}

static int take_offers(struct listing *l, struct span payload, struct err *err)
{
	struct wire w = {.rest = payload};

	while (w.rest.n) {
		int64_t type = wire_number(&w);
		struct span one = wire_text(&w);
		struct offer **slot = vec_push(&l->of);

		*slot = mem_zero(1, sizeof(**slot));
		offer_init(*slot);
		if (w.bad || type != OFFER_ONE || !offer_message_get(one, *slot))
			return not_understood(err);
	}
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct listing *l = w->arg;
	struct tree_read read;

	if (frame->type == OFFER_BATCH)
		return take_offers(l, frame->payload, err);
	if (frame->type != OFFER_TREE_READ || !offer_message_get_tree_read(frame->payload, &read))
		return not_understood(err);
	if (read.left_out)
		engine_tell(l->e, WATCH_WARN, SPAN(""),
			"%lld packages of %s are none, the first: %.*s", (long long)read.left_out,
			INSTALLED_DB, SPAN_ARG(read.why));
	w->finished = true;
	return 0;
}

static int open_installed(struct engine *e, struct err *err)
{
	AUTO(buf) shown = BUF_INIT;
	AUTO_FD fd = file_open_within(
		e->place.root.s, INSTALLED_DB, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	place_path(&e->place, INSTALLED_DB, &shown);
	if (fd < 0 && errno == ENOENT) {
		err_set(err, ERR_NO_PACKAGE, "there is no %s: Packets has installed nothing here",
			shown.s);
		return err_next(err, "install by name: fardel sync URL; fardel install NAME");
	}
	if (fd < 0)
		return err_sys(err, "open %s", shown.s);
	return file_check_owner(fd, shown.s, err) < 0 ? -1 : fd_take(&fd);
}

static int by_name(const void *a, const void *b)
{
	return offer_compare(*(const struct offer *const *)a, *(const struct offer *const *)b);
}

static int read_installed(struct engine *e, struct listing *l, struct err *err)
{
	AUTO_FD fd = open_installed(e, err);
	AUTO(buf) order = BUF_INIT;

	if (fd < 0)
		return -1;
	message_put_number(&order, 1);
	if (worker_start(e, &l->worker, WORKER_INDEX, &fd, 1, OFFER_PACKETS, buf_span(&order),
		    err) < 0 ||
		worker_finish(&l->worker, err) < 0)
		return err_at(err, INSTALLED_DB);
	if (l->of.n)
		qsort(l->of.v, l->of.n, sizeof(*l->of.v), by_name);
	return 0;
}

/* --- One package ----------------------------------------------------------------------------- */

struct importing {
	struct engine *e;
	const struct packets_dirs *dirs;
	bool dry_run;
	struct world world;
	struct stock stock; /* where it may have come from */
	struct journal journal; /* number 0: nothing was begun yet */
	int64_t item;
};

static void importing_drop(struct importing *i)
{
	world_drop(&i->world);
	stock_drop(&i->stock);
	journal_drop(&i->journal);
}

/* The installation, its row, and what is in force of it. */
struct taking {
	struct bundle bundle;
	struct footprint footprint;
	struct undo undo;
	struct committed row;
	bool published;
};
#define TAKING_INIT \
	((struct taking){.footprint = FOOTPRINT_INIT, .undo = UNDO_INIT, .row = COMMITTED_INIT})

static void taking_drop(struct taking *t)
{
	bundle_drop(&t->bundle);
	footprint_drop(&t->footprint);
	undo_drop(&t->undo);
	committed_drop(&t->row);
}

static void fill_bundle(const struct offer *o, struct bundle *b)
{
	bundle_init(b);
	buf_set(&b->name, buf_span(&o->name));
	buf_set(&b->version, buf_span(&o->version));
	b->format = FORMAT_PACKETS;
	b->state = BUNDLE_INSTALLED;
	b->since = engine_now();
	b->pack_size = -1;
}

/* What it has below dataDir becomes an installation: a copy, as others of Packets' are. */
static int stage_copy(
	struct importing *i, int home, struct bundle *b, struct buf *stage, struct err *err)
{
	AUTO_FD to = -1;
	int64_t entries, stripped;

	buf_setf(stage, "import.%lld", (long long)i->item);
	to = stage_make(&i->e->place, stage->s, err);
	if (to < 0 || tree_copy(home, to, installation_reserved, err) < 0 ||
		file_make_dir(to, INSTALLATION_UPSTREAM, 0755, err) < 0 ||
		tree_settle(to, geteuid(), getegid(), &stripped, err) < 0 ||
		installation_id(to, &b->id, err) < 0)
		return -1;
	return tree_measure(to, &b->size, &entries, err);
}

static int begin(struct importing *i, struct err *err)
{
	struct plan plan = PLAN_INIT;

	plan.goal = GOAL_PREPARE;
	if (i->journal.number)
		return 0;
	return journal_open(
		&i->e->db, &plan, i->e->command.s, i->e->user, engine_now(), &i->journal, err);
}

/* What tells of its footprint, durably. */
static int keep(struct importing *i, struct taking *t, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;

	t->row.txn = i->journal.number;
	t->row.item = i->item;
	buf_set(&t->row.name, buf_span(&t->bundle.name));
	buf_set(&t->row.new_, buf_span(&t->bundle.id));
	t->row.fresh = true;
	t->row.count = (int64_t)t->footprint.changes.of.n;
	t->row.at = t->bundle.since;
	t->row.status = COMMITTED_SHORT;
	if (undo_make(&i->e->place, t->row.txn, t->row.item, &nothing, &t->footprint.changes,
		    &t->undo, err) < 0 ||
		undo_write(&t->undo, UNDO_FOOTPRINT, &t->footprint, err) < 0)
		return -1;
	return place_sync_folder(&i->e->place, t->undo.folder, err);
}

static int find_home(
	struct importing *i, const struct offer *o, struct buf *repository, struct err *err)
{
	AUTO(offer) theirs;

	offer_init(&theirs);
	return import_find_home(i->e, &i->stock, REPOSITORY_PACKETS, buf_span(&o->name),
		buf_span(&o->version), &theirs, repository, err);
}

static int write_rows(struct importing *i, struct taking *t, const struct offer *o, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	AUTO(buf) repository = BUF_INIT;

	offer_format(o, &line);
	if (find_home(i, o, &repository, err) < 0)
		return -1;
	if (db_put_bundle(&i->e->db, &t->bundle, err) < 0 ||
		committed_put(&i->e->db, &t->row, err) < 0 ||
		in_force_set(&i->e->db, &t->row, &t->footprint.changes, err) < 0 ||
		origins_put(&i->e->db,
			&(struct origin){buf_span(&t->bundle.name), buf_span(&t->bundle.id),
				buf_span(&repository), SPAN(""), buf_span(&line)},
			err) < 0)
		return -1;
	return switch_publish(i->e, buf_span(&t->bundle.name), err);
}

static int commit(struct importing *i, struct taking *t, const struct offer *o, struct err *err)
{
	if (db_begin(&i->e->db, err) < 0)
		return -1;
	if (write_rows(i, t, o, err) == 0)
		return db_commit(&i->e->db, err);
	db_abandon(&i->e->db);
	return -1;
}

/* Nothing of what was made is of use. */
static void take_back(struct importing *i, struct taking *t)
{
	struct err ignored = ERR_INIT;

	if (undo_remove(&i->e->place, i->journal.number, i->item, &ignored) < 0 ||
		(t->published && installation_purge(&i->e->place, &t->bundle, &ignored) < 0))
		engine_tell(i->e, WATCH_WARN, buf_span(&t->bundle.name), "%s", ignored.text);
}

static int take_over(
	struct importing *i, int home, struct taking *t, const struct offer *o, struct err *err)
{
	AUTO(buf) stage = BUF_INIT;
	int result;

	if (stage_copy(i, home, &t->bundle, &stage, err) < 0 || begin(i, err) < 0)
		return -1;
	result = keep(i, t, err);
	if (result == 0)
		result = installation_publish(&i->e->place, stage.s, &t->bundle, err);
	t->published = result == 0;
	if (result == 0)
		result = commit(i, t, o, err);
	if (result < 0)
		take_back(i, t);
	i->item++;
	return result;
}

static int import(struct importing *i, const struct offer *o, struct imported *out, struct err *err)
{
	AUTO(taking) t = TAKING_INIT;
	AUTO_FD home = -1;

	fill_bundle(o, &t.bundle);
	home = import_open_home(i->e, i->dirs, &o->name, err);
	if (home < 0 || import_check(home, o, &out->notes, err) < 0 ||
		import_footprint(i->e, i->dirs, &o->name, &t.footprint, &out->notes, err) < 0)
		return -1;
	out->paths = (int64_t)t.footprint.changes.of.n;
	return i->dry_run ? 0 : take_over(i, home, &t, o, err);
}

static int import_one(
	struct importing *i, const struct offer *o, struct imports *all, struct err *err)
{
	struct imported *out = vec_push(&all->of);

	*out = (struct imported){.name = buf_dup(&o->name),
		.version = buf_dup(&o->version),
		.outcome = IMPORT_TAKEN,
		.err = ERR_INIT};
	if (world_current(&i->world, buf_span(&o->name))) {
		out->outcome = IMPORT_THERE;
		return 0;
	}
	if (import(i, o, out, &out->err) == 0)
		return 0;
	out->outcome = IMPORT_FAILED;
	return out->err.code == ERR_SIGNAL ? err_copy(err, &out->err) : 0;
}

static int import_all(
	struct importing *i, const struct listing *l, struct imports *out, struct err *err)
{
	struct err ending = ERR_INIT;
	int result = 0;

	for (size_t k = 0; result == 0 && k < l->of.n; k++)
		result = import_one(i, l->of.v[k], out, err);
	if (result == 0)
		result = imports_judge(out, err);
	if (i->journal.number && transaction_end(i->e, &i->journal, err, &ending) < 0)
		engine_tell(i->e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

int engine_import_packets(struct engine *e, bool dry_run, struct imports *out, struct err *err)
{
	AUTO(listing) l = {
		.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT, .frame = on_frame},
		.e = e};
	AUTO(importing) i = {
		.e = e, .dry_run = dry_run, .stock = STOCK_INIT, .journal = JOURNAL_INIT};
	struct err ignored = ERR_INIT;
	int result;

	l.worker.arg = &l;
	if (packets_dirs_get(e, &i.dirs, err) < 0 || read_installed(e, &l, err) < 0 ||
		engine_world(e, &i.world, err) < 0 || stock_open(e, &i.stock, err) < 0)
		return -1;
	result = import_all(&i, &l, out, err);
	if (!dry_run && stage_clear(&e->place, &ignored) < 0)
		engine_tell(e, WATCH_DEBUG, SPAN(""), "%s", ignored.text);
	return result;
}

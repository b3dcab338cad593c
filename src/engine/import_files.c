/* Packages that another tool has installed, taken over as they are. */
#include "engine/import_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "engine/recover.h"
#include "engine/transaction.h"
#include "store/beneath.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/links.h"
#include "store/origins.h"
#include "store/stages.h"
#include "store/undo.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/resolve.h"
#include "sys/signals.h"

#define STAGE_NAME "import"
#define NAMED_MOST 5

struct import {
	struct engine *e;
	bool dry_run;
	int root;
	struct world world; /* as it was */
	struct journal journal;
	struct texts taken; /* names */
	int64_t items;
	bool open; /* state.db is being written */
};

/* --- What it has made ------------------------------------------------------------------------------------- */

struct found_files {
	struct footprint *print;
	struct texts missing;
	size_t others; /* that are another package's */
};

/* As it is now; 1; 0: there is nothing, or a folder, which is nobody's. */
static int look(struct import *m, const struct buf *path, struct node *out, struct err *err)
{
	AUTO(node_at) at = NODE_AT_INIT;
	int there = beneath_look(m->root, path, &at, err);

	if (there <= 0 || S_ISDIR(at.st.st_mode))
		return there < 0 ? -1 : 0;
	if ((m->dry_run ? node_load_attributes(&at, out, err) : node_load(&at, out, err)) < 0)
		return -1;
	return 1;
}

static int note_owner(void *arg, const struct owned *o, struct err *err)
{
	(void)o;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

/* Where a path really is, and what stands there; what is another package's of ours stays that one's. */
static int add_path(struct import *m, const char *typed, struct found_files *f, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(node) node = NODE_INIT;
	bool others = false;
	struct change *c;
	int there;

	if (resolve(m->e->place.root.s, typed, &path, err) < 0)
		return -1;
	there = look(m, &path, &node, err);
	if (there <= 0) {
		texts_add(&f->missing, span_of(typed));
		return there;
	}
	if (owned_at(&m->e->db, buf_span(&path), note_owner, &others, err) < 0)
		return -1;
	if (others) {
		f->others++;
		return 0;
	}
	c = changes_add(&f->print->changes, buf_span(&path));
	node_drop(&c->after);
	c->after = node;
	node = NODE_INIT;
	return 0;
}

/* Two paths may lead to one. */
static void leave_doubles_out(struct changes *c)
{
	size_t kept = 0;

	changes_sort(c);
	for (size_t i = 0; i < c->of.n; i++) {
		struct change swap = c->of.v[i];

		if (kept && span_is(buf_span(&swap.path), buf_span(&c->of.v[kept - 1].path)))
			continue;
		c->of.v[i] = c->of.v[kept];
		c->of.v[kept++] = swap;
	}
	changes_cut(c, kept);
}

static void note_odd(const struct found_files *f, struct texts *notes)
{
	size_t n = f->missing.of.n;
	AUTO(buf) text = BUF_INIT;

	for (size_t i = 0; i < n && i < NAMED_MOST; i++) {
		buf_setf(&text, "%s is not there", f->missing.of.v[i].s);
		texts_add(notes, buf_span(&text));
	}
	if (n > NAMED_MOST) {
		buf_setf(&text, "nor are %zu more of its files", n - NAMED_MOST);
		texts_add(notes, buf_span(&text));
	}
	if (f->others) {
		buf_setf(&text, "%zu of its files are another package's already", f->others);
		texts_add(notes, buf_span(&text));
	}
}

static int find_files(struct import *m, const struct import_package *p, struct footprint *out,
	struct imported *row, struct err *err)
{
	struct found_files f = {.print = out};
	int result = 0;

	for (size_t i = 0; result == 0 && i < p->paths->of.n; i++)
		result = signals_check(err) < 0 ? -1 : add_path(m, p->paths->of.v[i].s, &f, err);
	leave_doubles_out(&out->changes);
	row->paths = (int64_t)out->changes.of.n;
	note_odd(&f, &row->notes);
	texts_drop(&f.missing);
	return result;
}

/* --- Its installation --------------------------------------------------------------------------------------- */

static int write_own(int dir, const struct import_own *own, struct err *err)
{
	AUTO_FD fd = file_open(dir, own->name, O_WRONLY | O_CREAT | O_EXCL, 0644, err);

	if (fd < 0 || file_write_all(fd, own->text.s, own->text.n, err) < 0)
		return -1;
	return fchmod(fd, 0644) < 0 ? err_sys(err, "set the mode of %s", own->name) : 0;
}

static int make_folder(
	struct import *m, const struct import_package *p, struct bundle *b, struct err *err)
{
	AUTO_FD dir = stage_make(&m->e->place, STAGE_NAME, err);

	if (dir < 0)
		return -1;
	for (size_t i = 0; i < p->own_count; i++)
		if (write_own(dir, &p->own[i], err) < 0)
			return -1;
	if (file_make_dir(dir, INSTALLATION_UPSTREAM, 0755, err) < 0 ||
		installation_id(dir, &b->id, err) < 0)
		return -1;
	return 0;
}

/* 1: published; 0: row->why says why not. */
static int publish(struct import *m, const struct import_package *p, struct bundle *b,
	struct imported *row, struct err *err)
{
	int64_t known;

	buf_set(&b->name, p->name);
	buf_set(&b->version, p->version);
	b->format = p->format;
	b->layout = LAYOUT_FARDEL;
	b->state = BUNDLE_INSTALLED;
	b->since = engine_now();
	b->pack_size = -1;
	if (make_folder(m, p, b, err) < 0 ||
		db_find(&m->e->db, p->name, buf_span(&b->id), &known, err) < 0)
		return -1;
	if (known) {
		err_set(&row->err, ERR_CONFLICT, "it is prepared here already, and not in use");
		row->outcome = IMPORT_FAILED;
		return stage_remove(&m->e->place, STAGE_NAME, err);
	}
	if (installation_publish(&m->e->place, STAGE_NAME, b, err) < 0 ||
		installation_measure(&m->e->place, b, &b->size, err) < 0)
		return -1;
	return 1;
}

/* As of what was installed by its name. */
static int put_home(
	struct import *m, const struct import_package *p, const struct bundle *b, struct err *err)
{
	const struct origin o = {p->name, buf_span(&b->id), p->repository, SPAN(""), SPAN("")};

	return p->repository.n ? origins_put(&m->e->db, &o, err) : 0;
}

/* Its footprint is in force; there is nothing that could be taken back. */
static int put_rows(struct import *m, struct bundle *b, const struct footprint *f, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;
	AUTO(undo) u = UNDO_INIT;
	AUTO(committed) row = COMMITTED_INIT;

	row.txn = m->journal.number;
	row.item = m->items++;
	row.at = b->since;
	row.status = COMMITTED_SHORT;
	row.fresh = true;
	buf_set(&row.name, buf_span(&b->name));
	buf_set(&row.new_, buf_span(&b->id));
	if (undo_make(&m->e->place, row.txn, row.item, &nothing, &f->changes, &u, err) < 0 ||
		undo_write(&u, UNDO_FOOTPRINT, f, err) < 0 ||
		place_sync_folder(&m->e->place, u.folder, err) < 0 ||
		db_put_bundle(&m->e->db, b, err) < 0 || committed_put(&m->e->db, &row, err) < 0)
		return -1;
	return in_force_set(&m->e->db, &row, &f->changes, err);
}

static int take_over(
	struct import *m, const struct import_package *p, struct imported *row, struct err *err)
{
	AUTO(footprint) f = FOOTPRINT_INIT;
	AUTO(bundle) b;
	int done;

	bundle_init(&b);
	if (find_files(m, p, &f, row, err) < 0)
		return -1;
	done = m->dry_run ? 0 : publish(m, p, &b, row, err);
	if (done < 0 || row->outcome == IMPORT_FAILED)
		return done < 0 ? -1 : 0;
	if (m->dry_run)
		return 0;
	texts_add(&m->taken, p->name);
	return put_home(m, p, &b, err) < 0 ? -1 : put_rows(m, &b, &f, err);
}

int import_take(
	struct import *m, const struct import_package *p, struct imported *row, struct err *err)
{
	const struct bundle *current = world_current(&m->world, p->name);
	bool twice = false;

	buf_set(&row->name, p->name);
	buf_set(&row->version, p->version);
	VEC_FOR (const struct buf, name, &m->taken.of)
		twice |= span_is(buf_span(name), p->name);
	if (current || twice) {
		bool same = twice || span_is(buf_span(&current->version), p->version);

		row->outcome = same ? IMPORT_THERE : IMPORT_FAILED;
		if (!same)
			err_set(&row->err, ERR_CONFLICT, "fardel has it installed in version %.*s",
				SPAN_ARG(bundle_version(current)));
		return 0;
	}
	return take_over(m, p, row, err) < 0 ? err_at(err, "%.*s", SPAN_ARG(p->name)) : 0;
}

/* --- All of it ------------------------------------------------------------------------------------------------ */

static void import_free(struct import *m)
{
	world_drop(&m->world);
	journal_drop(&m->journal);
	texts_drop(&m->taken);
	fd_drop(&m->root);
	free(m);
}

static int begin(struct import *m, struct err *err)
{
	AUTO(plan) nothing = PLAN_INIT;
	struct engine *e = m->e;

	m->root = engine_root(e, err);
	if (m->root < 0 || engine_world(e, &m->world, err) < 0)
		return -1;
	if (m->dry_run)
		return 0;
	if (journal_open(&e->db, &nothing, e->command.s, e->user, engine_now(), &m->journal, err) <
			0 ||
		log_open(&e->place, m->journal.number, false, &e->log, err) < 0 ||
		stage_mark(&e->place, err) < 0 || db_begin(&e->db, err) < 0)
		return -1;
	m->open = true;
	return 0;
}

int import_begin(struct engine *e, bool dry_run, struct import **out, struct err *err)
{
	struct import *m = mem_zero(1, sizeof(*m));

	m->e = e;
	m->dry_run = dry_run;
	m->root = -1;
	m->world = WORLD_INIT;
	m->journal = JOURNAL_INIT;
	if (begin(m, err) == 0) {
		*out = m;
		return 0;
	}
	return import_end(m, -1, err);
}

static int commit(struct import *m, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	struct engine *e = m->e;

	m->open = false;
	if (place_sync(&e->place, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	if (db_commit(&e->db, err) < 0 || db_world(&e->db, &world, err) < 0)
		return -1;
	VEC_FOR (const struct buf, name, &m->taken.of)
		if (links_publish(&e->place, &world, buf_span(name), err) < 0)
			return -1;
	return place_sync(&e->place, err);
}

int import_end(struct import *m, int result, struct err *err)
{
	struct err ending = ERR_INIT;

	if (m->open && result == 0)
		result = commit(m, err);
	else if (m->open)
		db_abandon(&m->e->db);
	if (m->journal.number && transaction_end(m->e, &m->journal, err, &ending) < 0)
		engine_tell(m->e, WATCH_WARN, SPAN(""), "%s", ending.text);
	/* What was made for one that failed has no row. */
	else if (m->journal.number && recover_clear(m->e, &ending) < 0)
		engine_tell(m->e, WATCH_WARN, SPAN(""), "%s", ending.text);
	import_free(m);
	return result;
}

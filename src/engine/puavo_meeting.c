/* What puavo's folders are, and how they differ from state.db. */
#include "engine/puavo_meeting.h"

#include <sys/stat.h>

#include "store/installation.h"
#include "store/journal.h"
#include "store/puavo_scan.h"
#include "sys/fd.h"
#include "sys/file.h"

#define TRIES 20 /* to read it while it changes */

/* What its installer says; a folder that says nothing good is a package all the same. -1: the system failed at reading it. */
static int fill(int dir, struct bundle *b, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	struct err odd = ERR_INIT;
	struct installer in;

	b->format = 2;
	if (installation_facts(dir, &facts, &odd) < 0)
		return odd.sys ? err_copy(err, &odd) : 0;
	installer_init(&in);
	if (installer_parse(&facts, buf_span(&b->name), &in, &odd) == 0) {
		buf_set(&b->version, buf_span(&in.version));
		b->format = in.format;
	}
	installer_drop(&in);
	return 0;
}

static int read_id(int dir, struct bundle *b, struct err *err)
{
	return b->layout == LAYOUT_SYSTEM ? installation_system_id(dir, &b->id, err)
					  : installation_id(dir, &b->id, err);
}

int puavo_read_folder(
	struct engine *e, const struct puavo_folder *f, struct bundle *b, struct err *err)
{
	AUTO_FD dir = -1;
	struct stat st;

	bundle_init(b);
	buf_set(&b->name, buf_span(&f->name));
	buf_set(&b->puavo_id, buf_span(&f->id));
	b->layout = f->layout;
	dir = installation_open_if(&e->place, b, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (e->lock.fd >= 0 &&
		(read_id(dir, b, err) < 0 || installation_measure(&e->place, b, &b->size, err) < 0))
		return -1;
	if (file_stat(dir, INSTALLATION_PREPARED, &st, err) == 1 || fstat(dir, &st) == 0)
		b->since = (int64_t)st.st_mtime;
	err_clear(err);
	/* Who only asks need not have the right to read it. */
	if (fill(dir, b, err) < 0) {
		if (e->lock.fd >= 0)
			return -1;
		err_clear(err);
	}
	return 1;
}

void puavo_meeting_drop(struct puavo_meeting *m)
{
	puavo_changes_drop(&m->changes);
	puavo_tree_drop(&m->tree);
	world_drop(&m->world);
}

static bool is_open(const struct journal *j, struct span name)
{
	VEC_FOR (const struct journal_step, s, &j->of)
		if (span_is(buf_span(&s->name), name))
			return true;
	return false;
}

static void leave_out_open(struct puavo_changes *c, const struct journal *open)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->of.n; i++)
		if (!is_open(open, puavo_change_name(&c->of.v[i])))
			c->of.v[kept++] = c->of.v[i];
	c->of.n = kept;
}

static int read_state(struct engine *e, struct world *world, struct journal *open, struct err *err)
{
	bool reading = e->lock.fd < 0 && e->db.sql;
	int result;

	if (reading && db_begin_reading(&e->db, err) < 0)
		return -1;
	result = db_world(&e->db, world, err) < 0 ? -1 : journal_load_open(&e->db, open, err);
	if (reading)
		db_abandon(&e->db);
	return result;
}

/* 1: what was read is of one moment; 0: fardel has committed something meanwhile. */
static int hold_once(struct engine *e, struct puavo_meeting *m, struct err *err)
{
	AUTO(journal) open = JOURNAL_INIT;
	int64_t before, after;
	int known;

	*m = (struct puavo_meeting){0};
	if (db_moment(&e->db, &before, err) < 0 || puavo_scan(&e->place, &m->tree, err) < 0)
		return -1;
	known = m->tree.of.n ? 1 : db_has_layout(&e->db, LAYOUT_PUAVO, err);
	if (known == 0)
		known = db_has_layout(&e->db, LAYOUT_SYSTEM, err);
	if (known <= 0)
		return known < 0 ? -1 : 1;
	if (read_state(e, &m->world, &open, err) < 0 || db_moment(&e->db, &after, err) < 0)
		return -1;
	puavo_compare(&m->world, &m->tree, &m->changes);
	leave_out_open(&m->changes, &open);
	return before == after;
}

int puavo_hold_against(struct engine *e, struct puavo_meeting *m, struct err *err)
{
	int result = hold_once(e, m, err);

	for (int tries = 1; result == 0 && tries < TRIES; tries++) {
		puavo_meeting_drop(m);
		result = hold_once(e, m, err);
	}
	/* Of folders and links that do not stand still, state.db has the last word. */
	if (result == 0)
		vec_drop(&m->changes.of);
	return result < 0 ? -1 : 0;
}

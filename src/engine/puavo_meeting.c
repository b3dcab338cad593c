/* What puavo's folders are, and how they differ from state.db. */
#include "engine/puavo_meeting.h"

#include <sys/stat.h>

#include "store/installation.h"
#include "store/puavo_scan.h"
#include "sys/fd.h"
#include "sys/file.h"

/* What its installer says; a folder that says nothing good is a package all the same. */
static void fill(int dir, struct bundle *b)
{
	AUTO(facts) facts = FACTS_INIT;
	struct err ignored = ERR_INIT;
	struct installer in;

	b->format = 2;
	installer_init(&in);
	if (installation_facts(dir, &facts, &ignored) == 0 &&
		installer_parse(&facts, buf_span(&b->name), &in, &ignored) == 0) {
		buf_set(&b->version, buf_span(&in.version));
		b->format = in.format;
	}
	installer_drop(&in);
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
	fill(dir, b);
	return 1;
}

void puavo_meeting_drop(struct puavo_meeting *m)
{
	puavo_changes_drop(&m->changes);
	puavo_tree_drop(&m->tree);
	world_drop(&m->world);
}

int puavo_hold_against(struct engine *e, struct puavo_meeting *m, struct err *err)
{
	int known;

	*m = (struct puavo_meeting){0};

	if (puavo_scan(&e->place, &m->tree, err) < 0)
		return -1;
	known = m->tree.of.n ? 1 : db_has_layout(&e->db, LAYOUT_PUAVO, err);
	if (known == 0)
		known = db_has_layout(&e->db, LAYOUT_SYSTEM, err);
	if (known <= 0)
		return known;
	if (db_world(&e->db, &m->world, err) < 0)
		return -1;
	puavo_compare(&m->world, &m->tree, &m->changes);
	return 0;
}

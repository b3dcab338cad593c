/* puavo-pkg's packages in our world. */
#include "engine/puavo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/installer_file.h"
#include "engine/transaction.h"
#include "model/puavo.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/intake.h"
#include "store/links.h"
#include "store/puavo_scan.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TAKEN_OVER "puavo-pkg"

static int make_folder(struct engine *e, const char *path, struct err *err)
{
	AUTO_FD made = place_make(&e->place, path, 0755, err);

	return made < 0 ? -1 : 0;
}

int puavo_make_folders(struct engine *e, struct err *err)
{
	AUTO(buf) packages = buf_dup(&e->place.puavo);

	buf_adds(&packages, "/packages");
	if (make_folder(e, packages.s, err) < 0 ||
		make_folder(e, links_folder(LINKS_PUAVO_INSTALLED), err) < 0)
		return -1;
	return make_folder(e, links_folder(LINKS_PUAVO_AVAILABLE), err);
}

void puavo_touch(struct engine *e, const struct plan *plan)
{
	struct err err = ERR_INIT;

	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->result == RESULT_DONE && item->to.layout == LAYOUT_PUAVO &&
			installation_stamp(
				&e->place, &item->to, INSTALLATION_PREPARED, &err) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&item->to.name), "%s", err.text);
}

/* --- A folder becomes a bundle --------------------------------------------------------------------------- */

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

/* 1: *b is it; 0: it is gone, or is none. */
static int read_folder(
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
	if (installation_id(dir, &b->id, err) < 0 ||
		installation_measure(&e->place, b, &b->size, err) < 0)
		return -1;
	if (file_stat(dir, INSTALLATION_PREPARED, &st, err) == 1 || fstat(dir, &st) == 0)
		b->since = (int64_t)st.st_mtime;
	err_clear(err);
	fill(dir, b);
	return 1;
}

/* --- What differs ---------------------------------------------------------------------------------------- */

struct meeting {
	struct world world;
	struct puavo_tree tree;
	struct puavo_changes changes;
};

static void meeting_drop(struct meeting *m)
{
	puavo_changes_drop(&m->changes);
	puavo_tree_drop(&m->tree);
	world_drop(&m->world);
}

static int hold_against(struct engine *e, struct meeting *m, struct err *err)
{
	int known;

	*m = (struct meeting){0};

	if (puavo_scan(&e->place, &m->tree, err) < 0)
		return -1;
	known = m->tree.of.n ? 1 : db_has_puavo(&e->db, err);
	if (known <= 0)
		return known;
	if (db_world(&e->db, &m->world, err) < 0)
		return -1;
	puavo_compare(&m->world, &m->tree, &m->changes);
	return 0;
}

int puavo_differs(struct engine *e, struct err *err)
{
	AUTO(meeting) m = {0};

	if (e->lock.fd >= 0)
		return 0;
	return hold_against(e, &m, err) < 0 ? -1 : m.changes.of.n > 0;
}

/* --- In state.db ----------------------------------------------------------------------------------------- */

static void tell(struct engine *e, const struct puavo_change *c, const char *name)
{
	static const char *const words[] = {
		[PUAVO_GONE] = "its installation was deleted",
		[PUAVO_NEW] = "taken over",
		[PUAVO_FIRST] = "another version of it is offered",
	};

	if (c->turn == PUAVO_STATE)
		engine_tell(e, WATCH_INFO, span_of(name), "puavo-pkg has made it %s beside fardel",
			bundle_state_name(c->state));
	else if (c->turn != PUAVO_FIRST)
		engine_tell(e, WATCH_INFO, span_of(name),
			"%s, as puavo-pkg's links and folders have it", words[c->turn]);
}

/* What else is in use of that name is so no longer; and nobody saw what the script made. */
static int put_out_of_use(struct engine *e, struct span name, struct err *err)
{
	AUTO(world) now = WORLD_INIT;
	const struct bundle *current;

	if (db_world(&e->db, &now, err) < 0 || in_force_forget(&e->db, name, err) < 0)
		return -1;
	current = world_current(&now, name);
	return current ? db_set_state(&e->db, current->row, BUNDLE_PREPARED, engine_now(), err) : 0;
}

/* The old tool leaves what it unpacked to a user without rights, who could change what root runs. */
static void give_to_root(struct engine *e, const struct bundle *b)
{
	struct err err = ERR_INIT;
	AUTO_FD dir = b->layout == LAYOUT_PUAVO ? installation_open_if(&e->place, b, &err) : -1;
	int64_t stripped = 0;

	if (dir >= 0 && tree_settle(dir, geteuid(), getegid(), &stripped, &err) < 0)
		engine_tell(e, WATCH_WARN, buf_span(&b->name),
			"its files still belong to others than root: %s", err.text);
	if (stripped)
		engine_tell(e, WATCH_INFO, buf_span(&b->name),
			"setuid, group or other write were taken from %lld of its files",
			(long long)stripped);
}

static int take_new(struct engine *e, const struct puavo_change *c, struct err *err)
{
	AUTO(bundle) b;
	AUTO(world) now = WORLD_INIT;
	int there = read_folder(e, c->folder, &b, err);

	if (there <= 0)
		return there;
	if (db_world(&e->db, &now, err) < 0)
		return -1;
	if (world_get(&now, buf_span(&b.name), buf_span(&b.id))) {
		engine_tell(e, WATCH_WARN, buf_span(&b.name),
			"its folder %s has the content of another installation, and is passed over",
			c->folder->id.s);
		return 0;
	}
	if (c->state == BUNDLE_INSTALLED && put_out_of_use(e, buf_span(&b.name), err) < 0)
		return -1;
	b.state = c->state;
	tell(e, c, b.name.s);
	give_to_root(e, &b);
	return db_put_bundle(&e->db, &b, err);
}

static int take_state(struct engine *e, const struct puavo_change *c, struct err *err)
{
	struct span name = buf_span(&c->bundle->name);

	if (c->state == BUNDLE_INSTALLED && put_out_of_use(e, name, err) < 0)
		return -1;
	if (bundle_in_use(c->bundle) && in_force_forget(&e->db, name, err) < 0)
		return -1;
	tell(e, c, c->bundle->name.s);
	return db_set_state(&e->db, c->bundle->row, c->state, engine_now(), err);
}

static int take_gone(struct engine *e, const struct puavo_change *c, struct err *err)
{
	if (bundle_in_use(c->bundle) &&
		in_force_forget(&e->db, buf_span(&c->bundle->name), err) < 0)
		return -1;
	tell(e, c, c->bundle->name.s);
	return db_delete_bundle(&e->db, c->bundle->row, err);
}

/* It is written anew as it is, and is then the last. */
static int take_first(struct engine *e, const struct puavo_change *c, struct err *err)
{
	AUTO(world) now = WORLD_INIT;

	if (db_world(&e->db, &now, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &now.of)
		if (b->layout == c->folder->layout &&
			span_is(buf_span(&b->name), buf_span(&c->folder->name)) &&
			span_is(buf_span(&b->puavo_id), buf_span(&c->folder->id)))
			return db_set_state(&e->db, b->row, b->state, b->since, err);
	return 0;
}

static int (*const takes[])(struct engine *, const struct puavo_change *, struct err *) = {
	[PUAVO_GONE] = take_gone,
	[PUAVO_STATE] = take_state,
	[PUAVO_NEW] = take_new,
	[PUAVO_FIRST] = take_first,
};

static struct span name_of(const struct puavo_change *c)
{
	return buf_span(c->folder ? &c->folder->name : &c->bundle->name);
}

/* One of an interrupted transaction's: recovery knows better. */
static bool is_open(const struct journal *j, struct span name)
{
	VEC_FOR (const struct journal_step, s, &j->of)
		if (span_is(buf_span(&s->name), name))
			return true;
	return false;
}

static int take_all(
	struct engine *e, const struct meeting *m, const struct journal *open, struct err *err)
{
	if (db_begin(&e->db, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_change, c, &m->changes.of) {
		if (is_open(open, name_of(c)) || takes[c->turn](e, c, err) == 0)
			continue;
		db_abandon(&e->db);
		return err_at(err, "%.*s", SPAN_ARG(name_of(c)));
	}
	return db_commit(&e->db, err);
}

static int note(
	struct engine *e, const struct meeting *m, const struct journal *open, struct err *err)
{
	AUTO(journal) journal = JOURNAL_INIT;
	AUTO(plan) nothing = PLAN_INIT;
	struct err ending = ERR_INIT;
	int result;

	if (journal_open(&e->db, &nothing, TAKEN_OVER, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = log_open(&e->place, journal.number, false, &e->log, err);
	if (result == 0)
		result = take_all(e, m, open, err);
	if (transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

static bool is_to_follow(const struct meeting *m, const struct journal *open)
{
	VEC_FOR (const struct puavo_change, c, &m->changes.of)
		if (!is_open(open, name_of(c)))
			return true;
	return false;
}

int puavo_follow(struct engine *e, struct err *err)
{
	AUTO(meeting) m = {0};
	AUTO(journal) open = JOURNAL_INIT;

	if (hold_against(e, &m, err) < 0 || journal_load_open(&e->db, &open, err) < 0)
		return err_at(err, "what puavo-pkg has done");
	if (!is_to_follow(&m, &open))
		return 0;
	return note(e, &m, &open, err) < 0 ? err_at(err, "what puavo-pkg has done") : 0;
}

/* --- In memory only -------------------------------------------------------------------------------------- */

struct placed {
	struct bundle bundle;
	size_t rank; /* of one name: the one whose state changed last has the lowest */
};

static int by_name_and_rank(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = span_compare(buf_span(&x->bundle.name), buf_span(&y->bundle.name));

	if (order)
		return order;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

struct placing {
	VEC(struct placed) of;
	size_t last; /* the lowest rank that was given */
};

static struct bundle *find(struct placing *p, struct span name, struct span puavo_id)
{
	VEC_FOR (struct placed, x, &p->of)
		if (bundle_is_puavo(&x->bundle) && span_is(buf_span(&x->bundle.name), name) &&
			span_is(buf_span(&x->bundle.puavo_id), puavo_id)) {
			x->rank = --p->last;
			return &x->bundle;
		}
	return NULL;
}

static void leave_use(struct placing *p, struct span name)
{
	VEC_FOR (struct placed, x, &p->of)
		if (span_is(buf_span(&x->bundle.name), name) && bundle_in_use(&x->bundle))
			x->bundle.state = BUNDLE_PREPARED;
}

static int place_one(
	struct engine *e, struct placing *p, const struct puavo_change *c, struct err *err)
{
	struct bundle *b;
	struct placed *x;
	int there;

	if (c->turn == PUAVO_GONE) {
		b = find(p, buf_span(&c->bundle->name), buf_span(&c->bundle->puavo_id));
		if (b)
			buf_clear(&b->name); /* left out below */
		return 0;
	}
	if (c->state == BUNDLE_INSTALLED && c->turn != PUAVO_FIRST)
		leave_use(p, buf_span(&c->folder->name));
	b = find(p, buf_span(&c->folder->name), buf_span(&c->folder->id));
	if (b && c->turn != PUAVO_FIRST)
		b->state = c->state;
	if (b || c->turn != PUAVO_NEW)
		return 0;
	x = vec_push(&p->of);
	there = read_folder(e, c->folder, &x->bundle, err);
	x->bundle.state = c->state;
	x->rank = --p->last;
	if (there == 0)
		buf_clear(&x->bundle.name);
	return there < 0 ? -1 : 0;
}

int engine_world(struct engine *e, struct world *out, struct err *err)
{
	AUTO(meeting) m = {0};
	struct placing p = {.last = SIZE_MAX / 2};
	int result = 0;

	*out = WORLD_INIT;
	if (e->lock.fd >= 0)
		return db_world(&e->db, out, err);
	if (hold_against(e, &m, err) < 0)
		return -1;
	if (!m.changes.of.n)
		return db_world(&e->db, out, err);
	for (size_t i = 0; i < m.world.of.n; i++)
		*vec_push(&p.of) = (struct placed){bundle_dup(&m.world.of.v[i]), SIZE_MAX / 2 + i};
	for (size_t i = 0; result == 0 && i < m.changes.of.n; i++)
		result = place_one(e, &p, &m.changes.of.v[i], err);
	if (p.of.n)
		qsort(p.of.v, p.of.n, sizeof(p.of.v[0]), by_name_and_rank);
	VEC_FOR (struct placed, x, &p.of) {
		if (result == 0 && x->bundle.name.n)
			*vec_push(&out->of) = x->bundle;
		else
			bundle_drop(&x->bundle);
	}
	vec_drop(&p.of);
	return result;
}

/* --- An installer meets what there is -------------------------------------------------------------------- */

static int add_md5(const char *file, struct buf *id, struct err *err)
{
	struct sums want = {0}, have;
	int64_t size;
	AUTO_FD fd = installer_open(file, err);

	if (fd < 0)
		return -1;
	want.has[DIGEST_MD5] = true;
	if (intake_digest_fd(fd, &want, &have, &size, err) < 0)
		return -1;
	digest_format(id, &have.of[DIGEST_MD5]);
	return 0;
}

/* 1: the folder has all of the installer's files, unchanged. */
static int is_folder_of(
	struct engine *e, const struct bundle *b, const struct candidate *c, struct err *err)
{
	AUTO(manifest) theirs = MANIFEST_INIT;
	AUTO(manifest) ours = MANIFEST_INIT;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD folder = installation_open_if(&e->place, b, err);
	AUTO_FD stage = -1;

	if (folder < 0)
		return err->code == ERR_NONE ? 0 : -1;
	stage_path(&e->place, c->stage.s, &path);
	stage = place_open_if(&e->place, path.s, err);
	if (stage < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (installation_manifest(folder, &theirs, err) < 0 ||
		installation_manifest(stage, &ours, err) < 0)
		return -1;
	return !manifest_lacks(&theirs, &ours);
}

/* The one in puavo's layout with the candidate's package-id. */
static const struct bundle *namesake(const struct world *world, const struct candidate *c)
{
	VEC_FOR (const struct bundle, b, &world->of)
		if (bundle_is_puavo(b) && c->installer.puavo_id.n &&
			span_is(buf_span(&b->name), buf_span(&c->installer.name)) &&
			span_is(buf_span(&b->puavo_id), buf_span(&c->installer.puavo_id)))
			return b;
	return NULL;
}

int puavo_meet(struct engine *e, const struct request *request, const struct world *world,
	struct candidate *c, struct err *err)
{
	struct span name = buf_span(&c->installer.name);
	const struct bundle *shown = world_shown(world, name), *same;
	int result;

	if (!request->puavo && !e->as_puavo && (!shown || !bundle_is_puavo(shown)))
		return 0;
	c->layout = LAYOUT_PUAVO;
	if (!c->installer.puavo_id.n && add_md5(c->file.s, &c->installer.puavo_id, err) < 0)
		return -1;
	same = namesake(world, c);
	if (!same || !c->stage.n || span_is(buf_span(&same->id), buf_span(&c->id)))
		return 0;
	result = is_folder_of(e, same, c, err);
	if (result == 1)
		buf_set(&c->id, buf_span(&same->id));
	return result < 0 ? -1 : 0;
}

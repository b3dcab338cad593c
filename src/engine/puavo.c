/* What the old script does beside us. */
#include "engine/puavo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/puavo_meeting.h"
#include "engine/transaction.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/links.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/signals.h"
#include "sys/tree.h"

#define TAKEN_OVER "puavo-pkg"

int puavo_check_there(struct engine *e, struct err *err)
{
	AUTO(buf) path = buf_dup(&e->place.puavo);
	AUTO_FD packages = -1;
	int known;

	buf_adds(&path, "/packages");
	packages = place_open_if(&e->place, path.s, err);
	if (err->code != ERR_NONE)
		return err_at(err, "%s", e->place.puavo.s);
	if (packages >= 0)
		return 0;
	known = db_has_layout(&e->db, LAYOUT_PUAVO, err);
	if (known <= 0)
		return known;
	err_set(err, ERR_BAD_STATE,
		"%s%s is not there, but packages are installed in it: is its file system mounted?",
		e->place.root.s, path.s);
	return err_next(err,
		"mount it; where it is lost for good: mkdir %s%s, and install them again",
		e->place.root.s, path.s);
}

/* As with mkdir -p: what is above it may be links that the admin made; inside another root they are not followed. */
static int make_rootdir(struct engine *e, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD there = file_open_within(
		e->place.root.s, e->place.puavo.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct span rest = buf_span(&e->place.puavo), part;

	if (there >= 0)
		return 0;
	if (e->place.root.n) {
		AUTO_FD root = engine_root(e, err);
		AUTO_FD made =
			root < 0 ? -1 : file_make_dirs(root, e->place.puavo.s + 1, 0755, err);

		return made < 0 ? -1 : 0;
	}
	while (span_split(&rest, '/', &part)) {
		if (part.n)
			buf_addf(&path, "/%.*s", SPAN_ARG(part));
		if (path.n && mkdir(path.s, 0755) < 0 && errno != EEXIST)
			return err_sys(err, "make folder %s", path.s);
	}
	return 0;
}

static int make_folder(struct engine *e, const char *path, struct err *err)
{
	AUTO_FD made = place_make(&e->place, path, 0755, err);

	return made < 0 ? -1 : 0;
}

int puavo_make_folders(struct engine *e, struct err *err)
{
	AUTO(buf) packages = buf_dup(&e->place.puavo);

	buf_adds(&packages, "/packages");
	if (make_rootdir(e, err) < 0 || make_folder(e, packages.s, err) < 0 ||
		make_folder(e, links_folder(LINKS_PUAVO_INSTALLED), err) < 0)
		return -1;
	return make_folder(e, links_folder(LINKS_PUAVO_AVAILABLE), err);
}

void puavo_touch(struct engine *e, const struct plan *plan)
{
	struct err err = ERR_INIT;

	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->result == RESULT_DONE && item->to.layout == LAYOUT_PUAVO &&
			installation_stamp(&e->place, &item->to, INSTALLATION_PREPARED, &err) < 0)
			engine_tell(e, WATCH_WARN, buf_span(&item->to.name), "%s", err.text);
}

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
	int64_t row;

	if (in_force_forget(&e->db, name, err) < 0 || db_find_in_use(&e->db, name, &row, err) < 0)
		return -1;
	return row ? db_set_state(&e->db, row, BUNDLE_PREPARED, engine_now(), err) : 0;
}

/* The old tool leaves what it unpacked to a user without rights, who could change what root runs. */
static void give_to_root(struct engine *e, const struct bundle *b)
{
	struct err err = ERR_INIT;
	AUTO_FD dir = b->layout == LAYOUT_PUAVO ? installation_open_if(&e->place, b, &err) : -1;
	AUTO(buf) path = BUF_INIT;
	int64_t stripped = 0;

	installation_path(&e->place, b, &path);
	if (err.code != ERR_NONE ||
		(dir >= 0 && tree_settle(dir, geteuid(), getegid(), &stripped, &err) < 0))
		engine_tell(e, WATCH_WARN, buf_span(&b->name),
			"%s: its files still belong to others than root: %s", path.s, err.text);
	if (stripped)
		engine_tell(e, WATCH_INFO, buf_span(&b->name),
			"setuid, group or other write were taken from %lld of its files",
			(long long)stripped);
}

/* What there is to follow. */
struct following {
	struct engine *e;
	const struct puavo_meeting *m;
	struct bundle *
		fresh; /* of each change: what a new folder is; its name is empty where it is not taken over */
};

static struct bundle *fresh_of(const struct following *f, const struct puavo_change *c)
{
	return &f->fresh[c - f->m->changes.of.v];
}

static int take_new(const struct following *f, const struct puavo_change *c, struct err *err)
{
	struct engine *e = f->e;
	struct bundle *b = fresh_of(f, c);

	if (!b->name.n)
		return 0;
	if (c->state == BUNDLE_INSTALLED && put_out_of_use(e, buf_span(&b->name), err) < 0)
		return -1;
	b->state = c->state;
	tell(e, c, b->name.s);
	give_to_root(e, b);
	return db_put_bundle(&e->db, b, err);
}

static int take_state(const struct following *f, const struct puavo_change *c, struct err *err)
{
	struct engine *e = f->e;
	struct span name = buf_span(&c->bundle->name);

	if (c->state == BUNDLE_INSTALLED && put_out_of_use(e, name, err) < 0)
		return -1;
	if (bundle_in_use(c->bundle) && in_force_forget(&e->db, name, err) < 0)
		return -1;
	tell(e, c, c->bundle->name.s);
	return db_set_state(&e->db, c->bundle->row, c->state, engine_now(), err);
}

static int take_gone(const struct following *f, const struct puavo_change *c, struct err *err)
{
	struct engine *e = f->e;
	if (bundle_in_use(c->bundle) &&
		in_force_forget(&e->db, buf_span(&c->bundle->name), err) < 0)
		return -1;
	tell(e, c, c->bundle->name.s);
	return db_delete_bundle(&e->db, c->bundle->row, err);
}

static int take_first(const struct following *f, const struct puavo_change *c, struct err *err)
{
	struct engine *e = f->e;
	int64_t row;

	if (db_find_puavo(&e->db, c->folder->layout, buf_span(&c->folder->name),
		    buf_span(&c->folder->id), &row, err) < 0)
		return -1;
	return row ? db_set_last(&e->db, row, err) : 0;
}

static int (*const takes[])(const struct following *, const struct puavo_change *, struct err *) = {
	[PUAVO_GONE] = take_gone,
	[PUAVO_STATE] = take_state,
	[PUAVO_NEW] = take_new,
	[PUAVO_FIRST] = take_first,
};

static int take_all(const struct following *f, struct err *err)
{
	struct db *db = &f->e->db;

	if (db_begin(db, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_change, c, &f->m->changes.of) {
		if (signals_check(err) == 0 && takes[c->turn](f, c, err) == 0)
			continue;
		db_abandon(db);
		return err_at(err, "%.*s", SPAN_ARG(puavo_change_name(c)));
	}
	if (place_sync(&f->e->place, err) < 0) {
		db_abandon(db);
		return -1;
	}
	return db_commit(db, err);
}

static bool differs(const struct puavo_meeting *m, struct span name)
{
	VEC_FOR (const struct puavo_change, c, &m->changes.of)
		if (span_is(puavo_change_name(c), name))
			return true;
	return false;
}

/* fardel's own links follow; but what was not taken over keeps those that it has. */
static int show_all(const struct following *f, struct err *err)
{
	struct engine *e = f->e;
	AUTO(puavo_meeting) left = {0};
	AUTO(world) world = WORLD_INIT;

	if (puavo_hold_against(e, &left, err) < 0 || db_world(&e->db, &world, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_change, c, &f->m->changes.of)
		if (!differs(&left, puavo_change_name(c)) &&
			links_publish(&e->place, &world, puavo_change_name(c), err) < 0)
			return -1;
	return place_sync(&e->place, err);
}

static int note(const struct following *f, struct err *err)
{
	struct engine *e = f->e;
	AUTO(journal) journal = JOURNAL_INIT;
	AUTO(plan) nothing = PLAN_INIT;
	struct err ending = ERR_INIT;
	int result;

	if (journal_open(&e->db, &nothing, TAKEN_OVER, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = log_open(&e->place, journal.number, false, &e->log, err);
	if (result == 0)
		result = take_all(f, err);
	if (result == 0)
		result = show_all(f, err);
	if (transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

/* One that is odd must not keep the others from being worked on: 1 it can be taken over, 0 it cannot, which is said. */
static int read_new(
	struct engine *e, const struct puavo_change *c, struct bundle *b, struct err *err)
{
	struct err odd = ERR_INIT;
	int64_t known;
	int there = puavo_read_folder(e, c->folder, b, &odd);

	if (there < 0)
		engine_tell(e, WATCH_WARN, buf_span(&c->folder->name),
			"its folder %s is not taken over: %s", c->folder->id.s, odd.text);
	if (there <= 0)
		return 0;
	if (db_find(&e->db, buf_span(&b->name), buf_span(&b->id), &known, err) < 0)
		return -1;
	if (known)
		engine_tell(e, WATCH_WARN, buf_span(&b->name),
			"its folder %s has the content of another installation, and is passed over",
			c->folder->id.s);
	return !known;
}

static bool is_taken(const struct following *f, const struct puavo_folder *folder)
{
	VEC_FOR (const struct puavo_change, c, &f->m->changes.of)
		if (c->turn == PUAVO_NEW && c->folder == folder && fresh_of(f, c)->name.n)
			return true;
	return false;
}

/* Whether anything is left that can be followed: a transaction that does nothing would push out those that can be taken back. */
static bool is_to_follow(const struct following *f)
{
	VEC_FOR (const struct puavo_change, c, &f->m->changes.of) {
		if (c->turn == PUAVO_NEW
				? fresh_of(f, c)->name.n > 0
				: c->turn != PUAVO_FIRST || c->bundle || is_taken(f, c->folder))
			return true;
	}
	return false;
}

static int read_all(const struct following *f, struct err *err)
{
	VEC_FOR (const struct puavo_change, c, &f->m->changes.of) {
		struct bundle *b = fresh_of(f, c);
		int result;

		if (c->turn != PUAVO_NEW)
			continue;
		if (signals_check(err) < 0)
			return -1;
		result = read_new(f->e, c, b, err);
		if (result < 0)
			return -1;
		if (!result)
			buf_clear(&b->name);
	}
	return 0;
}

static int follow(struct following *f, struct err *err)
{
	size_t count = f->m->changes.of.n;
	int result;

	f->fresh = mem_zero(count + 1, sizeof(*f->fresh));
	for (size_t i = 0; i < count; i++)
		bundle_init(&f->fresh[i]);
	result = read_all(f, err);
	if (result == 0 && is_to_follow(f))
		result = note(f, err);
	for (size_t i = 0; i < count; i++)
		bundle_drop(&f->fresh[i]);
	free(f->fresh);
	return result;
}

int puavo_follow(struct engine *e, struct err *err)
{
	AUTO(puavo_meeting) m = {0};
	struct following f = {.e = e, .m = &m};

	if (puavo_hold_against(e, &m, err) < 0)
		return err_at(err, "what puavo-pkg has done");
	VEC_FOR (const struct puavo_folder, folder, &m.tree.of)
		e->unsettled |= folder->unsettled;
	if (!m.changes.of.n)
		return 0;
	return follow(&f, err) < 0 ? err_at(err, "what puavo-pkg has done") : 0;
}

/* doctor: what is wrong, and the command that mends it. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/clean.h"
#include "engine/confine.h"
#include "engine/engine.h"
#include "engine/repositories.h"
#include "engine/session.h"
#include "engine/stage.h"
#include "engine/stock.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/links.h"
#include "store/undo.h"
#include "sys/fd.h"
#include "sys/features.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/tree.h"

static int check_db(
	struct engine *e, const struct world *world, struct diagnoses *out, struct err *err)
{
	struct err wrong = ERR_INIT;
	int64_t newest;
	int sound;

	if (!e->db.sql) {
		diagnoses_add(
			out, DIAGNOSIS_OK, "", "state.db: none yet; nothing has been installed");
		return 0;
	}
	if (journal_newest(&e->db, &newest, err) < 0)
		return -1;
	sound = sql_check(e->db.sql, &wrong);
	if (sound == 1)
		diagnoses_add(out, DIAGNOSIS_OK, "",
			"state.db, schema %d, %zu installations, newest transaction %lld",
			DB_SCHEMA, world->of.n, (long long)newest);
	else
		diagnoses_add(out, DIAGNOSIS_FAIL, "restore state.db from a backup",
			"state.db is damaged: %s", wrong.text);
	return 0;
}

static int check_journal(struct engine *e, struct diagnoses *out, struct err *err)
{
	AUTO(journal) j = JOURNAL_INIT;

	if (journal_load_open(&e->db, &j, err) < 0)
		return -1;
	if (j.number)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel gc",
			"transaction %lld (%s) was interrupted, or is at work now",
			(long long)j.number, j.command.s);
	return 0;
}

static bool has_folder(int dir, const char *name)
{
	struct err ignored = ERR_INIT;
	struct stat st;

	return file_stat(dir, name, &st, &ignored) == 1 && S_ISDIR(st.st_mode);
}

/* What unpacks it anew; an old one is of no more use then. */
static void add_unpack(const struct bundle *b, bool old, const char *gc, struct buf *mend)
{
	if (old)
		buf_sets(mend, gc);
	else
		installer_again(b->format, buf_span(&b->name), mend);
}

static void check_bundle(
	struct engine *e, const struct world *world, const struct bundle *b, struct diagnoses *out)
{
	bool old = clean_is_old(b, world_current(world, buf_span(&b->name)));
	struct err wrong = ERR_INIT;
	AUTO_FD dir = installation_open_if(&e->place, b, &wrong);
	AUTO(buf) mend = BUF_INIT;
	bool unpacked = b->state >= BUNDLE_PREPARED;

	if (dir < 0) {
		add_unpack(b, old, "fardel gc", &mend);
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s, "%s %.8s: its folder is gone", b->name.s,
			b->id.s);
	} else if (unpacked && !has_folder(dir, INSTALLATION_UPSTREAM)) {
		add_unpack(b, old, "fardel gc", &mend);
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s, "%s %.8s: its unpacked pack is gone",
			b->name.s, b->id.s);
	} else if (b->state == BUNDLE_BROKEN) {
		buf_setf(&mend, "fardel reconfigure %s", b->name.s);
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s,
			"%s is broken: its last configure failed", b->name.s);
	} else if (unpacked && installation_is_hollow(&e->place, b, &wrong) == 1) {
		add_unpack(b, old, "fardel gc --keep 0", &mend);
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s,
			"%s %.8s: files of it, or what was in them, were lost", b->name.s, b->id.s);
	}
}

/* Each link must lead to the installation that it is for, or not be there. */
static void check_link(struct engine *e, const struct world *world, struct span name,
	enum link_set set, struct diagnoses *out)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) mend = BUF_INIT;
	AUTO(buf) now = BUF_INIT;

	if (links_is_right(&e->place, world, name, set, &now))
		return;
	place_path(&e->place, links_folder(set), &path);
	buf_addf(&path, "/%.*s", SPAN_ARG(name));
	links_target(&e->place, world, name, set, &wanted);
	if (world_current(world, name) && wanted.n)
		buf_setf(&mend, "fardel reconfigure %.*s", SPAN_ARG(name));
	else
		buf_sets(&mend, "fardel gc");
	if (!now.n)
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s, "%s is missing", path.s);
	else
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s, "%s leads to %s", path.s, now.s);
}

static void check_packages(struct engine *e, const struct world *world, struct diagnoses *out)
{
	size_t before = out->of.n;
	struct span last = SPAN("");

	for (size_t i = 0; i < world->of.n; i++) {
		const struct bundle *b = &world->of.v[i];

		check_bundle(e, world, b, out);
		if (!span_is(last, buf_span(&b->name)))
			for (unsigned set = 0; set < LINK_SETS; set++)
				check_link(e, world, buf_span(&b->name), (enum link_set)set, out);
		last = buf_span(&b->name);
	}
	if (out->of.n == before)
		diagnoses_add(out, DIAGNOSIS_OK, "", "installations and links");
}

static bool is_live(const struct engine *e, struct span name)
{
	for (size_t i = 0; i < e->config.live.of.n; i++)
		if (span_is(buf_span(&e->config.live.of.v[i]), name))
			return true;
	return false;
}

static void check_list(struct engine *e, const struct bundle *b, const struct committed *row,
	struct diagnoses *out)
{
	struct err wrong = ERR_INIT;
	AUTO(undo) u = UNDO_INIT;
	AUTO(footprint) f = FOOTPRINT_INIT;
	int there = undo_open(&e->place, row->txn, row->item, &u, &wrong);
	AUTO(buf) mend = BUF_INIT;

	if (wrong.sys == EACCES) /* only root can tell */
		return;
	/* What is damaged is in the way of all that goes by it; what is gone is not. */
	buf_setf(&mend, "fardel reconfigure %s%s", there ? "--direct " : "", b->name.s);
	if (there == 0)
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s,
			"%s: the list of what it has made, %s" PLACE_UNDO "/%lld.%lld, is gone",
			b->name.s, e->place.root.s, (long long)row->txn, (long long)row->item);
	else if (there < 0 || undo_read(&u, UNDO_FOOTPRINT, &f, &wrong) < 0)
		diagnoses_add(out, DIAGNOSIS_FAIL, mend.s, "%s: %s (%lld.%lld)", b->name.s,
			wrong.text, (long long)row->txn, (long long)row->item);
	else if (!f.whole)
		diagnoses_add(out, DIAGNOSIS_WARN, "",
			"%s: not all that it has made is known, as its rules ran on the system "
			"itself before",
			b->name.s);
}

/* Whether it is known what those in use have made. */
static int check_footprints(
	struct engine *e, const struct world *world, struct diagnoses *out, struct err *err)
{
	VEC_FOR (const struct bundle, b, &world->of) {
		AUTO(committed) row = COMMITTED_INIT;
		AUTO(buf) mend = BUF_INIT;
		int there =
			bundle_in_use(b) ? in_force_get(&e->db, buf_span(&b->name), &row, err) : -1;

		if (err->code != ERR_NONE)
			return -1;
		if (!is_live(e, buf_span(&b->name)))
			buf_setf(&mend, "fardel reconfigure %s", b->name.s);
		if (there == 1)
			check_list(e, b, &row, out);
		else if (there == 0)
			diagnoses_add(out, DIAGNOSIS_WARN, mend.s,
				"%s: what it has made is not known, as its rules ran on the system "
				"itself",
				b->name.s);
	}
	return 0;
}

static int check_leftovers(
	struct engine *e, const struct world *world, struct diagnoses *out, struct err *err)
{
	AUTO(texts) found = {0};
	AUTO(texts) links = {0};

	if (links_strays(&e->place, world, &links, err) < 0 ||
		installation_sweep(&e->place, world, false, &found, err) < 0)
		return -1;
	for (size_t i = 0; i < links.of.n; i++)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel gc", "%s%s belongs to no package",
			e->place.root.s, links.of.v[i].s);
	for (size_t i = 0; i < found.of.n; i++)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel gc", "%s%s/%s belongs to no package",
			e->place.root.s, PLACE_PACKAGES, found.of.v[i].s);
	return 0;
}

static int check_cache(struct engine *e, struct diagnoses *out, struct err *err)
{
	AUTO(items) all = {0};
	AUTO(items) damaged = {0};
	size_t strays = 0;

	if (engine_cache_list(e, &all, err) < 0 || engine_cache_verify(e, false, &damaged, err) < 0)
		return -1;
	VEC_FOR (struct item, i, &damaged.of)
		strays += !i->id.n;
	if (damaged.of.n > strays)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel cache verify --repair",
			"%s%s: %zu of %zu packs damaged", e->place.root.s, PLACE_CACHE,
			damaged.of.n - strays, all.of.n);
	if (strays)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel cache gc",
			"%s%s: %zu files that are no packs", e->place.root.s, PLACE_CACHE, strays);
	if (!damaged.of.n)
		diagnoses_add(out, DIAGNOSIS_OK, "", "cache, %zu packs, all sound", all.of.n);
	return 0;
}

/* What rules unpack would be started with, tried. */
static void check_confinement(struct engine *e, struct diagnoses *out)
{
	AUTO(buf) names = BUF_INIT;
	struct sandbox box;
	unsigned missing;

	confine(e, CONFINE_UNPACK, &box);
	missing = sandbox_missing(&box);
	sandbox_name_parts(missing, &names);
	if (missing)
		diagnoses_add(out, DIAGNOSIS_WARN, "",
			"confinement of workers, download and unpack lacks %s", names.s);
	else
		diagnoses_add(out, DIAGNOSIS_OK, "",
			"confinement of workers, download and unpack: all of it");
}

/* Whether there can be previews. Only who could make one can tell. */
static void check_stage_means(struct engine *e, struct diagnoses *out)
{
	struct err wrong = ERR_INIT;

	if (geteuid() != 0 && !e->place.root.n)
		return;
	if (stage_try(e, &wrong) == 0)
		diagnoses_add(out, DIAGNOSIS_OK, "", "a stage for previews can be made");
	else
		diagnoses_add(out, DIAGNOSIS_WARN, "", "no stage for previews: %s", wrong.text);
}

static void check_kernel(struct engine *e, struct diagnoses *out)
{
	struct features f = features_look();
	unsigned means = engine_means(e);

	diagnoses_add(out, f.openat2 ? DIAGNOSIS_OK : DIAGNOSIS_FAIL,
		f.openat2 ? "" : "use Linux 5.6 or newer",
		"kernel: %soverlayfs, %suser namespaces, Landlock %d, %sseccomp",
		f.overlay ? "" : "no ", f.user_namespaces ? "" : "no ", f.landlock,
		f.seccomp ? "" : "no ");
	check_confinement(e, out);
	check_stage_means(e, out);
	if (!(means & MEANS_MOUNT))
		diagnoses_add(out, DIAGNOSIS_WARN, "",
			"mounting is refused here: packs are copied for rules instead of "
			"shown read-only");
	if (e->place.root.n && !(means & MEANS_CHROOT))
		diagnoses_add(out, DIAGNOSIS_WARN, "",
			"chroot is refused here: rules cannot run inside %s", e->place.root.s);
}

/* Each of fardel's own folders is one, and nobody else's. */
static void check_folders(struct engine *e, struct diagnoses *out)
{
	static const char *const folders[] = {PLACE_STATE, PLACE_PACKAGES, PLACE_STATE "/installed",
		PLACE_STATE "/available", PLACE_STAGE, PLACE_CACHE, PLACE_CACHE "/packs", PLACE_LOG,
		PLACE_RUN};

	for (size_t i = 0; i < COUNT(folders); i++) {
		struct err wrong = ERR_INIT;
		AUTO_FD fd = place_open_if(&e->place, folders[i], &wrong);
		AUTO(buf) path = BUF_INIT;

		place_path(&e->place, folders[i], &path);
		if (fd < 0 && (wrong.code == ERR_NONE || wrong.sys == EACCES))
			continue; /* not there yet, or only for root to look into */
		if (fd >= 0 && file_check_owner(fd, path.s, &wrong) == 0)
			continue;
		diagnoses_add(out, DIAGNOSIS_FAIL,
			*err_hint(&wrong) ? err_hint(&wrong) : "put a folder there", "%s: %s",
			path.s, wrong.text);
	}
}

/* What is in the stage while nobody works is rubbish that could not be removed. */
static void check_stage(struct engine *e, struct diagnoses *out)
{
	struct err ignored = ERR_INIT;
	AUTO_FD fd = place_open_if(&e->place, PLACE_STAGE, &ignored);
	int64_t bytes = 0, files = 0;

	if (fd >= 0 && tree_measure(fd, &bytes, &files, &ignored) == 0 && files > 0)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel gc",
			"%s%s: work in progress, or %lld leftovers", e->place.root.s, PLACE_STAGE,
			(long long)files);
}

/* state.db and all that is known by it; a database that cannot be read is a finding as well. */
static int check_state(struct engine *e, struct diagnoses *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	if (db_open(&e->place, false, &e->db, err) < 0 || db_world(&e->db, &world, err) < 0 ||
		check_db(e, &world, out, err) < 0 || check_journal(e, out, err) < 0)
		return -1;
	check_packages(e, &world, out);
	return check_footprints(e, &world, out, err) < 0 ? -1
							 : check_leftovers(e, &world, out, err);
}

/* Makes findings of what is told elsewhere. */
struct listener {
	struct watch watch;
	struct diagnoses *out;
};

static void hear(struct watch *watch, const struct event *event)
{
	struct listener *l = (struct listener *)watch;

	if (event->kind == WATCH_WARN)
		diagnoses_add(l->out, DIAGNOSIS_WARN, "fardel repo update", "repository %.*s",
			SPAN_ARG(event->text));
}

/* What was synced of it: whether it can be used, and is up to date. */
static int check_shelf(
	struct engine *e, const struct repository *r, struct diagnoses *out, struct err *err)
{
	struct listener l = {.watch = {.on = hear}, .out = out};
	struct shelf shelf = {.index = INDEX_INIT, .url = BUF_INIT};
	struct watch *watch = e->watch;
	int opened = 0;

	if (e->db.sql) {
		e->watch = &l.watch;
		opened = stock_open_shelf(e, r, &shelf, err);
		e->watch = watch;
	}
	if (opened == 0 && !shelf.refused)
		diagnoses_add(out, DIAGNOSIS_WARN, "fardel repo update",
			"repository %s: it has not been synced yet", r->name.s);
	shelf_drop(&shelf);
	return opened < 0 ? -1 : 0;
}

static int check_repository(
	struct engine *e, const struct repository *r, struct diagnoses *out, struct err *err)
{
	AUTO(buf) mend = BUF_INIT;

	if (!r->enable)
		return 0;
	buf_addf(&mend, "fardel repo trust %s KEY", r->name.s);
	if (!r->require_signature) {
		diagnoses_add(out, DIAGNOSIS_WARN, mend.s,
			"repository %s: what is not signed is taken, too", r->name.s);
	} else if (!r->keys.of.n) {
		diagnoses_add(out, DIAGNOSIS_WARN, mend.s,
			"repository %s: no key is trusted, so nothing of it counts", r->name.s);
		return 0;
	}
	return check_shelf(e, r, out, err);
}

static int check_repositories(struct engine *e, struct diagnoses *out, struct err *err)
{
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	size_t enabled = 0;

	if (repositories_load(e, &all, &faults, err) < 0)
		return -1;
	VEC_FOR (struct repository_fault, f, &faults.of)
		if (!f->hidden) {
			diagnoses_add(out, DIAGNOSIS_FAIL, err_hint(&f->err), "%s", f->err.text);
			f->told = true;
		}
	repositories_tell(e, &faults);
	VEC_FOR (const struct repository, r, &all.of) {
		enabled += r->enable;
		if (check_repository(e, r, out, err) < 0)
			return -1;
	}
	if (all.of.n)
		diagnoses_add(out, DIAGNOSIS_OK, "", "repositories, %zu, of which %zu are enabled",
			all.of.n, enabled);
	return 0;
}

/* A check that could not be made is a finding. */
static void tell(struct diagnoses *out, int result, struct err *err)
{
	const char *hint = err_hint(err);

	if (result < 0)
		diagnoses_add(out, DIAGNOSIS_FAIL,
			strstr(hint, "fardel doctor") ? "restore it from a backup" : hint, "%s",
			err->text);
	err_clear(err);
}

int engine_doctor(struct engine *e, struct diagnoses *out, struct err *err)
{
	*out = (struct diagnoses){0};
	tell(out, check_state(e, out, err), err);
	check_folders(e, out);
	check_stage(e, out);
	tell(out, cache_open(&e->place, false, &e->cache, err), err);
	tell(out, check_cache(e, out, err), err);
	check_kernel(e, out);
	tell(out, check_repositories(e, out, err), err);
	if (e->config_error.code == ERR_NONE)
		diagnoses_add(out, DIAGNOSIS_OK, "", "configuration");
	else
		diagnoses_add(out, DIAGNOSIS_FAIL, "mend that file", "configuration: %s",
			e->config_error.text);
	return 0;
}

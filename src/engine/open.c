/* The engine: opened for what a command needs, and closed. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/engine.h"
#include "engine/puavo.h"
#include "engine/recover.h"
#include "engine/session.h"
#include "engine/settings.h"
#include "engine/worker.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/signals.h"

#ifndef FARDEL_LIBEXEC
#define FARDEL_LIBEXEC "/usr/libexec/fardel"
#endif

#define FILES_LEAST 64 /* one package alone takes 20 */
#define FILES_WANTED 1024

/* The workers stand where this program was installed: BIN/../libexec/fardel. */
static void find_libexec(struct buf *out)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = 0;
	for (int i = 0; i < 2; i++) {
		slash = strrchr(self, '/');
		if (slash)
			*slash = 0;
	}
	buf_addf(out, "%s/libexec/fardel", self);
	if (access(out->s, X_OK) < 0)
		buf_sets(out, FARDEL_LIBEXEC);
}

/* With fewer than the least, work would begin that cannot be ended; the rest is for deep trees. A caller's own soft limit
 * is meant for other programs, but rules get no more than is usual. */
static int provide_files(struct err *err)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return err_sys(err, "ask for the limit of open files");
	if (files.rlim_cur < FILES_WANTED && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
		if (setrlimit(RLIMIT_NOFILE, &files) < 0)
			return err_sys(err, "raise the limit of open files");
	}
	if (files.rlim_cur >= FILES_LEAST)
		return 0;
	err_set(err, ERR_FAILED, "at most %lu open files are allowed here, and %d are needed",
		(unsigned long)files.rlim_cur, FILES_LEAST);
	return err_next(
		err, "ulimit -n %d, or the like of what started this (LimitNOFILE=)", FILES_WANTED);
}

/* A container may have the state with a /run, and so a lock, of its own. Only root can open the
 * stage, so nobody else can hold this one. */
static int lock_state(struct engine *e, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	int stage;

	if (stage_share(&e->place, confine_gid(e), err) < 0)
		return -1;
	place_path(&e->place, PLACE_STATE, &path);
	stage = place_open_if(&e->place, PLACE_STAGE, err);
	if (stage < 0)
		return err->code == ERR_NONE
			       ? err_set(err, ERR_BAD_STATE, "%s has no stage", path.s)
			       : -1;
	return lock_folder(
		&e->shared, stage, path.s, e->config.lock_timeout, engine_on_wait, e, err);
}

/* Rights, what every writer needs of its process, and the lock of that name. */
static int take_lock(struct engine *e, const char *name, struct err *err)
{
	AUTO_FD run = -1;

	if (engine_check_rights(e, err) < 0 || provide_files(err) < 0)
		return -1;
	signals_catch();
	process_adopt();
	run = place_make(&e->place, PLACE_RUN, 0755, err);
	if (run < 0 || lock_take(&e->lock, run, name, e->command.s, e->config.lock_timeout,
			       engine_on_wait, e, err) < 0)
		return -1;
	if (e->config.log_syslog && !e->place.root.n)
		openlog("fardel", LOG_PID, LOG_USER);
	return 0;
}

static int lock_and_recover(struct engine *e, struct err *err)
{
	if (take_lock(e, "lock", err) < 0)
		return -1;
	if (lock_state(e, err) < 0 || db_open(&e->place, true, &e->db, err) < 0 ||
		cache_open(&e->place, true, &e->cache, err) < 0)
		return -1;
	if (e->as_puavo && (puavo_check_there(e, err) < 0 || puavo_make_folders(e, err) < 0))
		return -1;
	place_hold(&e->place);
	return puavo_follow(e, err) < 0 ? -1 : recover(e, err);
}

/* Beside whoever installs: of state.db it writes its own rows, each commit is whole, and nothing of theirs is settled. */
static int lock_syncs(struct engine *e, enum need need, struct err *err)
{
	if (take_lock(e, "sync", err) < 0)
		return -1;
	if (need == NEED_UPDATE)
		worker_reserve(e, WORKER_FETCH);
	if (db_open(&e->place, true, &e->db, err) < 0 ||
		cache_open(&e->place, true, &e->cache, err) < 0)
		return -1;
	/* What a sync left that was killed; of who installs, all is left. */
	return cache_clear_incoming(&e->cache, err);
}

static int open_for(struct engine *e, enum need need, struct err *err)
{
	if (need == NEED_LOCK)
		return lock_and_recover(e, err);
	if (need == NEED_SYNC || need == NEED_UPDATE)
		return lock_syncs(e, need, err);
	if (need == NEED_READ)
		return db_open(&e->place, false, &e->db, err) < 0 ||
				       cache_open(&e->place, false, &e->cache, err) < 0
			       ? -1
			       : 0;
	return 0;
}

/* What changes something needs the admin's settings; what only reads goes on with the defaults, after saying so, for
 * doctor and others must work just then. */
static int load_files(
	struct engine *e, const char *file, bool must, struct texts *warnings, struct err *err)
{
	if (settings_load(&e->place, file, &e->config, &e->origins, warnings, err) == 0)
		return 0;
	if (must || file)
		return -1;
	e->config_error = *err;
	texts_add(warnings, span_of(err->text));
	err_clear(err);
	config_drop(&e->config);
	config_origins_drop(&e->origins);
	config_init(&e->config, &e->origins);
	return 0;
}

/* The same for puavo-pkg's. */
static int load_puavo(struct engine *e, bool must, struct texts *warnings, struct err *err)
{
	if (settings_load_puavo(&e->place, &e->puavo, warnings, err) < 0) {
		if (must)
			return -1;
		texts_add(warnings, span_of(err->text));
		err_clear(err);
		puavo_conf_drop(&e->puavo);
		puavo_conf_init(&e->puavo);
	}
	place_set_puavo(
		&e->place, buf_span(&e->puavo.rootdir), buf_span(&e->puavo.readonly_rootdir));
	return 0;
}

static bool is_to_change(enum need need)
{
	return need == NEED_LOCK || need == NEED_SYNC || need == NEED_UPDATE;
}

static int load_settings(
	struct engine *e, const struct engine_options *o, enum need need, struct err *err)
{
	AUTO(texts) warnings = {0};

	if (place_init(&e->place, o->root, err) < 0 ||
		load_files(e, o->config_file, is_to_change(need), &warnings, err) < 0 ||
		load_puavo(e, need == NEED_LOCK || e->as_puavo, &warnings, err) < 0 ||
		settings_set(o->sets, &e->config, &e->origins, err) < 0)
		return -1;
	/* That tool deletes what was in use before as soon as the new one is. */
	if (e->as_puavo)
		e->config.gc_keep = 0;
	for (size_t i = 0; i < warnings.of.n; i++)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", warnings.of.v[i].s);
	return 0;
}

const struct err *engine_config_error(const struct engine *e)
{
	return &e->config_error;
}

int engine_open(
	const struct engine_options *o, enum need need, struct engine **out, struct err *err)
{
	struct engine *e = mem_zero(1, sizeof(*e));

	e->db = DB_INIT;
	e->cache = CACHE_INIT;
	e->lock = LOCK_INIT;
	e->shared = LOCK_INIT;
	e->log = LOG_INIT;
	e->watch = o->watch;
	e->as_puavo = o->as_puavo;
	e->user = (int64_t)getuid();
	e->place.root = BUF_INIT;
	e->command = buf_of(o->command ? o->command : "fardel");
	e->libexec = BUF_INIT;
	e->architecture = BUF_INIT;
	config_init(&e->config, &e->origins);
	puavo_conf_init(&e->puavo);
	e->packets = PACKETS_DIRS_INIT;
	for (const char *const *p = o->proxies; p && *p; p++)
		texts_add(&e->proxies, span_of(*p));
	find_libexec(&e->libexec);
	*out = NULL;
	if (load_settings(e, o, need, err) < 0 || open_for(e, need, err) < 0) {
		engine_close(e);
		return -1;
	}
	*out = e;
	return 0;
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < LUA_PROGRAMS; i++)
		if (e->lua_programs[i] > 0)
			fd_drop(&e->lua_programs[i]);
	worker_unreserve(e);
	nonet_drop(&e->nonet);
	log_drop(&e->log);
	cache_drop(&e->cache);
	db_drop(&e->db);
	lock_drop(&e->shared);
	lock_drop(&e->lock);
	config_drop(&e->config);
	config_origins_drop(&e->origins);
	puavo_conf_drop(&e->puavo);
	packets_dirs_drop(&e->packets);
	texts_drop(&e->proxies);
	logins_drop(&e->logins);
	place_drop(&e->place);
	buf_drop(&e->command);
	buf_drop(&e->libexec);
	buf_drop(&e->architecture);
	free(e);
}

const struct config *engine_config(const struct engine *e)
{
	return &e->config;
}

const struct config_origins *engine_origins(const struct engine *e)
{
	return &e->origins;
}

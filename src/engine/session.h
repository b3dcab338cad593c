/* What the engine holds while it is open; for the engine's own files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/engine.h"
#include "model/login.h"
#include "model/packets_conf.h"
#include "model/puavo_conf.h"
#include "store/cache.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/place.h"
#include "sys/lock.h"
#include "sys/nonet.h"

/* What scripts are run by: not the files themselves, which are the host's also where a stage hides that. */
enum lua_program { LUA_PROGRAM, LUA_UNPACK_PROGRAM, LUA_PROGRAMS };

enum worker_kind {
	WORKER_LOOK,
	WORKER_EXTRACT,
	WORKER_LOOK_PACKETS,
	WORKER_EXTRACT_PACKETS,
	WORKER_FETCH,
	WORKER_BUILD,
	WORKER_INDEX,
	WORKER_TREE,
	WORKER_KINDS
};

struct engine {
	struct place place;
	struct config config;
	struct config_origins origins;
	struct err config_error; /* why the files could not be used; ERR_NONE: they could */
	struct puavo_conf puavo;
	struct db db;
	struct cache cache;
	struct lock lock;
	struct lock
		shared; /* of the state itself: another system may have it mounted, with a lock of its own */
	struct log log; /* of the transaction at work */
	struct watch *watch; /* borrowed, may be NULL */
	struct buf command;
	struct buf libexec; /* where the worker programs are */
	struct buf architecture; /* as Debian calls it; empty: not looked up yet */
	struct texts proxies; /* "http_proxy=…" for the fetch worker */
	struct worker
		*reserved[WORKER_KINDS]; /* of engine/worker: they wait for an order; NULL: none */
	int lua_programs[LUA_PROGRAMS]; /* copies that nobody can change; 0: not made yet */
	unsigned means; /* sys/process, with `means_known` */
	bool means_known;
	int64_t waited_since; /* when waiting for the lock began; 0: it was free */
	int64_t user; /* the uid that asked */
	bool as_puavo; /* called by that name */
	bool unsettled; /* there are folders of puavo's layout that a crash left marked */
	bool offline; /* of the request at work */
	struct logins logins; /* of repositories' files, as last read */
	struct packets_dirs packets; /* engine/packets: as configured; empty: not asked for yet */
	struct nonet nonet; /* of the one package at work: different ones have nothing in common */
	struct { /* engine/confine */
		uid_t uid; /* 0: not looked up yet */
		gid_t gid;
		bool told;
	} confined;
};

/* Seconds since 1970; milliseconds of a clock that is never set. */
int64_t engine_now(void);
int64_t engine_ms(void);

/* Appends the user's name; the number where it has none. */
void engine_user(int64_t uid, struct buf *out);

unsigned engine_means(struct engine *e);

/* The root of the system that is worked on. */
MUST_USE int engine_root(const struct engine *e, struct err *err);

/* ERR_NEED_ROOT where we may not change this system. */
MUST_USE int engine_check_rights(const struct engine *e, struct err *err);
/* For locks: tells the watch who holds it, and since when we wait. `arg`: the engine. */
void engine_on_wait(void *arg, const char *holder);

/* Whether rules run inside the root by chroot; with another root and no way to do that:
 * ERR_NEED_ROOT, unless rules.chroot is off (then they run outside, and are told the root). */
MUST_USE int engine_chroot(struct engine *e, bool *chroot, struct err *err);

/* To the watch, the log, and the system's log. */
void engine_tell(struct engine *e, enum watch_kind kind, struct span package, const char *format,
	...) PRINTF(4, 5);
void engine_event(struct engine *e, const struct event *event); /* to the watch only */

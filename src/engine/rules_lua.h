/* rules.lua: what it is run by, what it is told, and what it may reach. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/session.h"
#include "model/lua.h"
#include "model/packets_conf.h"
#include "rules/phase.h"

/* Whether the installation in that folder (a path without the root) has its rules in Lua: 1, 0, -1. */
MUST_USE int rules_are_lua(struct engine *e, const char *dir, struct err *err);

/* One run: descriptors that fardel-lua is given. */
struct lua_run {
	struct phase_lua phase; /* sys/process takes copies: all are closed by lua_run_drop */
	int socket; /* the other end of phase.broker */
};
#define LUA_RUN_INIT ((struct lua_run){{-1, -1, -1, -1}, -1})
void lua_run_drop(struct lua_run *r);

/* A hook of a package of Packets, which is run in the place of rules. Paths as it sees them. */
struct packets_hook {
	const char *script; /* where it is read from */
	const char *name; /* what messages call it */
	const char *told; /* what it is told of its own path */
	const char *home; /* the package's folder below dataDir */
	const char *data; /* "data" in that */
	const struct packets_dirs *dirs;
};

/* What of an order is the phase's. Paths are as the rules see them. */
struct lua_spec {
	enum phase phase;
	const struct bundle *bundle;
	/* Paths are without the root. */
	const char *dir, *args[2]; /* as phase_spec has them */
	const char *tmp; /* its own; NULL: none */
	const char *root; /* that the script works on from outside; "": it is in it */
	const struct packets_hook *hook; /* NULL: rules.lua */
	bool staged, direct;
};
MUST_USE int lua_run_make(
	struct engine *e, const struct lua_spec *spec, struct lua_run *out, struct err *err);

/* A descriptor of a sealed copy of one of our programs. */
MUST_USE int rules_lua_program(struct engine *e, enum lua_program which, struct err *err);
/* What the system calls itself, where it says so. */
struct release;
MUST_USE int rules_lua_release(struct engine *e, struct release *out, struct err *err);
/* The order as a file without a name, read from its beginning. */
MUST_USE int rules_lua_order(const struct lua_order *o, struct err *err);

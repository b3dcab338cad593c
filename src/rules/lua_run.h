/* One run of a script: what it may reach, what it has used up of its bounds, and its modules. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "ext/lua.h"
#include "rules/order.h"
#include "rules/places.h"

/* What fardel-lua is given besides its order. */
#define LUA_BROKER_FD 3 /* whom it asks for what it may not do itself; fardel */
#define LUA_ORDER_FD 4
#define LUA_UNPACK_FD 5 /* the program fardel-unpack */

struct lua_run {
	struct order order;
	struct places places;
	struct script *script;
	int64_t files, bytes, output; /* made, written, said */
	bool is_network; /* what failed last was the network: */
	struct buf network; /* its text */
};

/* Runs the order's script and, of rules, the phase's function. The exit status: 0 done, 1 failed, 2 the network, 4 in use; what went
 * wrong is on stderr. */
int lua_run_order(struct order *order);

/* Writes a line to stdout or stderr, within the bound; beyond it the run ends. */
void lua_run_say(struct lua_run *run, int fd, struct span text);
/* Passes on what a program said, which was counted. */
void lua_run_pass(int fd, struct span text);
MUST_USE int lua_run_count_output(struct lua_run *run, int64_t n, struct err *err);
/* Counts what is to be made or written: ERR_POLICY, which ends the run, where it is more than it may be. */
MUST_USE int lua_run_count_files(struct lua_run *run, int64_t n, struct err *err);
MUST_USE int lua_run_count_bytes(struct lua_run *run, int64_t n, struct err *err);

/* Appends where the system has that file: its place's path, the folder, the name and its ending. ERR_FAILED: this phase has no system. */
MUST_USE int lua_run_system(const struct lua_run *run, const char *folder, const char *name,
	const char *ending, struct buf *out, struct err *err);

/* The modules that scripts have: a table of functions each, in a file of its name. rules-api/README.md is their reference. */
#pragma once

#include "ext/lua.h"
#include "rules/lua_run.h"

extern const struct script_function lua_alternatives[];
extern const struct script_function lua_archive[];
extern const struct script_function lua_desktop[];
extern const struct script_function lua_fs[];
extern const struct script_function lua_json[];
extern const struct script_function lua_log[];
extern const struct script_function lua_net[];
extern const struct script_function lua_path[];
extern const struct script_function lua_process[]; /* run, a global */
extern const struct script_function lua_sys[];
extern const struct script_function lua_text[];
extern const struct script_function lua_toml[];
extern const struct script_function lua_unit[];
extern const struct script_function lua_user[];

/* What the hooks of Packets' packages have instead. */
extern const struct script_function lua_packets[]; /* globals */
extern const struct script_function lua_packets_os[];
extern const struct script_function lua_packets_io[];
extern const char
	lua_packets_prelude[]; /* names of older versions of Lua, which they were written for */
void lua_packets_globals(struct lua_run *run); /* sets what the order says */
void lua_packets_streams(struct lua_run *run); /* sets io.stderr */

/* What archive.extract does with that table; it has been checked. */
MUST_USE int lua_archive_extract(struct lua_run *run, const struct value_table *t, struct err *err);
void lua_sys_facts(struct lua_run *run); /* sets the fields of sys */

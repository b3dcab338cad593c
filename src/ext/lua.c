/* Lua 5.4. */
#include "ext/lua.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "ext/lua_inside.h"

#define DEPTH_MAX 64 /* tables in tables */
#define ITEMS_MAX 1000000 /* values in one argument */
#define HOOK_EVERY 1000 /* instructions from one look at `stop` to the next */

/* Their addresses are null, and the keys of a handle's class and of the metatable that lists of ours have. */
static int null_mark, class_mark, list_mark;

struct script *script_inside(lua_State *L)
{
	return *(struct script **)lua_getextraspace(L);
}

static void place_of(lua_State *L, char *out, size_t n)
{
	const char *name = script_inside(L)->setup.name;
	lua_Debug at;

	for (int level = 0; lua_getstack(L, level, &at); level++) {
		lua_getinfo(L, "Sl", &at);
		if (at.currentline > 0 && !strcmp(at.source + 1, name)) {
			snprintf(out, n, "%s:%d", name, at.currentline);
			return;
		}
	}
	snprintf(out, n, "%s", name);
}

static void end_at(struct script *s, const char *place, enum err_code code, const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s: %s", place, text);
	s->setup.end(s->setup.context, code, line);
	abort(); /* it does not return */
}

static void end(lua_State *L, enum err_code code, const char *text)
{
	char place[PLACE_BYTES];

	place_of(L, place, sizeof(place));
	end_at(script_inside(L), place, code, text);
}

static void look(lua_State *L, lua_Debug *at)
{
	struct script *s = script_inside(L);

	(void)at;
	s->running = L;
	if (s->stop)
		end(L, ERR_POLICY, s->stop);
	if (s->refused)
		end_at(s, s->where, ERR_POLICY, s->why);
}

void script_stop(struct script *s, const char *why)
{
	s->stop = why;
}

void script_where(struct script *s, char *out, size_t n)
{
	place_of((lua_State *)(uintptr_t)s->running, out, n);
}

/* Lua asks a second time for what it did not get, when it has collected its garbage: then there is too little for this script. An
 * error would be no end: the script could catch it, and begin again. Where its library gives up at once, `look` ends it. */
static void *refuse(struct script *s, size_t size)
{
	lua_State *L = (lua_State *)(uintptr_t)s->running;

	if (!s->why[0])
		snprintf(s->why, sizeof(s->why),
			"more memory than it may use (limit memory: %zu bytes)", s->setup.memory);
	if (s->refused == size)
		end(L, ERR_POLICY, s->why);
	s->refused = size;
	if (L)
		place_of(L, s->where, sizeof(s->where));
	return NULL;
}

static void *allocate(void *context, void *p, size_t old, size_t size)
{
	struct script *s = context;
	void *grown;

	if (!p)
		old = 0; /* it is the kind of object then */
	if (size == 0) {
		const char *running = s->running;

		if (running >= (char *)p && running < (char *)p + old)
			s->running = s->L; /* a coroutine that is no more */
		s->used -= old;
		free(p);
		return NULL;
	}
	if (s->setup.memory && size > old && s->used + (size - old) > s->setup.memory)
		return refuse(s, size);
	grown = realloc(p, size);
	if (!grown)
		return refuse(s, size);
	if (size == s->refused)
		s->refused = 0;
	s->used += size - old;
	return grown;
}

struct reading {
	lua_State *L;
	size_t items;
	struct err *err;
};

static int read_value(struct reading *r, int index, unsigned depth, struct value *out);

static int read_pair(struct reading *r, unsigned depth, struct value *table)
{
	struct value_pair *pair;
	struct value of = VALUE_INIT;
	const char *key;
	size_t n;

	if (lua_type(r->L, -2) != LUA_TSTRING)
		return err_set(r->err, ERR_FAILED, "a table's keys are texts, or 1, 2, 3 …");
	key = lua_tolstring(r->L, -2, &n);
	if (strlen(key) != n)
		return err_set(r->err, ERR_FAILED, "a key with a NUL character in it");
	if (read_value(r, -1, depth, &of) < 0) {
		value_drop(&of);
		return -1;
	}
	pair = vec_push(&table->table->pairs);
	pair->key = buf_of(key);
	pair->value = of;
	return 0;
}

/* Whether its metatable is that of lists, which no script can set or change. */
static bool is_list(lua_State *L, int index)
{
	bool is;

	if (!lua_getmetatable(L, index))
		return false;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &list_mark);
	is = lua_rawequal(L, -1, -2);
	lua_pop(L, 2);
	return is;
}

/* As it is, whatever its metatable says. */
static int read_table(struct reading *r, int index, unsigned depth, struct value *out)
{
	lua_Integer count = (lua_Integer)lua_rawlen(r->L, index);
	int rc = 0;

	*out = value_table();
	if (depth >= DEPTH_MAX || !lua_checkstack(r->L, 8))
		return err_set(r->err, ERR_FAILED, "more than %d tables in one another", DEPTH_MAX);
	out->table->is_list = is_list(r->L, index);
	for (lua_Integer i = 1; i <= count && rc == 0; i++) {
		lua_rawgeti(r->L, index, i);
		rc = read_value(r, -1, depth + 1, vec_push(&out->table->list));
		lua_pop(r->L, 1);
	}
	lua_pushnil(r->L);
	while (rc == 0 && lua_next(r->L, index)) {
		if (!lua_isinteger(r->L, -2) || lua_tointeger(r->L, -2) < 1 ||
			lua_tointeger(r->L, -2) > count)
			rc = read_pair(r, depth + 1, out);
		lua_pop(r->L, 1);
	}
	return rc;
}

static bool is_handle(lua_State *L, int index, struct value *out)
{
	bool is = false;

	if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
		return false;
	if (lua_rawgetp(L, -1, &class_mark) == LUA_TLIGHTUSERDATA) {
		*out = (struct value){.kind = VALUE_HANDLE,
			.handle = {lua_touserdata(L, -1), *(void **)lua_touserdata(L, index)}};
		is = true;
	}
	lua_pop(L, 2);
	return is;
}

static int read_value(struct reading *r, int index, unsigned depth, struct value *out)
{
	size_t n;
	const char *text;

	*out = VALUE_INIT;
	if (++r->items > ITEMS_MAX)
		return err_set(r->err, ERR_FAILED, "more than %d values", ITEMS_MAX);
	index = lua_absindex(r->L, index);
	switch (lua_type(r->L, index)) {
	case LUA_TNIL: return 0;
	case LUA_TBOOLEAN: *out = value_bool(lua_toboolean(r->L, index)); return 0;
	case LUA_TNUMBER:
		*out = lua_isinteger(r->L, index) ? value_integer(lua_tointeger(r->L, index))
						  : value_number(lua_tonumber(r->L, index));
		return 0;
	case LUA_TSTRING:
		text = lua_tolstring(r->L, index, &n);
		*out = value_text((struct span){text, n});
		return 0;
	case LUA_TTABLE: return read_table(r, index, depth, out);
	case LUA_TLIGHTUSERDATA:
		if (lua_touserdata(r->L, index) == &null_mark)
			out->kind = VALUE_NULL;
		return 0;
	}
	if (is_handle(r->L, index, out))
		return 0;
	*out = (struct value){
		.kind = VALUE_OTHER, .other = lua_typename(r->L, lua_type(r->L, index))};
	return 0;
}

static void push_functions(lua_State *L, const char *module, const struct script_function *rows);

static int drop_handle(lua_State *L)
{
	struct value v;

	if (is_handle(L, 1, &v) && v.handle.of)
		v.handle.of_class->drop(v.handle.of);
	lua_pushnil(L);
	lua_setmetatable(L, 1);
	return 0;
}

/* Its class's metatable, made when the first one comes. Methods are found in a table of their own. */
static void push_class(lua_State *L, const struct value_class *class)
{
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, class) == LUA_TTABLE)
		return;
	lua_pop(L, 1);
	lua_newtable(L);
	push_functions(L, class->name, class->functions);
	lua_newtable(L);
	push_functions(L, class->name, class->functions);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushstring(L, class->name);
	lua_setfield(L, -2, "__name");
	lua_pushlightuserdata(L, (void *)(uintptr_t) class);
	lua_rawsetp(L, -2, &class_mark);
	lua_pushcfunction(L, drop_handle);
	lua_setfield(L, -2, "__gc");
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, class);
}

static void push_handle(lua_State *L, struct value *v)
{
	void **at = lua_newuserdatauv(L, sizeof(void *), 0);

	*at = NULL;
	push_class(L, v->handle.of_class);
	lua_setmetatable(L, -2);
	*at = v->handle.of;
}

/* Made before any script runs, and the same for all. */
static void make_list_mark(lua_State *L)
{
	lua_newtable(L);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &list_mark);
}

static void push_value(lua_State *L, const struct value *v)
{
	if (!lua_checkstack(L, 8))
		end(L, ERR_POLICY, "more values in one another than there is room for");
	switch (v->kind) {
	case VALUE_BOOL: lua_pushboolean(L, v->yes); return;
	case VALUE_INTEGER: lua_pushinteger(L, v->integer); return;
	case VALUE_NUMBER: lua_pushnumber(L, v->number); return;
	case VALUE_TEXT: lua_pushlstring(L, v->text.s, v->text.n); return;
	case VALUE_NULL: lua_pushlightuserdata(L, &null_mark); return;
	case VALUE_HANDLE: push_handle(L, (struct value *)(uintptr_t)v); return;
	case VALUE_TABLE: break;
	case VALUE_NIL:
	case VALUE_OTHER: lua_pushnil(L); return;
	}
	lua_createtable(L, (int)v->table->list.n, (int)v->table->pairs.n);
	if (v->table->is_list) {
		lua_rawgetp(L, LUA_REGISTRYINDEX, &list_mark);
		lua_setmetatable(L, -2);
	}
	for (size_t i = 0; i < v->table->list.n; i++) {
		push_value(L, &v->table->list.v[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	VEC_FOR (const struct value_pair, p, &v->table->pairs) {
		lua_pushlstring(L, p->key.s, p->key.n);
		push_value(L, &p->value);
		lua_rawset(L, -3);
	}
}

/* --- Functions of ours ------------------------------------------------------------------------------------ */

/* All that is held is let go here. The number of results, or -1. */
static int serve(lua_State *L, const struct script_function *f, const char *name, struct err *err)
{
	AUTO(value) args = value_table();
	AUTO(value) results = value_table();
	struct reading reading = {.L = L, .err = err};
	struct script_call call = {.context = script_inside(L)->setup.context, .name = name};
	int count = lua_gettop(L);
	int rc = 0;

	for (int i = 1; i <= count && rc == 0; i++)
		rc = read_value(&reading, i, 0, vec_push(&args.table->list));
	call.args = args.table->list.v;
	call.count = args.table->list.n;
	if (rc == 0)
		rc = f->fn(&call, err);
	memcpy(&results.table->list, &call.results, sizeof(call.results));
	if (rc < 0)
		return -1;
	if (!lua_checkstack(L, (int)results.table->list.n + 8))
		return err_set(err, ERR_FAILED, "too many results");
	for (size_t i = 0; i < results.table->list.n; i++)
		push_value(L, &results.table->list.v[i]);
	return (int)results.table->list.n;
}

static int serve_and_tell(lua_State *L)
{
	const struct script_function *f = lua_touserdata(L, lua_upvalueindex(1));
	const char *name = lua_tostring(L, lua_upvalueindex(2));
	struct err err = ERR_INIT;
	int count;

	script_inside(L)->running = L;
	count = serve(L, f, name, &err);
	if (count >= 0)
		return count;
	if (err.code == ERR_POLICY || err.code == ERR_IN_USE)
		end(L, err.code, err.text);
	luaL_where(L, 1);
	lua_pushfstring(L, "%s: %s", name, err.text);
	lua_concat(L, 2);
	return -1;
}

static int called(lua_State *L)
{
	int count = serve_and_tell(L);

	return count < 0 ? lua_error(L) : count;
}

/* Into the table on the top. */
static void push_functions(lua_State *L, const char *module, const struct script_function *rows)
{
	for (; rows->name; rows++) {
		lua_pushlightuserdata(L, (void *)(uintptr_t)rows);
		lua_pushfstring(L, "%s%s%s", module ? module : "", module ? "." : "", rows->name);
		lua_pushcclosure(L, called, 2);
		lua_setfield(L, -2, rows->name);
	}
}

/* Pushes the module's table. */
static void push_module(lua_State *L, const char *module)
{
	if (!module) {
		lua_pushglobaltable(L);
	} else if (lua_getglobal(L, module) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_setglobal(L, module);
	}
}

void script_define(struct script *s, const char *module, const struct script_function *rows)
{
	push_module(s->L, module);
	push_functions(s->L, module, rows);
	lua_pop(s->L, 1);
}

void script_seal(struct script *s, const char *module, const char *table)
{
	AUTO(buf) name = buf_of(module);

	push_module(s->L, module);
	if (table) {
		buf_addf(&name, ".%s", table);
		lua_getfield(s->L, -1, table);
	}
	library_seal(s->L, name.s);
	lua_settop(s->L, 0);
}

void script_set(struct script *s, const char *module, const char *name, struct value v)
{
	push_module(s->L, module);
	push_value(s->L, &v);
	lua_setfield(s->L, -2, name);
	lua_pop(s->L, 1);
	value_drop(&v);
}

struct script *script_open(const struct script_setup *setup)
{
	struct script *s = mem_zero(1, sizeof(*s));

	s->setup = *setup;
	s->L = lua_newstate(allocate, s);
	if (!s->L)
		mem_none();
	*(struct script **)lua_getextraspace(s->L) = s; /* coroutines get a copy */
	s->running = s->L;
	make_list_mark(s->L);
	if (setup->full)
		script_open_full(s);
	else
		script_open_bare(s);
	lua_sethook(s->L, look, LUA_MASKCOUNT, HOOK_EVERY);
	return s;
}

void script_close(struct script *s)
{
	if (!s || !s->setup.full)
		return;
	lua_close(s->L);
	free(s);
}

/* --- Running ---------------------------------------------------------------------------------------------- */

/* Whatever was thrown becomes a text with a line; its own functions may fail, and that is caught by whoever called. */
static int describe(lua_State *L)
{
	char place[PLACE_BYTES];
	const char *name = script_inside(L)->setup.name, *text;

	place_of(L, place, sizeof(place));
	if (lua_type(L, 1) != LUA_TSTRING &&
		!(luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING))
		lua_pushfstring(L, "an error that is no text but a %s value", luaL_typename(L, 1));
	text = lua_tostring(L, -1);
	if (strncmp(text, name, strlen(name)) != 0 || text[strlen(name)] != ':')
		lua_pushfstring(L, "%s: %s", place, text);
	return 1;
}

/* A long text's beginning and end tell most. */
static int failed(struct script *s, struct err *err)
{
	lua_State *L = s->L;
	const char *text = lua_tostring(L, -1); /* NULL of what is no text */
	size_t n = text ? strlen(text) : 0;

	if (s->refused)
		err_set(err, ERR_FAILED, "%s: %s", s->where, s->why);
	else if (!text)
		err_set(err, ERR_FAILED, "%s: an error whose text cannot be had", s->setup.name);
	else if (n > 400)
		err_set(err, ERR_FAILED, "%.120s … %s", text, text + n - 250);
	else
		err_set(err, ERR_FAILED, "%s", text);
	lua_settop(L, 0);
	return -1;
}

/* Calls what is on the stack above `describe`. */
static int call_it(struct script *s, const struct value *args, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		push_value(s->L, &args[i]);
	if (lua_pcall(s->L, (int)count, 0, 1) != LUA_OK)
		return failed(s, err);
	lua_settop(s->L, 0);
	return 0;
}

int script_run(
	struct script *s, struct span text, const struct value *args, size_t count, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;

	buf_addf(&chunk, "@%s", s->setup.name);
	lua_settop(s->L, 0);
	lua_pushcfunction(s->L, describe);
	if (luaL_loadbufferx(s->L, text.s, text.n, chunk.s, "t") != LUA_OK) {
		lua_replace(s->L, 1);
		describe(s->L);
		return failed(s, err);
	}
	return s->setup.check ? 0 : call_it(s, args, count, err);
}

bool script_has(struct script *s, const char *function)
{
	bool has;

	lua_pushglobaltable(s->L);
	lua_pushstring(s->L, function);
	has = lua_rawget(s->L, -2) == LUA_TFUNCTION;
	lua_settop(s->L, 0);
	return has;
}

int script_call(struct script *s, const char *function, const struct value *args, size_t count,
	struct err *err)
{
	lua_settop(s->L, 0);
	lua_pushcfunction(s->L, describe);
	lua_pushglobaltable(s->L);
	lua_pushstring(s->L, function);
	lua_rawget(s->L, -2);
	lua_remove(s->L, -2);
	return call_it(s, args, count, err);
}

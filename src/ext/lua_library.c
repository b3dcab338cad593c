/* What scripts have of Lua's standard library. */
#include "ext/lua_inside.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/text.h"
#include "base/vec.h"

/* The nearest of the table's names, which stays while it does; *fields: it has more than functions. */
static const char *nearest_of(lua_State *L, int table, const char *name, bool *fields)
{
	VEC(const char *) names = {0};
	const char *nearest;

	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
		*fields = *fields || lua_type(L, -1) != LUA_TFUNCTION;
		if (lua_type(L, -2) == LUA_TSTRING)
			*vec_push(&names) = lua_tostring(L, -2);
	}
	*vec_push(&names) = NULL;
	nearest = text_nearest(span_of(name), names.v);
	vec_drop(&names);
	return nearest;
}

static int missing(lua_State *L)
{
	const char *table = lua_tostring(L, lua_upvalueindex(1)), *name, *nearest;
	bool fields = false;

	if (lua_type(L, 1) != LUA_TTABLE || lua_type(L, 2) != LUA_TSTRING)
		return 0;
	name = lua_tostring(L, 2);
	nearest = nearest_of(L, 1, name, &fields);
	luaL_where(L, 1);
	lua_pushfstring(
		L, "%s.%s: there is no such %s", table, name, fields ? "field" : "function");
	if (nearest)
		lua_pushfstring(L, ": is %s.%s meant?", table, nearest);
	lua_concat(L, nearest ? 3 : 2);
	return lua_error(L);
}

void library_seal(lua_State *L, const char *name)
{
	lua_newtable(L);
	lua_pushstring(L, name);
	lua_pushcclosure(L, missing, 1);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

/* What print and warn get, as texts with tabs between. */
static int say(lua_State *L)
{
	struct script *s = script_inside(L);
	int count = lua_gettop(L);
	struct span line;

	luaL_checkstack(L, 2 * count, "too many arguments");
	for (int i = 1; i <= count; i++) {
		if (i > 1)
			lua_pushliteral(L, "\t");
		luaL_tolstring(L, i, NULL);
	}
	lua_concat(L, count ? 2 * count - 1 : 0);
	line.s = lua_tolstring(L, -1, &line.n);
	s->running = L;
	s->setup.say(s->setup.context, line);
	return 0;
}

/* load, but that bytecode, which Lua does not check, is never taken. */
static int load_text(lua_State *L)
{
	bool has_env = !lua_isnone(L, 4);

	lua_settop(L, has_env ? 4 : 3);
	lua_pushliteral(L, "t");
	lua_replace(L, 3);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, has_env ? 4 : 3, LUA_MULTRET);
	return lua_gettop(L);
}

static int collect(lua_State *L)
{
	static const char *const options[] = {"collect", "count", NULL};

	if (luaL_checkoption(L, 1, "collect", options) == 1)
		lua_pushnumber(L, (lua_Number)script_inside(L)->used / 1024);
	else
		lua_pushinteger(L, lua_gc(L, LUA_GCCOLLECT));
	return 1;
}

static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base}, {LUA_TABLIBNAME, luaopen_table},
	{LUA_STRLIBNAME, luaopen_string}, {LUA_MATHLIBNAME, luaopen_math},
	{LUA_UTF8LIBNAME, luaopen_utf8}, {LUA_COLIBNAME, luaopen_coroutine},
	{LUA_OSLIBNAME, luaopen_os}};

/* What of them reaches out of the script. */
static const struct {
	const char *module, *name;
} absent[] = {{NULL, "dofile"}, {NULL, "loadfile"}, {LUA_STRLIBNAME, "dump"},
	{LUA_OSLIBNAME, "execute"}, {LUA_OSLIBNAME, "exit"}, {LUA_OSLIBNAME, "getenv"},
	{LUA_OSLIBNAME, "remove"}, {LUA_OSLIBNAME, "rename"}, {LUA_OSLIBNAME, "setlocale"},
	{LUA_OSLIBNAME, "tmpname"}};

void script_open_bare(struct script *s)
{
	lua_State *L = s->L;

	for (size_t i = 0; i < COUNT(libraries); i++) {
		luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
		lua_pop(L, 1);
	}
	for (size_t i = 0; i < COUNT(absent); i++)
		script_set(s, absent[i].module, absent[i].name, VALUE_INIT);
	lua_getglobal(L, "load");
	lua_pushcclosure(L, load_text, 1);
	lua_setglobal(L, "load");
	lua_register(L, "collectgarbage", collect);
	lua_register(L, "print", say);
	lua_register(L, "warn", say);
	/* All texts have the same one: nobody is to have it. */
	lua_pushliteral(L, "");
	if (lua_getmetatable(L, -1)) {
		lua_pushboolean(L, 0);
		lua_setfield(L, -2, "__metatable");
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* Modules come from the system's folders alone: neither the environment nor the folder that somebody stands in says where. */
void script_open_full(struct script *s)
{
	const char *path;

	lua_pushboolean(s->L, 1);
	lua_setfield(s->L, LUA_REGISTRYINDEX, "LUA_NOENV");
	luaL_openlibs(s->L);
	lua_getglobal(s->L, LUA_LOADLIBNAME);
	lua_getfield(s->L, -1, "path");
	path = luaL_gsub(s->L, lua_tostring(s->L, -1), ";./?.lua;./?/init.lua", "");
	lua_pushstring(s->L, path);
	lua_setfield(s->L, -4, "path");
	lua_pushliteral(s->L, ""); /* a static program loads none */
	lua_setfield(s->L, -4, "cpath");
	lua_settop(s->L, 0);
}

const char *script_near(struct script *s, const char *name)
{
	VEC(const char *) names = {0};
	const char *near;

	lua_pushglobaltable(s->L);
	for (lua_pushnil(s->L); lua_next(s->L, 1); lua_pop(s->L, 1))
		if (lua_type(s->L, -2) == LUA_TSTRING && lua_isfunction(s->L, -1) &&
			!lua_iscfunction(s->L, -1))
			*vec_push(&names) = lua_tostring(s->L, -2);
	lua_settop(s->L, 0);
	*vec_push(&names) = NULL;
	near = text_nearest(span_of(name), names.v);
	vec_drop(&names);
	return near;
}

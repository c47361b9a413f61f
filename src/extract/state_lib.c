/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state_lib - Lua's libraries as scripts see them. Lists say what stays: what a
 * later Lua adds is absent until somebody looked at it.
 *
 * Left out, and why: print, string.format("%p") and tostring of tables show
 * addresses; load, string.dump make bytecode; xpcall's handler runs with hooks
 * off; collectgarbage stops the collector; rawset passes by the locks; coroutines
 * have known faults in 5.4.4; table.move and string.rep of nothing loop in C;
 * math.random makes results differ from run to run.
 */
#include "extract/state_lib.h"

#include "extract/state.h"

#include <lauxlib.h>
#include <lualib.h>

#define STATE_LIB_CONVERSION_MAX 32 /* characters of one conversion in string.format */

static const char *const state_lib_base[] = {"assert",   "error",  "getmetatable", "ipairs",
					     "next",     "pairs",  "rawequal",     "rawget",
					     "rawlen",   "select", "tonumber",     "type",
					     "_VERSION", NULL};

static const char *const state_lib_string[] = {"byte",    "char", "find",  "format", "gmatch",
					       "gsub",    "len",  "lower", "match",  "rep",
					       "reverse", "sub",  "upper", NULL};

static const char *const state_lib_table[] = {"concat", "insert", "pack", "remove",
					      "sort",   "unpack", NULL};

static const char *const state_lib_math[] = {
    "abs",  "acos", "asin", "atan", "ceil",       "cos",  "deg",        "exp",  "floor",
    "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
    "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult",        NULL};

static const char *const state_lib_utf8[] = {"char", "charpattern", "codepoint", "codes",
					     "len",  "offset",      NULL};

/* The library's own function, kept as upvalue 1 of what stands before it. */
static int
state_lib_original(lua_State *L)
{
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int
state_lib_pcall(lua_State *L)
{
	int status;

	luaL_checkany(L, 1);
	status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
	if (state_dead(state_of(L)))
		return luaL_error(L, "over budget");
	lua_pushboolean(L, status == LUA_OK);
	lua_insert(L, 1);
	return lua_gettop(L);
}

static int
state_lib_setmetatable(lua_State *L)
{
	int type = lua_type(L, 2);

	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
		return luaL_error(L, "cannot change a protected metatable");
	if (type == LUA_TTABLE) {
		lua_pushliteral(L, "__gc");
		if (lua_rawget(L, 2) != LUA_TNIL)
			return luaL_error(L, "__gc is refused: plugins have no finalisers");
	}
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

/* Pushes the value at `i` as text; one without a text of its own as its type. */
static void
state_lib_put_text(lua_State *L, int i)
{
	int type = lua_type(L, i);

	if (luaL_callmeta(L, i, "__tostring")) {
		if (!lua_isstring(L, -1))
			luaL_error(L, "'__tostring' must return a string");
	} else if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER ||
		   type == LUA_TSTRING) {
		luaL_tolstring(L, i, NULL);
	} else {
		lua_pushstring(L, luaL_typename(L, i));
	}
}

static int
state_lib_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	state_lib_put_text(L, 1);
	return 1;
}

/* Turns what %s would print with an address into text first; refuses %p. */
static int
state_lib_format(lua_State *L)
{
	const char *p = luaL_checkstring(L, 1);

	for (int i = 2; (p = strchr(p, '%')) != NULL; p++) {
		if (*++p == '%')
			continue;
		p += strspn(p, "-+ #0123456789.");
		if (*p == 'p')
			return luaL_error(L, "'%%p' is refused");
		if (*p == 's' && i <= lua_gettop(L) && lua_type(L, i) != LUA_TSTRING) {
			state_lib_put_text(L, i);
			lua_replace(L, i);
		}
		if (*p == '\0')
			break;
		i++;
	}
	return state_lib_original(L);
}

/* A long subject with a pattern that backtracks takes for ever. */
static int
state_lib_bounded(lua_State *L, bool plain)
{
	size_t subject, n;
	const char *pattern;

	luaL_checklstring(L, 1, &subject);
	pattern = luaL_checklstring(L, 2, &n);
	if (n > STATE_PATTERN_MAX)
		return luaL_error(L, "pattern longer than %d bytes", STATE_PATTERN_MAX);
	if (subject > STATE_SUBJECT_MAX && !plain && pattern[0] != '^' &&
	    strpbrk(pattern, "^$*+?.([%-") != NULL)
		return luaL_error(L,
				  "text longer than %d MiB searched with a Lua pattern: "
				  "declare it in 'patterns'",
				  STATE_SUBJECT_MAX / 1024 / 1024);
	return state_lib_original(L);
}

static int
state_lib_find(lua_State *L)
{
	return state_lib_bounded(L, lua_toboolean(L, 4));
}

static int
state_lib_match(lua_State *L)
{
	return state_lib_bounded(L, false);
}

static int
state_lib_rep(lua_State *L)
{
	size_t n, separator = 0;

	luaL_checklstring(L, 1, &n);
	luaL_checkinteger(L, 2);
	luaL_optlstring(L, 3, "", &separator);
	if (n + separator == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	return state_lib_original(L);
}

/* Lua's table functions believe __len, and loop as long as it says. */
static int
state_lib_table_function(lua_State *L)
{
	if (lua_istable(L, 1) && luaL_getmetafield(L, 1, "__len") != LUA_TNIL)
		return luaL_error(L, "a table with __len is refused here");
	return state_lib_original(L);
}

static const struct {
	const char *library, *name;
	lua_CFunction function;
} state_lib_wrapped[] = {
    {"string", "find", state_lib_find},
    {"string", "match", state_lib_match},
    {"string", "gmatch", state_lib_match},
    {"string", "gsub", state_lib_match},
    {"string", "rep", state_lib_rep},
    {"string", "format", state_lib_format},
    {"table", "concat", state_lib_table_function},
    {"table", "insert", state_lib_table_function},
    {"table", "remove", state_lib_table_function},
    {"table", "sort", state_lib_table_function},
    {"table", "unpack", state_lib_table_function},
};

static const luaL_Reg state_lib_functions[] = {
    {"pcall", state_lib_pcall},
    {"setmetatable", state_lib_setmetatable},
    {"tostring", state_lib_tostring},
    {NULL, NULL},
};

/* Replaces the table at the top by a new one with the members of `names` alone. */
static void
state_lib_prune(lua_State *L, const char *const *names)
{
	lua_createtable(L, 0, 16);
	for (size_t i = 0; names[i] != NULL; i++) {
		lua_getfield(L, -2, names[i]);
		lua_setfield(L, -2, names[i]);
	}
	lua_remove(L, -2);
}

static void
state_lib_wrap(lua_State *L, const char *library)
{
	for (size_t i = 0; i < sizeof state_lib_wrapped / sizeof *state_lib_wrapped; i++) {
		if (strcmp(state_lib_wrapped[i].library, library) != 0)
			continue;
		lua_getfield(L, -1, state_lib_wrapped[i].name);
		lua_pushcclosure(L, state_lib_wrapped[i].function, 1);
		lua_setfield(L, -2, state_lib_wrapped[i].name);
	}
}

/* Adds one library to the globals at the top, read-only. */
static void
state_lib_add(lua_State *L, const char *name, lua_CFunction open, const char *const *names)
{
	luaL_requiref(L, name, open, 0);
	state_lib_prune(L, names);
	state_lib_wrap(L, name);
	if (open == luaopen_string) { /* s:find() goes through the metatable of strings */
		lua_pushliteral(L, "");
		lua_getmetatable(L, -1);
		lua_pushvalue(L, -3);
		lua_setfield(L, -2, "__index");
		lua_pushboolean(L, 0);
		lua_setfield(L, -2, "__metatable");
		lua_pop(L, 2);
	}
	state_protect(L, name);
	lua_setfield(L, -2, name);
}

void
state_lib_open(lua_State *L)
{
	luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
	state_lib_prune(L, state_lib_base);
	luaL_setfuncs(L, state_lib_functions, 0);
	state_lib_add(L, LUA_STRLIBNAME, luaopen_string, state_lib_string);
	state_lib_add(L, LUA_TABLIBNAME, luaopen_table, state_lib_table);
	state_lib_add(L, LUA_MATHLIBNAME, luaopen_math, state_lib_math);
	state_lib_add(L, LUA_UTF8LIBNAME, luaopen_utf8, state_lib_utf8);
	/* what was loaded whole stays reachable for nobody */
	lua_pushnil(L);
	lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

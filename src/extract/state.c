/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state - budgets, protected calls and reasons.
 *
 * Reasons are written into the struct and not kept as Lua strings: the moment
 * something fails is the moment when there may be no memory for a string.
 */
#include "extract/state.h"

#include "extract/region.h"
#include "extract/state_lib.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STATE_CHUNK_BYTES 48 /* below LUA_IDSIZE, so that Lua does not shorten it */

struct state {
	lua_State *lua;
	struct region *region; /* all that is Lua's */
	uint64_t memory_limit, memory_extra, memory_used;
	uint64_t memory_marked; /* used at the mark */
	uint64_t instruction_limit, instructions;
	unsigned refusals, logged;
	int refused_line;
	bool dead;
	bool loading;
	bool begun;                    /* since the mark */
	char chunk[STATE_CHUNK_BYTES]; /* how Lua calls the file */
	struct buf file;
	char why[STATE_WHY_BYTES];
};

static const char state_globals_key = 0; /* registry: the table behind _ENV */

static void state_on_count(lua_State *L, lua_Debug *ar);

struct state *
state_of(lua_State *L)
{
	return *(struct state **)lua_getextraspace(L);
}

static void
state_set_why(struct state *st, int line, const char *reason)
{
	int n = snprintf(st->why, sizeof st->why, "%.*s:%d: %s", (int)st->file.n, st->file.p,
			 line > 0 ? line : 1, reason);

	if (n >= (int)sizeof st->why)
		memcpy(st->why + sizeof st->why - 4, "...", 4);
}

/* Safe in the allocator too: looks at frames only, allocates nothing. */
int
state_line(lua_State *L)
{
	const struct state *st = state_of(L);
	lua_Debug ar;

	for (int level = 0; lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline > 0 && strcmp(ar.short_src, st->chunk) == 0)
			return ar.currentline;
	}
	return 0;
}

static void
state_die(struct state *st, int line, const char *reason)
{
	if (st->dead)
		return;
	st->dead = true;
	state_set_why(st, line, reason);
	lua_sethook(st->lua, state_on_count, LUA_MASKCOUNT, 1);
}

static void
state_die_of_memory(struct state *st)
{
	char reason[80];

	snprintf(reason, sizeof reason, "over its memory limit of %llu KiB",
		 (unsigned long long)st->memory_limit / 1024);
	state_die(st, st->refused_line, reason);
}

static void *
state_refuse(struct state *st)
{
	int line;

	if (st->lua == NULL)
		return NULL;
	line = state_line(st->lua);
	if (line > 0) /* while an error is handled no frame stands any more */
		st->refused_line = line;
	if (++st->refusals > STATE_REFUSALS_MAX)
		state_die_of_memory(st);
	return NULL;
}

static void *
state_on_alloc(void *ctx, void *p, size_t old, size_t size)
{
	struct state *st = ctx;
	void *q;

	if (p == NULL)
		old = 0; /* Lua passes a type tag then */
	if (size == 0) {
		region_realloc(st->region, p, old, 0);
		st->memory_used -= old;
		return NULL;
	}
	if (size > old && st->memory_limit != 0 &&
	    st->memory_used + (size - old) > st->memory_limit + st->memory_extra)
		return state_refuse(st);
	q = region_realloc(st->region, p, old, size);
	if (q == NULL)
		return size <= old ? p : state_refuse(st); /* Lua relies on shrinking */
	st->memory_used = st->memory_used - old + size;
	return q;
}

static void
state_on_count(lua_State *L, lua_Debug *ar)
{
	struct state *st = state_of(L);
	char reason[80];

	(void)ar;
	if (!st->dead) {
		st->instructions += STATE_INSTRUCTION_HOOK;
		if (st->instruction_limit == 0 || st->instructions <= st->instruction_limit)
			return;
		snprintf(reason, sizeof reason, "over its limit of %llu instructions",
			 (unsigned long long)st->instruction_limit);
		state_die(st, state_line(L), reason);
	}
	lua_pushstring(L, st->why);
	lua_error(L);
}

/* An error that is no string says nothing itself; its type must do. */
static void
state_put_reason(lua_State *L, char *reason, size_t size)
{
	switch (lua_type(L, 1)) {
	case LUA_TSTRING:
		snprintf(reason, size, "%s", lua_tostring(L, 1));
		break;
	case LUA_TNUMBER:
		snprintf(reason, size, "error with the number %.14g", lua_tonumber(L, 1));
		break;
	case LUA_TNIL:
		snprintf(reason, size, "error without a message (nil)");
		break;
	default:
		snprintf(reason, size, "error without a message (a %s)", luaL_typename(L, 1));
	}
}

/* The message handler: runs where the error was raised, while its frames still stand. */
static int
state_on_error(lua_State *L)
{
	struct state *st = state_of(L);
	size_t n = strlen(st->chunk);
	char reason[STATE_WHY_BYTES];

	if (st->dead)
		return 1;
	state_put_reason(L, reason, sizeof reason);
	if (strncmp(reason, st->chunk, n) == 0 && reason[n] == ':' && reason[n + 1] >= '0' &&
	    reason[n + 1] <= '9')
		snprintf(st->why, sizeof st->why, "%.*s%s", (int)st->file.n, st->file.p,
			 reason + n);
	else
		state_set_why(st, state_line(L), reason);
	return 1;
}

enum err
state_run(struct state *st, lua_CFunction run, void *ctx)
{
	lua_State *L = st->lua;
	int base = lua_gettop(L), status;

	if (st->dead)
		return ERR_FORMAT;
	if (!lua_checkstack(L, 3))
		return ERR_NOMEM;
	lua_pushcfunction(L, state_on_error);
	lua_pushcfunction(L, run);
	lua_pushlightuserdata(L, ctx);
	status = lua_pcall(L, 1, 0, base + 1);
	lua_settop(L, base);
	if (status == LUA_ERRMEM) /* no handler runs then */
		state_die_of_memory(st);
	else if (status == LUA_ERRERR && !st->dead)
		state_set_why(st, st->refused_line, "error while an error was reported");
	return status == LUA_OK && !st->dead ? OK : ERR_FORMAT;
}

const char *
state_why(const struct state *st)
{
	return st->why;
}

bool
state_dead(const struct state *st)
{
	return st->dead;
}

bool
state_take_log(struct state *st)
{
	return st->logged++ < STATE_LOG_LINES_MAX;
}

struct span
state_file(const struct state *st)
{
	return buf_span(&st->file);
}

bool
state_rewind(struct state *st)
{
	if (!region_is_marked(st->region))
		return false;
	if (st->begun)
		region_rewind(st->region);
	st->memory_used = st->memory_marked;
	st->dead = false;
	st->begun = false;
	return true;
}

void
state_begin(struct state *st, uint64_t extra)
{
	(void)state_rewind(st);
	st->begun = true;
	st->memory_extra = extra;
	st->instructions = 0;
	st->refusals = 0;
	st->refused_line = 0;
	st->logged = 0;
	/* what the last document left must not eat this one's budget */
	if (st->memory_limit != 0 && st->memory_used > st->memory_limit / 2)
		lua_gc(st->lua, LUA_GCCOLLECT);
}

enum err
state_settle(struct state *st)
{
	lua_gc(st->lua, LUA_GCCOLLECT);
	/* A cycle begins only at ten times what is left now: hardly ever within one document. */
	lua_gc(st->lua, LUA_GCINC, STATE_GC_PAUSE, 0, 0);
	lua_gc(st->lua, LUA_GCCOLLECT);
	st->memory_marked = st->memory_used;
	return region_mark(st->region);
}

/* __newindex of _ENV. Upvalue 1: the table of globals. */
static int
state_on_global(lua_State *L)
{
	if (!state_of(L)->loading)
		return luaL_error(L, "global '%s' is assigned after loading: declare it local",
				  lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2)
								: luaL_typename(L, 2));
	lua_settop(L, 3);
	lua_rawset(L, lua_upvalueindex(1));
	return 0;
}

/* __newindex of a protected table. Upvalue 1: its name. */
static int
state_on_protected(lua_State *L)
{
	return luaL_error(L, "'%s' cannot be changed", lua_tostring(L, lua_upvalueindex(1)));
}

void
state_protect(lua_State *L, const char *name)
{
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, name);
	lua_pushcclosure(L, state_on_protected, 1);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_remove(L, -2);
}

/*
 * _ENV is an empty table before the globals: so that an assignment to a name
 * that is there already is noticed as well.
 */
static int
state_on_open(lua_State *L)
{
	state_lib_open(L);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &state_globals_key);
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, -3);
	lua_pushcclosure(L, state_on_global, 1);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -1);
	lua_setfield(L, -3, "_G");
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	return 0;
}

void
state_set_global(lua_State *L, const char *name)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &state_globals_key);
	lua_insert(L, -2);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}

int
state_error_at(lua_State *L, int line, const char *format, ...)
{
	char reason[STATE_WHY_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	lua_pushfstring(L, "%s:%d: %s", state_of(L)->chunk, line > 0 ? line : 1, reason);
	lua_error(L);
	abort(); /* lua_error() does not return, its declaration does not say so */
}

void
state_load(lua_State *L, struct span source)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct state *st = state_of(L);

	if (span_starts(source, span_of(bom)))
		source = span_sub(source, 3, source.n);
	if (source.n > 0 && source.p[0] == LUA_SIGNATURE[0])
		state_error_at(L, 1, "compiled Lua is refused: only source text is loaded");
	lua_pushfstring(L, "=%s", st->chunk);
	if (luaL_loadbufferx(L, source.n == 0 ? "" : source.p, source.n, lua_tostring(L, -1),
			     "t") != LUA_OK)
		lua_error(L);
	lua_remove(L, -2);
	st->loading = true;
	lua_call(L, 0, 1);
	st->loading = false;
}

/* The last part of the path, without what would end it early in a message. */
static void
state_name_chunk(struct state *st, struct span file)
{
	size_t from = 0, n;

	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] == '/')
			from = i + 1;
	file = span_sub(file, from, sizeof st->chunk - 1);
	n = file.n;
	if (n > 0)
		memcpy(st->chunk, file.p, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)st->chunk[i] < ' ' || st->chunk[i] == ':')
			st->chunk[i] = '_';
	if (n == 0)
		strcpy(st->chunk, "plugin");
}

enum err
state_new(uint64_t memory_bytes, uint64_t instructions, struct span file, struct state **out)
{
	struct state *st = calloc(1, sizeof *st);
	enum err e = ERR_NOMEM;
	lua_State *L;

	*out = NULL;
	if (st == NULL)
		return ERR_NOMEM;
	st->memory_limit = memory_bytes;
	st->instruction_limit = instructions;
	state_name_chunk(st, file);
	buf_put_span(&st->file, span_sub(file, 0, STATE_WHY_BYTES / 2));
	st->region = region_new();
	if (buf_err(&st->file) != OK || st->region == NULL)
		goto out;
	L = lua_newstate(state_on_alloc, st);
	if (L == NULL)
		goto out;
	*(struct state **)lua_getextraspace(L) = st;
	st->lua = L;
	e = state_run(st, state_on_open, NULL) == OK ? OK : ERR_NOMEM;
	if (e == OK)
		lua_sethook(L, state_on_count, LUA_MASKCOUNT, STATE_INSTRUCTION_HOOK);
out:
	if (e == OK)
		*out = st;
	else
		state_free(st);
	return e;
}

void
state_free(struct state *st)
{
	if (st == NULL)
		return;
	/* Not lua_close(): nothing of Lua's lies outside, and no script has finalisers. */
	region_free(st->region);
	buf_clear(&st->file);
	free(st);
}

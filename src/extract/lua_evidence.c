/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lua_evidence - the functions of `evidence`. The comment above each is its manual.
 *
 * LPeg and re are loaded when a plugin first asks for them: most never do. The
 * metatable of LPeg's patterns has a finaliser, so it is locked like that of
 * strings: a script that changed it would run code where no hook counts.
 */
#include "extract/lua_evidence.h"

#include "common/jread.h"
#include "common/log.h"
#include "extract/nearest.h"
#include "extract/person.h"
#include "extract/state.h"
#include "text/date.h"
#include "text/doi.h"
#include "text/number.h"

#include <lauxlib.h>
#include <math.h>

#define LUA_EVIDENCE_LPEG_PATTERN "lpeg-pattern" /* LPeg's own name for its metatable */

int luaopen_lpeg(lua_State *L); /* LPeg has no header */

static struct span
lua_evidence_check_text(lua_State *L, int arg)
{
	struct span s;

	s.p = luaL_checklstring(L, arg, &s.n);
	return s;
}

/* Whole numbers become Lua integers, so that they print without a point. */
static void
lua_evidence_put_number(lua_State *L, double n)
{
	if (n == floor(n) && fabs(n) <= 9007199254740992.0)
		lua_pushinteger(L, (lua_Integer)n);
	else
		lua_pushnumber(L, n);
}

/*
 * evidence.number(text) -> number, last
 *
 * The number that the text begins with: "1,200", "3.5", "1.2 million", "twelve hundred", "a
 * dozen". last is the last byte it took. nil when it begins with none.
 */
static int
lua_evidence_number(lua_State *L)
{
	size_t used;
	double n;

	if (!number_parse(lua_evidence_check_text(L, 1), &n, &used))
		return 0;
	lua_evidence_put_number(L, n);
	lua_pushinteger(L, (lua_Integer)used);
	return 2;
}

/*
 * evidence.date(text) -> from, to, first, last
 *
 * The first date or span of dates in the text, as two ISO dates, no more exact than the words:
 * "between November 2011 and May 2013" gives "2011-11", "2013-05"; "12 May 2012" twice
 * "2012-05-12". first and last are the bytes it stands in. nil when there is none.
 */
static int
lua_evidence_date(lua_State *L)
{
	struct date_range range;
	size_t at, used;

	if (!date_parse(lua_evidence_check_text(L, 1), &range, &at, &used))
		return 0;
	lua_pushstring(L, range.from);
	lua_pushstring(L, range.to);
	lua_pushinteger(L, (lua_Integer)at + 1);
	lua_pushinteger(L, (lua_Integer)(at + used));
	return 4;
}

/*
 * evidence.doi(text) -> doi, last
 *
 * The DOI that the text is or begins with ("doi:10.1000/X.", a resolver's address), in its
 * normal form: lower case, no prefix, no punctuation of the sentence. last is the last byte
 * it took. nil when there is none.
 */
static int
lua_evidence_doi(lua_State *L)
{
	struct span text = lua_evidence_check_text(L, 1);
	struct buf out = {0};
	char doi[DOI_BYTES_MAX]; /* a raised error frees no buffer */
	size_t used, n;
	bool found;

	found = doi_normalise(text, &out, &used) && buf_err(&out) == OK && out.n <= sizeof doi;
	n = found ? out.n : 0;
	if (n > 0)
		memcpy(doi, out.p, n);
	buf_clear(&out);
	if (!found)
		return 0;
	lua_pushlstring(L, doi, n);
	lua_pushinteger(L, (lua_Integer)used);
	return 2;
}

/*
 * evidence.name(text) -> name, last, title
 *
 * The name of a person at the beginning of the text, without the title before it: "Dr J. K.
 * van der Berg, Leeds" gives "J. K. van der Berg". last is the last byte it took, title the
 * title or nil. nil when what stands there is no name, or may be something else: an
 * office, a place, a body.
 */
static int
lua_evidence_name(lua_State *L)
{
	struct span text = lua_evidence_check_text(L, 1);
	struct person person;
	luaL_Buffer b;
	bool blank = false;

	if (!person_parse(text, &person))
		return 0;
	luaL_buffinit(L, &b);
	for (size_t i = 0; i < person.name.n; i++) {
		char c = person.name.p[i];

		if (c == ' ' || c == '\n') {
			blank = true;
			continue;
		}
		if (blank)
			luaL_addchar(&b, ' ');
		blank = false;
		luaL_addchar(&b, c);
	}
	luaL_pushresult(&b);
	lua_pushinteger(L, (lua_Integer)(person.name.p + person.name.n - text.p));
	if (person.title.n == 0)
		return 2;
	lua_pushlstring(L, person.title.p, person.title.n);
	return 3;
}

/*
 * evidence.log(message)
 *
 * Writes one line to the log, with the plugin's file and line; after a hundred of one document
 * nothing more. For trying things out.
 */
static int
lua_evidence_log(lua_State *L)
{
	struct span message = lua_evidence_check_text(L, 1);
	struct span file = state_file(state_of(L));

	if (!state_take_log(state_of(L)))
		return 0;
	message = span_sub(message, 0, LUA_EVIDENCE_LOG_BYTES);
	log_info("%.*s:%d: %.*s", (int)file.n, file.p, state_line(L), (int)message.n, message.p);
	return 0;
}

static const luaL_Reg lua_evidence_functions[] = {
    {"date", lua_evidence_date}, {"doi", lua_evidence_doi},       {"log", lua_evidence_log},
    {"name", lua_evidence_name}, {"number", lua_evidence_number}, {NULL, NULL},
};

/* --- settings --- */

static void lua_evidence_put_json(lua_State *L, const json_t *value);

static void
lua_evidence_put_table(lua_State *L, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	luaL_checkstack(L, 4, "settings");
	lua_createtable(L, 0, 0);
	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, member)
		{
			lua_evidence_put_json(L, member);
			lua_setfield(L, -2, key);
		}
		return;
	}
	json_array_foreach(value, i, member)
	{
		lua_evidence_put_json(L, member);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* Its depth is bounded by jread_parse(). */
static void
lua_evidence_put_json(lua_State *L, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		lua_evidence_put_table(L, value);
		break;
	case JSON_STRING:
		lua_pushlstring(L, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		lua_pushinteger(L, json_integer_value(value));
		break;
	case JSON_REAL:
		lua_pushnumber(L, json_real_value(value));
		break;
	case JSON_NULL:
		lua_pushnil(L);
		break;
	default:
		lua_pushboolean(L, json_is_true(value));
	}
}

static int
lua_evidence_on_settings(lua_State *L)
{
	lua_evidence_put_json(L, lua_touserdata(L, 1));
	return 1;
}

/* Pushes the settings' table. Protected, so that the parsed JSON is freed on every way. */
static void
lua_evidence_put_settings(lua_State *L, struct span settings)
{
	json_t *json = NULL;
	char why[160];
	int status;

	if (settings.n == 0)
		settings = SPAN("{}");
	if (jread_parse(settings, &json, why) != OK)
		luaL_error(L, "settings: %s", why);
	if (!json_is_object(json)) {
		json_decref(json);
		luaL_error(L, "settings: not a JSON object");
	}
	lua_pushcfunction(L, lua_evidence_on_settings);
	lua_pushlightuserdata(L, json);
	status = lua_pcall(L, 1, 1, 0);
	json_decref(json);
	if (status != LUA_OK)
		lua_error(L);
}

/* --- lpeg and re --- */

static void
lua_evidence_lock_patterns(lua_State *L, bool locked)
{
	luaL_getmetatable(L, LUA_EVIDENCE_LPEG_PATTERN);
	if (locked)
		lua_pushboolean(L, 0);
	else
		lua_pushnil(L);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

/* re's `require`: gives LPeg, whatever is asked for. Upvalue 1: LPeg. */
static int
lua_evidence_require(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(1));
	return 1;
}

/* Loads re with LPeg (at the top) as what it requires; pushes it. */
static void
lua_evidence_load_re(lua_State *L, struct span source)
{
	lua_evidence_lock_patterns(L, false);
	if (luaL_loadbufferx(L, source.p, source.n, "=re", "t") != LUA_OK)
		lua_error(L);
	lua_createtable(L, 0, 1); /* its environment: require, then the globals */
	lua_pushvalue(L, -3);
	lua_pushcclosure(L, lua_evidence_require, 1);
	lua_setfield(L, -2, "require");
	lua_createtable(L, 0, 1);
	lua_pushglobaltable(L);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	lua_setupvalue(L, -2, 1);
	lua_call(L, 0, 1);
	lua_evidence_lock_patterns(L, true);
}

/*
 * evidence.lpeg, evidence.re
 *
 * LPeg and its re module (https://www.inf.puc-rio.br/~roberto/lpeg/), for real grammars.
 *
 * evidence.settings
 *
 * A table of what the configuration sets for the plugin: set(threshold, 3) is
 * evidence.settings.threshold; several values are a list.
 *
 * __index of the table behind `evidence`, for what is not there yet. Upvalue 1: the
 * re source's struct span.
 */
static int
lua_evidence_index(lua_State *L)
{
	static const char *const names[] = {"date", "doi",    "log", "lpeg",
					    "name", "number", "re",  "settings"};
	const struct span *re = lua_touserdata(L, lua_upvalueindex(1));
	const char *key = luaL_checkstring(L, 2);

	lua_settop(L, 2);
	if (strcmp(key, "lpeg") == 0) {
		luaL_requiref(L, "lpeg", luaopen_lpeg, 0);
		lua_evidence_lock_patterns(L, true);
	} else if (strcmp(key, "re") == 0) {
		lua_getfield(L, 1, "lpeg");
		lua_evidence_load_re(L, *re);
	} else {
		return luaL_error(L, "evidence has no '%s'; nearest: '%s'", key,
				  nearest_name(key, names, sizeof names / sizeof *names));
	}
	lua_pushvalue(L, 2);
	lua_pushvalue(L, -2);
	lua_rawset(L, 1);
	return 1;
}

void
lua_evidence_open(lua_State *L, const struct span *re, struct span settings)
{
	luaL_newlib(L, lua_evidence_functions);
	lua_evidence_put_settings(L, settings);
	lua_setfield(L, -2, "settings");
	lua_createtable(L, 0, 2);
	lua_pushlightuserdata(L, (void *)re);
	lua_pushcclosure(L, lua_evidence_index, 1);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	state_protect(L, "evidence");
	state_set_global(L, "evidence");
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * declare - one reader a key. The table is read raw: metatables count for nothing.
 */
#include "extract/declare.h"

#include "common/utf8.h"
#include "extract/nearest.h"
#include "extract/state.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct declare { /* what is read, and from what */
	lua_State *L;
	struct span source;
	struct declared *out;
	int table; /* stack index of the plugin's table */
};

static const char declare_functions_key = 0; /* registry: i -> function, 0 -> document */

static const char *const declare_formats[] = {
    "text", "markdown", "csv",   "html",       "mhtml", "pdf",   "docx", "odt",
    "rtf",  "xlsx",     "ods",   "pptx",       "odp",   "eml",   "mbox", "msg",
    "doc",  "archive",  "image", "transcript", "audio", "video",
};

/* --- lines --- */

static bool
declare_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Is `key` set at `at`: a whole word, maybe in ["…"], before an equals sign? */
static bool
declare_sets(struct span source, size_t at, struct span key)
{
	if (!span_starts(span_sub(source, at, source.n), key) ||
	    (at > 0 && declare_is_word(source.p[at - 1])))
		return false;
	at += key.n;
	if (at < source.n && declare_is_word(source.p[at]))
		return false;
	while (at < source.n && strchr(" \t\"']", source.p[at]) != NULL)
		at++;
	return at < source.n && source.p[at] == '=' &&
	       (at + 1 == source.n || source.p[at + 1] != '=');
}

/* Where `key` is set at or behind `from`; source.n when nowhere. Comments do not count. */
static size_t
declare_find(struct span source, size_t from, const char *key)
{
	for (size_t at = from; at < source.n; at++) {
		if (source.p[at] == '-' && at + 1 < source.n && source.p[at + 1] == '-') {
			while (at < source.n && source.p[at] != '\n')
				at++;
			continue;
		}
		if (declare_sets(source, at, span_of(key)))
			return at;
	}
	return source.n;
}

/* Where the plugin's table is returned: the last line that begins with `return`. */
static size_t
declare_find_return(struct span source)
{
	for (size_t at = source.n; at-- > 0;)
		if ((at == 0 || source.p[at - 1] == '\n') &&
		    span_starts(span_sub(source, at, 6), SPAN("return")))
			return at;
	return 0;
}

int
declare_line(struct span source, const char *parent, const char *key)
{
	size_t table = declare_find_return(source), from = table, at;
	int line = 1;

	if (parent != NULL)
		from = declare_find(source, 0, parent);
	at = key == NULL ? table : declare_find(source, from == source.n ? 0 : from, key);
	if (at == source.n && key != NULL)
		at = declare_find(source, 0, key);
	if (at == source.n)
		at = from == source.n ? table : from;
	for (size_t i = 0; i < at; i++)
		line += source.p[i] == '\n';
	return line;
}

/* Raises at the line where `key` is set. */
#define DECLARE_FAIL(d, parent, key, ...)                                                          \
	state_error_at((d)->L, declare_line((d)->source, parent, key), __VA_ARGS__)

/* The string key at -2, or a refusal of what is none. */
static const char *
declare_key(struct declare *d, const char *parent)
{
	if (lua_type(d->L, -2) != LUA_TSTRING)
		DECLARE_FAIL(d, NULL, parent, "'%s': a key is a %s, not a name",
			     parent == NULL ? "return" : parent, luaL_typename(d->L, -2));
	return lua_tostring(d->L, -2);
}

/* A name of the form of kinds, fields and patterns. */
static void
declare_name(struct declare *d, const char *parent, const char *name, char out[NAME_BYTES_MAX + 1])
{
	if (!record_name_valid(span_of(name)))
		DECLARE_FAIL(d, parent, name,
			     "'%s': names are a small letter and up to 31 small letters, digits "
			     "and '_'",
			     name);
	memcpy(out, name, strlen(name) + 1);
}

static void
declare_want(struct declare *d, const char *parent, const char *key, int type)
{
	if (lua_type(d->L, -1) != type)
		DECLARE_FAIL(d, parent, key, "'%s' must be a %s, not a %s", key,
			     lua_typename(d->L, type), luaL_typename(d->L, -1));
}

/* --- one reader a key; the value is at the top --- */

static void
declare_read_name(struct declare *d)
{
	declare_want(d, NULL, "name", LUA_TSTRING);
	if (!record_name_valid(span_of(lua_tostring(d->L, -1))))
		DECLARE_FAIL(d, NULL, "name",
			     "'name' is a small letter and up to 31 small letters, digits and '_'");
	strcpy(d->out->decl.name, lua_tostring(d->L, -1));
}

static void
declare_read_version(struct declare *d)
{
	int whole;
	lua_Integer version = lua_tointegerx(d->L, -1, &whole);

	if (lua_type(d->L, -1) != LUA_TNUMBER || !whole || version < 1 || version > INT32_MAX)
		DECLARE_FAIL(d, NULL, "version", "'version' must be a whole number from 1");
	d->out->decl.version = (uint32_t)version;
}

static void
declare_read_about(struct declare *d)
{
	struct span about;

	declare_want(d, NULL, "about", LUA_TSTRING);
	about.p = lua_tolstring(d->L, -1, &about.n);
	if (about.n > ABOUT_BYTES_MAX || !utf8_valid(about) || memchr(about.p, 0, about.n) != NULL)
		DECLARE_FAIL(d, NULL, "about", "'about' must be UTF-8 text of at most %d bytes",
			     ABOUT_BYTES_MAX);
	memcpy(d->out->decl.about, about.p, about.n + 1);
}

static void
declare_read_field(struct declare *d, struct kind_decl *kind)
{
	static const char *const types[] = {"text", "key", "number", "date"};
	const char *name = declare_key(d, kind->name), *type;
	struct field_decl *field = &kind->fields[kind->field_count];

	if (kind->field_count == KIND_FIELDS_MAX)
		DECLARE_FAIL(d, "kinds", kind->name, "kind '%s' has more than %d fields",
			     kind->name, KIND_FIELDS_MAX);
	declare_name(d, kind->name, name, field->name);
	declare_want(d, kind->name, name, LUA_TSTRING);
	type = lua_tostring(d->L, -1);
	field->type = field_type_of(span_of(type));
	if (field->type == 0)
		DECLARE_FAIL(d, kind->name, name, "field '%s': unknown type '%s'; nearest: '%s'",
			     name, type, nearest_name(type, types, COUNT(types)));
	if (record_name_reserved(span_of(name)))
		DECLARE_FAIL(d, kind->name, name,
			     "field '%s': the name is reserved, every record has it", name);
	if (strcmp(name, "date") == 0 && field->type != FIELD_DATE)
		DECLARE_FAIL(d, kind->name, name, "field 'date' must have the type 'date'");
	kind->field_count++;
}

static void
declare_read_kinds(struct declare *d)
{
	struct plugin_decl *decl = &d->out->decl;

	declare_want(d, NULL, "kinds", LUA_TTABLE);
	for (lua_pushnil(d->L); lua_next(d->L, -2) != 0; lua_pop(d->L, 1)) {
		const char *name = declare_key(d, "kinds");
		struct kind_decl *kind = &decl->kinds[decl->kind_count];

		if (decl->kind_count == PLUGIN_KINDS_MAX)
			DECLARE_FAIL(d, NULL, "kinds", "more than %d kinds", PLUGIN_KINDS_MAX);
		declare_name(d, "kinds", name, kind->name);
		declare_want(d, "kinds", name, LUA_TTABLE);
		decl->kind_count++;
		for (lua_pushnil(d->L); lua_next(d->L, -2) != 0; lua_pop(d->L, 1))
			declare_read_field(d, kind);
	}
}

static void
declare_read_patterns(struct declare *d)
{
	struct declared *out = d->out;

	declare_want(d, NULL, "patterns", LUA_TTABLE);
	for (lua_pushnil(d->L); lua_next(d->L, -2) != 0; lua_pop(d->L, 1)) {
		const char *name = declare_key(d, "patterns");
		struct declared_pattern *p = &out->patterns[out->pattern_count];
		struct span s;

		if (out->pattern_count == PLUGIN_PATTERNS_MAX)
			DECLARE_FAIL(d, NULL, "patterns", "more than %d patterns",
				     PLUGIN_PATTERNS_MAX);
		declare_name(d, "patterns", name, p->name);
		declare_want(d, "patterns", name, LUA_TSTRING);
		s.p = lua_tolstring(d->L, -1, &s.n);
		if (s.n == 0 || s.n > PLUGIN_PATTERN_BYTES_MAX || memchr(s.p, 0, s.n) != NULL)
			DECLARE_FAIL(d, "patterns", name,
				     "pattern '%s' is empty, holds a NUL or more than %d bytes",
				     name, PLUGIN_PATTERN_BYTES_MAX);
		p->expression = strdup(s.p);
		if (p->expression == NULL)
			luaL_error(d->L, "no memory");
		out->pattern_count++;
	}
}

static void
declare_read_formats(struct declare *d)
{
	size_t n;

	declare_want(d, NULL, "formats", LUA_TTABLE);
	n = lua_rawlen(d->L, -1);
	if (n == 0)
		DECLARE_FAIL(d, NULL, "formats", "'formats' must be a list of formats");
	for (size_t i = 1; i <= n; i++) {
		const char *name;
		size_t bit;

		if (lua_rawgeti(d->L, -1, (lua_Integer)i) != LUA_TSTRING)
			DECLARE_FAIL(d, NULL, "formats", "'formats' must be a list of formats");
		name = lua_tostring(d->L, -1);
		for (bit = 0; bit < COUNT(declare_formats); bit++)
			if (strcmp(name, declare_formats[bit]) == 0)
				break;
		if (bit == COUNT(declare_formats))
			DECLARE_FAIL(d, NULL, "formats", "unknown format '%s'; nearest: '%s'", name,
				     nearest_name(name, declare_formats, COUNT(declare_formats)));
		d->out->formats |= 1u << bit;
		lua_pop(d->L, 1);
	}
}

static void
declare_read_on(struct declare *d)
{
	declare_want(d, NULL, "on", LUA_TTABLE);
}

static void
declare_read_document(struct declare *d)
{
	declare_want(d, NULL, "document", LUA_TFUNCTION);
	d->out->has_document = true;
}

static void
declare_refuse_read(struct declare *d)
{
	DECLARE_FAIL(d, NULL, lua_tostring(d->L, -2),
		     "'%s': readers in plugins are not supported by this version",
		     lua_tostring(d->L, -2));
}

static const struct declare_key {
	const char *name;
	bool needed;
	void (*read)(struct declare *d);
} declare_keys[] = {
    {"name", true, declare_read_name},
    {"version", true, declare_read_version},
    {"about", false, declare_read_about},
    {"kinds", false, declare_read_kinds},
    {"patterns", false, declare_read_patterns},
    {"formats", false, declare_read_formats},
    {"on", false, declare_read_on},
    {"document", false, declare_read_document},
    {"reads", false, declare_refuse_read},
    {"read", false, declare_refuse_read},
};

static void
declare_read_key(struct declare *d)
{
	const char *names[COUNT(declare_keys)];
	const char *key = declare_key(d, NULL);

	for (size_t i = 0; i < COUNT(declare_keys); i++) {
		names[i] = declare_keys[i].name;
		if (strcmp(key, names[i]) == 0) {
			declare_keys[i].read(d);
			return;
		}
	}
	DECLARE_FAIL(d, NULL, key, "unknown key '%s'; nearest: '%s'", key,
		     nearest_name(key, names, COUNT(names)));
}

/* --- all of it --- */

static int
declare_compare_kinds(const void *a, const void *b)
{
	return strcmp(((const struct kind_decl *)a)->name, ((const struct kind_decl *)b)->name);
}

static int
declare_compare_fields(const void *a, const void *b)
{
	return strcmp(((const struct field_decl *)a)->name, ((const struct field_decl *)b)->name);
}

static int
declare_compare_patterns(const void *a, const void *b)
{
	return strcmp(((const struct declared_pattern *)a)->name,
		      ((const struct declared_pattern *)b)->name);
}

static size_t
declare_pattern_index(const struct declared *out, const char *name)
{
	size_t i;

	for (i = 0; i < out->pattern_count; i++)
		if (strcmp(out->patterns[i].name, name) == 0)
			break;
	return i;
}

/* Lua's order of keys differs from run to run; a declaration must not. */
static void
declare_sort(struct declared *out)
{
	struct plugin_decl *decl = &out->decl;

	qsort(decl->kinds, decl->kind_count, sizeof *decl->kinds, declare_compare_kinds);
	for (size_t i = 0; i < decl->kind_count; i++)
		qsort(decl->kinds[i].fields, decl->kinds[i].field_count,
		      sizeof *decl->kinds[i].fields, declare_compare_fields);
	qsort(out->patterns, out->pattern_count, sizeof *out->patterns, declare_compare_patterns);
}

/* Each pattern has its function in `on`, and each function its pattern. */
static void
declare_check_functions(struct declare *d)
{
	const char *names[PLUGIN_PATTERNS_MAX];
	struct declared *out = d->out;
	lua_State *L = d->L;

	lua_createtable(L, PLUGIN_PATTERNS_MAX, 1);
	lua_getfield(L, d->table, "document");
	lua_rawseti(L, -2, 0);
	lua_getfield(L, d->table, "on");
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		lua_createtable(L, 0, 0);
	}
	for (size_t i = 0; i < out->pattern_count; i++) {
		names[i] = out->patterns[i].name;
		lua_pushstring(L, names[i]);
		if (lua_rawget(L, -2) == LUA_TNIL)
			DECLARE_FAIL(d, "patterns", names[i],
				     "pattern '%s' has no function in 'on'", names[i]);
		declare_want(d, "on", names[i], LUA_TFUNCTION);
		lua_rawseti(L, -3, (lua_Integer)i + 1);
	}
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		const char *name = declare_key(d, "on");

		if (declare_pattern_index(out, name) < out->pattern_count)
			continue;
		if (out->pattern_count == 0)
			DECLARE_FAIL(d, "on", name, "'on.%s': there are no patterns", name);
		DECLARE_FAIL(d, "on", name, "'on.%s': no such pattern; nearest: '%s'", name,
			     nearest_name(name, names, out->pattern_count));
	}
	lua_pop(L, 1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &declare_functions_key);
}

void
declare_read(lua_State *L, struct span source, struct declared *out)
{
	struct declare d = {.L = L, .source = source, .out = out, .table = lua_gettop(L)};

	luaL_checkstack(L, 12, NULL);
	if (!lua_istable(L, d.table))
		DECLARE_FAIL(&d, NULL, NULL, "a plugin returns one table, this returns a %s",
			     luaL_typename(L, d.table));
	if (lua_getmetatable(L, d.table))
		DECLARE_FAIL(&d, NULL, NULL, "the plugin's table has a metatable");
	for (lua_pushnil(L); lua_next(L, d.table) != 0; lua_pop(L, 1))
		declare_read_key(&d);
	for (size_t i = 0; i < COUNT(declare_keys); i++) {
		lua_getfield(L, d.table, declare_keys[i].name);
		if (declare_keys[i].needed && lua_isnil(L, -1))
			DECLARE_FAIL(&d, NULL, NULL, "'%s' is missing", declare_keys[i].name);
		lua_pop(L, 1);
	}
	declare_sort(out);
	declare_check_functions(&d);
	if (out->pattern_count == 0 && !out->has_document)
		DECLARE_FAIL(&d, NULL, "name",
			     "neither 'patterns' nor 'document': the plugin would never run");
}

void
declare_push_function(lua_State *L, size_t i)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &declare_functions_key);
	lua_rawgeti(L, -1, i == DECLARE_DOCUMENT ? 0 : (lua_Integer)i + 1);
	lua_remove(L, -2);
}

bool
declared_wants(const struct declared *d, const char *format)
{
	if (d->formats == 0)
		return true;
	for (size_t i = 0; i < COUNT(declare_formats); i++)
		if (strcmp(format, declare_formats[i]) == 0)
			return (d->formats >> i & 1) != 0;
	return false;
}

void
declared_clear(struct declared *d)
{
	for (size_t i = 0; i < d->pattern_count; i++)
		free(d->patterns[i].expression);
	memset(d, 0, sizeof *d);
}

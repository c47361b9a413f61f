/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lua_doc - the methods of `doc`. The comment above each is its manual.
 */
#include "extract/lua_doc.h"

#include "extract/nearest.h"
#include "extract/passage.h"

#include <lauxlib.h>
#include <string.h>

#define LUA_DOC_TYPE "doc"

enum { LUA_DOC_TEXT = 1, LUA_DOC_META, LUA_DOC_KEPT = LUA_DOC_META }; /* user values */

struct lua_doc {
	struct lua_doc_run *run; /* NULL: the document is over */
};

static const char lua_doc_key = 0; /* registry: the `doc` of the document under way */

static struct lua_doc_run *
lua_doc_check(lua_State *L)
{
	struct lua_doc *doc = luaL_checkudata(L, 1, LUA_DOC_TYPE);

	if (doc->run == NULL)
		luaL_error(L, "this 'doc' is of a document that is done: keep none");
	return doc->run;
}

static struct span
lua_doc_text(const struct lua_doc_run *run)
{
	return buf_span(&run->document->text);
}

/* The position that is argument `arg`, 0-based; one behind the last byte is allowed. */
static size_t
lua_doc_check_at(lua_State *L, int arg, struct span text)
{
	lua_Integer at = luaL_checkinteger(L, arg);

	luaL_argcheck(L, at >= 1 && (lua_Unsigned)at <= text.n + 1, arg,
		      "a position outside the text");
	return (size_t)at - 1;
}

/* Pushes 1-based, inclusive positions. */
static int
lua_doc_put_range(lua_State *L, uint64_t from, uint64_t to)
{
	lua_pushinteger(L, (lua_Integer)from + 1);
	lua_pushinteger(L, (lua_Integer)to);
	return 2;
}

static int
lua_doc_put_passage(lua_State *L, struct span text, struct passage p)
{
	lua_pushlstring(L, text.p + p.from, p.to - p.from);
	return 1 + lua_doc_put_range(L, p.from, p.to);
}

/*
 * doc:sub(from [, to]) -> string
 *
 * The bytes `from` to `to` of the text, as doc.text:sub(from, to) gives them
 * (negative positions count from the end), without making the whole text a string.
 */
static int
lua_doc_sub(lua_State *L)
{
	struct span text = lua_doc_text(lua_doc_check(L));
	lua_Integer n = (lua_Integer)text.n, from = luaL_checkinteger(L, 2),
		    to = luaL_optinteger(L, 3, -1);

	if (from < 0)
		from = from < -n ? 1 : n + from + 1;
	else if (from == 0)
		from = 1;
	if (to < 0)
		to = to < -n ? 0 : n + to + 1;
	else if (to > n)
		to = n;
	if (from > to)
		lua_pushliteral(L, "");
	else
		lua_pushlstring(L, text.p + from - 1, (size_t)(to - from + 1));
	return 1;
}

/*
 * doc:sentence(at) -> string, from, to
 *
 * The sentence around the byte `at`, without white space at its ends. It never
 * crosses a paragraph, a bullet or a cell of a table.
 */
static int
lua_doc_sentence(lua_State *L)
{
	struct span text = lua_doc_text(lua_doc_check(L));

	return lua_doc_put_passage(L, text, passage_sentence(text, lua_doc_check_at(L, 2, text)));
}

/*
 * doc:paragraph(at) -> string, from, to
 *
 * The paragraph around the byte `at`: what stands between blank lines.
 */
static int
lua_doc_paragraph(lua_State *L)
{
	struct span text = lua_doc_text(lua_doc_check(L));

	return lua_doc_put_passage(L, text, passage_paragraph(text, lua_doc_check_at(L, 2, text)));
}

/*
 * doc:section(at) -> name, from, to
 *
 * The heading of the innermost section that holds the byte `at`, and where the section
 * begins and ends. nil when it stands under no heading.
 */
static int
lua_doc_section(lua_State *L)
{
	struct lua_doc_run *run = lua_doc_check(L);
	const struct marks *marks = &run->document->marks;
	const struct mark *mark =
	    marks_at(marks, MARK_SECTION, lua_doc_check_at(L, 2, lua_doc_text(run)));
	struct span name;

	if (mark == NULL)
		return 0;
	name = marks_name(marks, mark);
	lua_pushlstring(L, name.n == 0 ? "" : name.p, name.n);
	return 1 + lua_doc_put_range(L, mark->start, mark->end);
}

/*
 * doc:page(at) -> number, from, to
 *
 * The page that holds the byte `at`, from 1, and where it begins and ends. nil where
 * the format has no pages.
 */
static int
lua_doc_page(lua_State *L)
{
	struct lua_doc_run *run = lua_doc_check(L);
	const struct mark *mark =
	    marks_at(&run->document->marks, MARK_PAGE, lua_doc_check_at(L, 2, lua_doc_text(run)));

	if (mark == NULL)
		return 0;
	lua_pushinteger(L, mark->number);
	return 1 + lua_doc_put_range(L, mark->start, mark->end);
}

/* The next part of *rest up to a TAB; false at the end. */
static bool
lua_doc_next_cell(struct span *rest, struct span *cell)
{
	const char *tab;

	if (rest->p == NULL)
		return false;
	tab = rest->n == 0 ? NULL : memchr(rest->p, '\t', rest->n);
	if (tab == NULL) {
		*cell = *rest;
		*rest = (struct span){0};
		return true;
	}
	*cell = span_sub(*rest, 0, (size_t)(tab - rest->p));
	*rest = span_sub(*rest, cell->n + 1, rest->n);
	return true;
}

/* Pushes a row's cells: by number, and by column name where the table has names. */
static void
lua_doc_put_cells(lua_State *L, struct span row, struct span columns)
{
	struct span cell, column;

	lua_createtable(L, 8, columns.n > 0 ? 8 : 0);
	for (lua_Integer i = 1; lua_doc_next_cell(&row, &cell); i++) {
		lua_pushlstring(L, cell.p, cell.n);
		if (columns.n > 0 && lua_doc_next_cell(&columns, &column) && column.n > 0) {
			lua_pushlstring(L, column.p, column.n);
			if (lua_rawget(L, -3) == LUA_TNIL) { /* of two of a name the first counts */
				lua_pushlstring(L, column.p, column.n);
				lua_pushvalue(L, -3);
				lua_rawset(L, -5);
			}
			lua_pop(L, 1);
		}
		lua_rawseti(L, -2, i);
	}
}

/* Upvalues: the doc, the next mark to look at, the mark of the table under way plus 1. */
static int
lua_doc_next_row(lua_State *L)
{
	const struct lua_doc_run *run;
	const struct marks *marks;
	size_t i, table;

	lua_settop(L, 0);
	lua_pushvalue(L, lua_upvalueindex(1));
	run = lua_doc_check(L);
	marks = &run->document->marks;
	i = (size_t)lua_tointeger(L, lua_upvalueindex(2));
	table = (size_t)lua_tointeger(L, lua_upvalueindex(3));
	for (; i < marks->n; i++) {
		const struct mark *mark = &marks->list[i];
		struct span columns = {0};
		uint32_t number = 0;

		if (mark->type == MARK_TABLE)
			table = i + 1;
		if (mark->type != MARK_ROW)
			continue;
		if (table != 0 && marks->list[table - 1].end >= mark->end) {
			columns = marks_name(marks, &marks->list[table - 1]);
			number = marks->list[table - 1].number;
		}
		lua_pushinteger(L, (lua_Integer)i + 1);
		lua_replace(L, lua_upvalueindex(2));
		lua_pushinteger(L, (lua_Integer)table);
		lua_replace(L, lua_upvalueindex(3));
		lua_doc_put_cells(L,
				  span_sub(lua_doc_text(run), mark->start, mark->end - mark->start),
				  columns);
		lua_doc_put_range(L, mark->start, mark->end);
		lua_pushinteger(L, number);
		return 4;
	}
	return 0;
}

/*
 * for cells, from, to, table in doc:rows() do
 *
 * The rows of all tables in text order. cells[1] is the first cell; where the table
 * has column names cells["Name"] is the cell below that name, too. from and to are the row's
 * place, table the number of its table.
 */
static int
lua_doc_rows(lua_State *L)
{
	lua_doc_check(L);
	lua_settop(L, 1);
	lua_pushinteger(L, 0);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, lua_doc_next_row, 3);
	return 1;
}

/* Upvalues: the doc, the next mark to look at. */
static int
lua_doc_next_link(lua_State *L)
{
	const struct marks *marks;
	size_t i;

	lua_settop(L, 0);
	lua_pushvalue(L, lua_upvalueindex(1));
	marks = &lua_doc_check(L)->document->marks;
	for (i = (size_t)lua_tointeger(L, lua_upvalueindex(2)); i < marks->n; i++) {
		const struct mark *mark = &marks->list[i];
		struct span url;

		if (mark->type != MARK_LINK)
			continue;
		lua_pushinteger(L, (lua_Integer)i + 1);
		lua_replace(L, lua_upvalueindex(2));
		url = marks_name(marks, mark);
		lua_pushlstring(L, url.n == 0 ? "" : url.p, url.n);
		return 1 + lua_doc_put_range(L, mark->start, mark->end);
	}
	return 0;
}

/*
 * for url, from, to in doc:links() do
 *
 * The links of the document in text order, with the place of the words that carry them.
 * Addresses that only stand in the text are no links here.
 */
static int
lua_doc_links(lua_State *L)
{
	lua_doc_check(L);
	lua_settop(L, 1);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, lua_doc_next_link, 2);
	return 1;
}

static const struct kind_decl *
lua_doc_check_kind(lua_State *L, const struct plugin_decl *decl)
{
	const char *names[PLUGIN_KINDS_MAX];
	const struct kind_decl *kind;
	struct span name;

	name.p = luaL_checklstring(L, 2, &name.n);
	kind = plugin_decl_kind(decl, name);
	if (kind != NULL)
		return kind;
	for (size_t i = 0; i < decl->kind_count; i++)
		names[i] = decl->kinds[i].name;
	if (decl->kind_count == 0)
		luaL_error(L, "kind '%s' is not declared in 'kinds'", name.p);
	luaL_error(L, "kind '%s' is not declared in 'kinds'; nearest: '%s'", name.p,
		   nearest_name(name.p, names, decl->kind_count));
	return NULL;
}

/*
 * doc:emit(kind, from, to [, fields [, confidence]])
 *
 * Gives a piece of evidence: its kind, the bytes it stands in, its fields by name.
 * A field's value has the declared type: a string for text and key, a number, a date
 * "YYYY", "YYYY-MM" or "YYYY-MM-DD", or a list of these. Empty strings, empty
 * lists and nil are fields without value. A place inside a character is widened to
 * the whole one. confidence is 0 to 1, and 1 when left out. The same again is dropped.
 */
static int
lua_doc_emit(lua_State *L)
{
	struct lua_doc_run *run = lua_doc_check(L);
	struct span text = lua_doc_text(run);
	const struct kind_decl *kind = lua_doc_check_kind(L, run->decl);
	lua_Integer to = luaL_checkinteger(L, 4);
	struct record r = {.kind = span_of(kind->name)};

	r.start = lua_doc_check_at(L, 3, text);
	luaL_argcheck(L, to >= (lua_Integer)r.start && (lua_Unsigned)to <= text.n, 4,
		      "it ends before it begins, or behind the text");
	r.end = (uint64_t)to;
	while (r.start > 0 && r.start < text.n && ((unsigned char)text.p[r.start] & 0xc0) == 0x80)
		r.start--;
	while (r.end < text.n && ((unsigned char)text.p[r.end] & 0xc0) == 0x80)
		r.end++;
	r.confidence = luaL_optnumber(L, 6, 1);
	luaL_argcheck(L, r.confidence >= 0 && r.confidence <= 1, 6, "confidence is 0 to 1");
	convert_record(L, 5, kind, &r, run->records);
	return 0;
}

/*
 * doc:role(name)
 *
 * Proposes what the document is: "draft", "evidence", "own", "output", "export" or
 * "plan". Of several plugins' proposals the last one's by name counts.
 */
static int
lua_doc_role(lua_State *L)
{
	static const char *const roles[] = {"draft",  "evidence", "own", "output",
					    "export", "plan",     NULL};
	struct lua_doc_run *run = lua_doc_check(L);
	const char *role = roles[luaL_checkoption(L, 2, NULL, roles)];

	memcpy(run->role, role, strlen(role) + 1);
	return 0;
}

/*
 * doc:language(tag)
 *
 * Proposes the document's language: a tag such as "en" or "cy".
 */
static int
lua_doc_language(lua_State *L)
{
	struct lua_doc_run *run = lua_doc_check(L);
	size_t n;
	const char *tag = luaL_checklstring(L, 2, &n);
	size_t letters = strspn(tag, "abcdefghijklmnopqrstuvwxyz");

	luaL_argcheck(L,
		      n <= LUA_DOC_LANGUAGE_MAX && (letters == 2 || letters == 3) &&
			  (tag[letters] == '\0' || tag[letters] == '-') &&
			  strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-") == n,
		      2, "not a language tag like \"en\"");
	memcpy(run->language, tag, n + 1);
	return 0;
}

static const luaL_Reg lua_doc_methods[] = {
    {"emit", lua_doc_emit},
    {"language", lua_doc_language},
    {"links", lua_doc_links},
    {"page", lua_doc_page},
    {"paragraph", lua_doc_paragraph},
    {"role", lua_doc_role},
    {"rows", lua_doc_rows},
    {"section", lua_doc_section},
    {"sentence", lua_doc_sentence},
    {"sub", lua_doc_sub},
    {NULL, NULL},
};

/* --- what is read without a call --- */

static void
lua_doc_put_text(lua_State *L, const struct lua_doc_run *run)
{
	struct span text = lua_doc_text(run);

	lua_pushlstring(L, text.n == 0 ? "" : text.p, text.n);
}

static void
lua_doc_put_meta(lua_State *L, const struct lua_doc_run *run)
{
	struct meta_pair pair;
	size_t at = 0;

	lua_createtable(L, 0, 8);
	while (meta_next(buf_span(&run->document->meta), &at, &pair)) {
		lua_pushlstring(L, pair.key.n == 0 ? "" : pair.key.p, pair.key.n);
		lua_pushlstring(L, pair.value.n == 0 ? "" : pair.value.p, pair.value.n);
		lua_rawset(L, -3);
	}
}

/* Pushes user value `i`, made by `put` at the first time. */
static int
lua_doc_kept(lua_State *L, int i, const struct lua_doc_run *run,
	     void (*put)(lua_State *L, const struct lua_doc_run *run))
{
	if (lua_getiuservalue(L, 1, i) != LUA_TNIL)
		return 1;
	put(L, run);
	lua_pushvalue(L, -1);
	lua_setiuservalue(L, 1, i);
	return 1;
}

/* __index. Upvalue 1: the methods. Properties: text, name, format, meta. */
static int
lua_doc_index(lua_State *L)
{
	static const char *const names[] = {"text",     "name",    "format",   "meta",      "emit",
					    "language", "links",   "page",     "paragraph", "role",
					    "rows",     "section", "sentence", "sub"};
	const struct lua_doc_run *run;
	const char *key;

	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	run = lua_doc_check(L);
	key = luaL_checkstring(L, 2);
	if (strcmp(key, "text") == 0)
		return lua_doc_kept(L, LUA_DOC_TEXT, run, lua_doc_put_text);
	if (strcmp(key, "meta") == 0)
		return lua_doc_kept(L, LUA_DOC_META, run, lua_doc_put_meta);
	if (strcmp(key, "name") == 0)
		lua_pushlstring(L, run->name.n == 0 ? "" : run->name.p, run->name.n);
	else if (strcmp(key, "format") == 0)
		lua_pushstring(L, run->document->format);
	else
		return luaL_error(L, "doc has no '%s'; nearest: '%s'", key,
				  nearest_name(key, names, sizeof names / sizeof *names));
	return 1;
}

static int
lua_doc_newindex(lua_State *L)
{
	return luaL_error(L, "'doc' cannot be changed: use doc:emit()");
}

void
lua_doc_open(lua_State *L)
{
	luaL_newmetatable(L, LUA_DOC_TYPE);
	luaL_newlib(L, lua_doc_methods);
	lua_pushcclosure(L, lua_doc_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, lua_doc_newindex);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

void
lua_doc_push(lua_State *L, struct lua_doc_run *run)
{
	struct lua_doc *doc = lua_newuserdatauv(L, sizeof *doc, LUA_DOC_KEPT);

	doc->run = run;
	luaL_setmetatable(L, LUA_DOC_TYPE);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &lua_doc_key);
}

int
lua_doc_end(lua_State *L)
{
	struct lua_doc *doc;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &lua_doc_key);
	doc = lua_touserdata(L, -1);
	if (doc == NULL)
		return 0;
	doc->run = NULL;
	for (int i = 1; i <= LUA_DOC_KEPT; i++) {
		lua_pushnil(L);
		lua_setiuservalue(L, -2, i);
	}
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &lua_doc_key);
	return 0;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * convert - one field after the other into struct value, in the declared order,
 * so that equal records have equal bytes and duplicates show by comparing them.
 * Texts are borrowed from the Lua table until the record is written.
 */
#include "extract/convert.h"

#include "common/frame.h"
#include "common/utf8.h"
#include "extract/nearest.h"
#include "text/date.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>

#define CONVERT_NUMBER_MAX 9007199254740992.0 /* 2^53 */

/* The message for an undeclared field names one that is. */
static int
convert_unknown(lua_State *L, const struct kind_decl *kind, const char *name)
{
	const char *names[KIND_FIELDS_MAX];
	const char *near;

	for (size_t i = 0; i < kind->field_count; i++)
		names[i] = kind->fields[i].name;
	near = nearest_name(name, names, kind->field_count);
	if (near == NULL)
		return luaL_error(L, "kind '%s' has no fields, and no '%s'", kind->name, name);
	return luaL_error(L, "kind '%s' has no field '%s'; nearest: '%s'", kind->name, name, near);
}

static const struct field_decl *
convert_field(lua_State *L, const struct kind_decl *kind)
{
	const struct field_decl *fd;
	struct span name;

	if (lua_type(L, -2) != LUA_TSTRING)
		luaL_error(L, "kind '%s': a field's name is a %s, not a string", kind->name,
			   luaL_typename(L, -2));
	name.p = lua_tolstring(L, -2, &name.n);
	fd = kind_decl_field(kind, name);
	if (fd == NULL)
		convert_unknown(L, kind, name.p);
	return fd;
}

/* Reads the value at the top. False: it is empty, and so left out. */
static bool
convert_value(lua_State *L, const struct field_decl *fd, struct value *v)
{
	int wanted = fd->type == FIELD_NUMBER ? LUA_TNUMBER : LUA_TSTRING;
	int32_t first, last;

	*v = (struct value){0};
	if (lua_type(L, -1) != wanted)
		luaL_error(L, "field '%s': %s expected, got %s", fd->name, lua_typename(L, wanted),
			   luaL_typename(L, -1));
	if (fd->type == FIELD_NUMBER) {
		v->number = lua_tonumber(L, -1);
		if (!isfinite(v->number) || fabs(v->number) > CONVERT_NUMBER_MAX)
			luaL_error(L, "field '%s': a number outside -2^53 to 2^53", fd->name);
		return true;
	}
	v->text.p = lua_tolstring(L, -1, &v->text.n);
	if (v->text.n > RECORD_FIELD_BYTES_MAX)
		luaL_error(L, "field '%s': longer than %d KiB", fd->name,
			   RECORD_FIELD_BYTES_MAX / 1024);
	if (!utf8_valid(v->text) || memchr(v->text.p, '\0', v->text.n) != NULL)
		luaL_error(L, "field '%s': not UTF-8 text (was a character cut?)", fd->name);
	if (fd->type == FIELD_DATE && v->text.n > 0 && !date_days(v->text, &first, &last))
		luaL_error(L, "field '%s': '%s' is not YYYY, YYYY-MM or YYYY-MM-DD", fd->name,
			   v->text.n <= 40 ? v->text.p : "…");
	return v->text.n > 0;
}

static void
convert_room(lua_State *L, const struct kind_decl *kind, size_t used)
{
	if (used >= RECORD_VALUES_MAX)
		luaL_error(L, "kind '%s': more than %d values in one record", kind->name,
			   RECORD_VALUES_MAX);
}

/* The list at the top into values[*used..]. */
static void
convert_list(lua_State *L, const struct kind_decl *kind, const struct field_decl *fd,
	     struct field *f, struct value *values, size_t *used)
{
	size_t n = lua_rawlen(L, -1), members = 0;

	lua_pushnil(L);
	while (lua_next(L, -2) != 0) {
		int whole;
		lua_Integer key = lua_tointegerx(L, -2, &whole);

		if (lua_type(L, -2) != LUA_TNUMBER || !whole || key < 1 || (size_t)key > n)
			luaL_error(L, "field '%s': a list has the keys 1, 2, 3 … and no other",
				   fd->name);
		lua_pop(L, 1);
		convert_room(L, kind, *used + members++);
	}
	for (size_t i = 1; i <= n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		if (lua_type(L, -1) == LUA_TNIL)
			luaL_error(L, "field '%s': the list has a hole at %d", fd->name, (int)i);
		if (convert_value(L, fd, &values[*used]))
			f->value_count++, (*used)++;
		lua_pop(L, 1);
	}
	f->list = true;
}

/* All fields of the table at `t`, each into its declared place of `made`. */
static void
convert_fields(lua_State *L, int t, const struct kind_decl *kind, struct field *made,
	       struct value *values)
{
	size_t used = 0;

	lua_pushnil(L);
	while (lua_next(L, t) != 0) {
		const struct field_decl *fd = convert_field(L, kind);
		struct field *f = &made[fd - kind->fields];

		f->name = span_of(fd->name);
		f->type = fd->type;
		f->values = values + used;
		if (lua_istable(L, -1)) {
			convert_list(L, kind, fd, f, values, &used);
		} else {
			convert_room(L, kind, used);
			if (convert_value(L, fd, &values[used]))
				f->value_count++, used++;
		}
		lua_pop(L, 1);
	}
}

/* --- duplicates --- */

/* FNV-1a over what makes two records the same: all but the confidence. */
static uint64_t
records_hash(struct span s)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return h;
}

static bool
records_grow(struct records *rs)
{
	size_t count = rs->slot_count == 0 ? 64 : rs->slot_count * 2;
	struct records_slot *slots;

	if ((size_t)rs->n * 2 < rs->slot_count)
		return true;
	slots = calloc(count, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < rs->slot_count; i++) {
		size_t at = rs->slots[i].hash & (count - 1);

		if (rs->slots[i].bytes == 0)
			continue;
		while (slots[at].bytes != 0)
			at = (at + 1) & (count - 1);
		slots[at] = rs->slots[i];
	}
	free(rs->slots);
	rs->slots = slots;
	rs->slot_count = count;
	return true;
}

/* Keeps the record that was written from `at` on unless it is there already. */
static bool
records_keep(struct records *rs, size_t at, size_t kind_bytes)
{
	/* kind, start, end | confidence | fields */
	size_t head = sizeof(uint32_t) + kind_bytes + 2 * sizeof(uint64_t);
	size_t tail = head + sizeof(double), bytes = rs->frames.n - at;
	const char *p = rs->frames.p + at;
	uint64_t h = records_hash((struct span){p, head}) * 31 +
		     records_hash((struct span){p + tail, bytes - tail});
	size_t i;

	if (!records_grow(rs))
		return false;
	for (i = h & (rs->slot_count - 1); rs->slots[i].bytes != 0;
	     i = (i + 1) & (rs->slot_count - 1)) {
		const char *q = rs->frames.p + rs->slots[i].at;

		if (rs->slots[i].hash != h || rs->slots[i].bytes != bytes ||
		    memcmp(p, q, head) != 0 || memcmp(p + tail, q + tail, bytes - tail) != 0)
			continue;
		rs->frames.n = at;
		return true;
	}
	rs->slots[i] = (struct records_slot){h, at, bytes};
	rs->n++;
	return true;
}

void
convert_record(lua_State *L, int fields, const struct kind_decl *kind, struct record *r,
	       struct records *rs)
{
	struct field made[KIND_FIELDS_MAX] = {0};
	size_t at = rs->frames.n;

	if (rs->n >= RECORDS_MAX)
		luaL_error(L, "more than %d records of one document", RECORDS_MAX);
	luaL_checkstack(L, 6, NULL);
	if (!lua_isnoneornil(L, fields)) {
		luaL_checktype(L, fields, LUA_TTABLE);
		convert_fields(L, fields, kind, made, rs->values);
	}
	r->field_count = 0;
	for (size_t i = 0; i < kind->field_count; i++)
		if (made[i].value_count > 0)
			r->fields[r->field_count++] = made[i];
	frame_put_record(&rs->frames, r);
	if (rs->frames.failed || !records_keep(rs, at, r->kind.n))
		luaL_error(L, "no memory for the records");
	if (rs->frames.n > RECORDS_BYTES_MAX)
		luaL_error(L, "records of more than %d MiB", RECORDS_BYTES_MAX / 1024 / 1024);
}

void
records_reset(struct records *rs)
{
	buf_reset(&rs->frames);
	if (rs->n > 0)
		memset(rs->slots, 0, rs->slot_count * sizeof *rs->slots);
	rs->n = 0;
}

void
records_clear(struct records *rs)
{
	buf_clear(&rs->frames);
	free(rs->slots);
	rs->slots = NULL;
	rs->slot_count = 0;
	rs->n = 0;
}

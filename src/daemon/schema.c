/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema - one walk over schema and value together, the pointer kept on the way.
 */
#include "daemon/schema.h"

#include <stdio.h>

#define NAME_COMPARED_MAX 48 /* bytes of a name that schema_distance() looks at */

struct schema_walk {
	char at[160]; /* JSON pointer; cut where it does not fit */
	struct rpc_error *error;
};

static bool schema_walk(struct schema_walk *w, const json_t *schema, const json_t *value);

static bool __attribute__((format(printf, 3, 4)))
schema_fail(struct schema_walk *w, enum rpc_word word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	rpc_error_vset(w->error, word, format, args);
	va_end(args);
	memcpy(w->error->at, w->at, sizeof w->at);
	return false;
}

/* Goes down to a member or element; returns the length to go back to. */
static size_t
schema_down(struct schema_walk *w, const char *name)
{
	size_t length = strlen(w->at), n = length;

	if (n + 1 < sizeof w->at)
		w->at[n++] = '/';
	for (; *name != '\0' && n + 2 < sizeof w->at; name++) {
		if (*name == '~' || *name == '/') {
			w->at[n++] = '~';
			w->at[n++] = *name == '~' ? '0' : '1';
		} else {
			w->at[n++] = *name;
		}
	}
	w->at[n] = '\0';
	return length;
}

static const char *
schema_where(const struct schema_walk *w)
{
	return w->at[0] == '\0' ? "params" : w->at + 1;
}

static bool
schema_is_type(const json_t *value, const char *type)
{
	static const char *const names[] = {
	    [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
	    [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
	    [JSON_FALSE] = "boolean",   [JSON_NULL] = "null",
	};

	return strcmp(names[json_typeof(value)], type) == 0;
}

static bool
schema_check_type(struct schema_walk *w, const json_t *type, const json_t *value)
{
	const char *first = json_string_value(type);

	if (type == NULL)
		return true;
	if (json_is_string(type) && schema_is_type(value, first))
		return true;
	for (size_t i = 0; i < json_array_size(type); i++) {
		const char *name = json_string_value(json_array_get(type, i));

		if (schema_is_type(value, name))
			return true;
		if (i == 0)
			first = name;
	}
	return schema_fail(w, RPC_PARAMS, "\"%s\" must be of type %s.", schema_where(w), first);
}

static bool
schema_check_enum(struct schema_walk *w, const json_t *allowed, const json_t *value)
{
	char list[256] = "";
	size_t n = 0;

	if (allowed == NULL)
		return true;
	for (size_t i = 0; i < json_array_size(allowed); i++) {
		const json_t *one = json_array_get(allowed, i);

		if (json_equal(one, value))
			return true;
		if (json_is_string(one) && n < sizeof list)
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n == 0 ? "" : ", ",
					      json_string_value(one));
	}
	return schema_fail(w, RPC_PARAMS, "\"%s\" must be one of: %s.", schema_where(w), list);
}

/* Is the member there, and `n` beyond it? */
static bool
schema_beyond(const json_t *schema, const char *member, json_int_t n, int sign, json_int_t *bound)
{
	const json_t *limit = json_object_get(schema, member);

	if (limit == NULL)
		return false;
	*bound = json_integer_value(limit);
	return sign < 0 ? n < *bound : n > *bound;
}

static bool
schema_check_integer(struct schema_walk *w, const json_t *schema, const json_t *value)
{
	json_int_t bound, n = json_integer_value(value);
	enum rpc_word word = strcmp(schema_where(w), "limit") == 0 ? RPC_LIMIT : RPC_PARAMS;

	if (schema_beyond(schema, "minimum", n, -1, &bound))
		return schema_fail(w, word, "\"%s\" must be at least %lld.", schema_where(w),
				   (long long)bound);
	if (schema_beyond(schema, "maximum", n, 1, &bound))
		return schema_fail(w, word, "\"%s\" must be at most %lld.", schema_where(w),
				   (long long)bound);
	return true;
}

static bool
schema_check_string(struct schema_walk *w, const json_t *schema, const json_t *value)
{
	json_int_t bound, n = (json_int_t)json_string_length(value);

	if (schema_beyond(schema, "minLength", n, -1, &bound))
		return schema_fail(w, RPC_PARAMS, "\"%s\" must not be empty.", schema_where(w));
	if (schema_beyond(schema, "maxLength", n, 1, &bound))
		return schema_fail(w, RPC_PARAMS, "\"%s\" must have at most %lld bytes.",
				   schema_where(w), (long long)bound);
	return true;
}

static bool
schema_check_array(struct schema_walk *w, const json_t *schema, const json_t *value)
{
	const json_t *items = json_object_get(schema, "items");
	json_int_t bound, n = (json_int_t)json_array_size(value);

	if (schema_beyond(schema, "minItems", n, -1, &bound) ||
	    schema_beyond(schema, "maxItems", n, 1, &bound))
		return schema_fail(w, RPC_PARAMS, "\"%s\" has %lld items; the limit is %lld.",
				   schema_where(w), (long long)n, (long long)bound);
	for (size_t i = 0; items != NULL && i < json_array_size(value); i++) {
		char name[24];
		size_t back;

		snprintf(name, sizeof name, "%zu", i);
		back = schema_down(w, name);
		if (!schema_walk(w, items, json_array_get(value, i)))
			return false;
		w->at[back] = '\0';
	}
	return true;
}

/* The property whose name is nearest to `name`; NULL when none is near. */
static const char *
schema_nearest(json_t *properties, const char *name)
{
	const char *near = NULL, *key;
	size_t best = 3;
	json_t *unused;

	json_object_foreach(properties, key, unused)
	{
		size_t distance = schema_distance(name, key);

		if (distance < best) {
			best = distance;
			near = key;
		}
	}
	return near;
}

static bool
schema_check_object(struct schema_walk *w, const json_t *schema, const json_t *value)
{
	json_t *properties = json_object_get(schema, "properties"), *member;
	const json_t *required = json_object_get(schema, "required");
	const char *name;
	size_t back;

	json_object_foreach((json_t *)value, name, member)
	{
		const json_t *property = json_object_get(properties, name);
		const char *near;

		back = schema_down(w, name);
		if (property == NULL) {
			near = schema_nearest(properties, name);
			return schema_fail(w, RPC_PARAMS,
					   near != NULL
					       ? "There is no parameter \"%.64s\"; did you "
						 "mean \"%s\"?"
					       : "There is no parameter \"%.64s\".",
					   name, near);
		}
		if (!schema_walk(w, property, member))
			return false;
		w->at[back] = '\0';
	}
	for (size_t i = 0; i < json_array_size(required); i++) {
		name = json_string_value(json_array_get(required, i));
		if (json_object_get(value, name) != NULL)
			continue;
		schema_down(w, name);
		return schema_fail(w, RPC_PARAMS, "The parameter \"%s\" is missing.", name);
	}
	return true;
}

static bool
schema_walk(struct schema_walk *w, const json_t *schema, const json_t *value)
{
	if (!schema_check_type(w, json_object_get(schema, "type"), value) ||
	    !schema_check_enum(w, json_object_get(schema, "enum"), value))
		return false;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return schema_check_object(w, schema, value);
	case JSON_ARRAY:
		return schema_check_array(w, schema, value);
	case JSON_STRING:
		return schema_check_string(w, schema, value);
	case JSON_INTEGER:
		return schema_check_integer(w, schema, value);
	default:
		return true;
	}
}

bool
schema_check(const json_t *schema, const json_t *value, struct rpc_error *e)
{
	struct schema_walk w = {.error = e};

	return schema_walk(&w, schema, value);
}

/* Levenshtein's, row by row. */
size_t
schema_distance(const char *a, const char *b)
{
	size_t row[NAME_COMPARED_MAX + 1];
	size_t na = strnlen(a, NAME_COMPARED_MAX), nb = strnlen(b, NAME_COMPARED_MAX);

	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < drop ? change : drop;
		}
	}
	return row[nb];
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jread - a check of encoding and depth, then jansson; and finding members in
 * the bytes themselves, for what must be given back as it came.
 */
#include "common/jread.h"

#include "common/utf8.h"

#include <stdio.h>

/* How deep brackets nest outside strings; jansson's own limit is 2,048. */
static size_t
jread_depth(struct span text)
{
	size_t depth = 0, deepest = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > deepest)
				deepest = depth;
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return deepest;
}

enum err
jread_parse(struct span text, json_t **out, char why[160])
{
	const char *nul = text.n == 0 ? NULL : memchr(text.p, '\0', text.n);
	json_error_t error;

	*out = NULL;
	/* jansson reads over a NUL behind a number or word as if it were not there. */
	if (nul != NULL) {
		if (why != NULL)
			snprintf(why, 160, "a NUL at byte %td", nul - text.p);
		return ERR_FORMAT;
	}
	if (!utf8_valid(text)) {
		if (why != NULL)
			snprintf(why, 160, "not UTF-8 at byte %zu", utf8_valid_prefix(text));
		return ERR_ENCODING;
	}
	if (jread_depth(text) > JSON_DEPTH_MAX) {
		if (why != NULL)
			snprintf(why, 160, "nested deeper than %d levels", JSON_DEPTH_MAX);
		return ERR_DEPTH;
	}
	*out = json_loadb(text.p == NULL ? "" : text.p, text.n,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (*out == NULL) {
		if (why != NULL)
			snprintf(why, 160, "%.120s at byte %d", error.text, error.position);
		return ERR_FORMAT;
	}
	return OK;
}

static size_t
jread_skip_space(struct span s, size_t at)
{
	while (at < s.n &&
	       (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r'))
		at++;
	return at;
}

/* The end of the value that begins at `at` in well-formed JSON. */
static size_t
jread_skip_value(struct span s, size_t at)
{
	size_t depth = 0;
	bool in_string = false;

	for (; at < s.n; at++) {
		char c = s.p[at];

		if (in_string) {
			if (c == '\\')
				at++;
			else if (c == '"') {
				in_string = false;
				if (depth == 0)
					return at + 1;
			}
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return at;
			if (--depth == 0)
				return at + 1;
		} else if (depth == 0 &&
			   (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
			return at;
		}
	}
	return at;
}

bool
jread_member(struct span object, const char *key, struct span *value)
{
	size_t at = jread_skip_space(object, 0), end;
	bool found;

	if (at >= object.n || object.p[at] != '{')
		return false;
	at++;
	for (;;) {
		at = jread_skip_space(object, at);
		if (at >= object.n || object.p[at] != '"')
			return false;
		end = jread_skip_value(object, at);
		found = span_eq((struct span){object.p + at + 1, end - at - 2}, span_of(key));
		at = jread_skip_space(object, jread_skip_space(object, end) + 1);
		end = jread_skip_value(object, at);
		if (found) {
			*value = (struct span){object.p + at, end - at};
			return true;
		}
		at = jread_skip_space(object, end);
		if (at >= object.n || object.p[at] != ',')
			return false;
		at++;
	}
}

bool
jread_element(struct span array, size_t *at, struct span *value)
{
	size_t i = jread_skip_space(array, *at), end;

	if (i >= array.n)
		return false;
	if (array.p[i] == '[' && *at == 0)
		i = jread_skip_space(array, i + 1);
	else if (array.p[i] == ',')
		i = jread_skip_space(array, i + 1);
	if (i >= array.n || array.p[i] == ']')
		return false;
	end = jread_skip_value(array, i);
	*value = (struct span){array.p + i, end - i};
	*at = jread_skip_space(array, end);
	return true;
}

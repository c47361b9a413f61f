/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - Hyperscan's matches, reduced while they come.
 *
 * The engine reports every end of every match in the order of ends: `a+` on
 * "aaa" gives [0,1) [0,2) [0,3). A start is the leftmost for its end, so a later
 * report may begin before an earlier one; then it takes in what it covers.
 */
#include "extract/scan.h"

#include "common/utf8.h"
#include "extract/plugin.h"

#include <hs.h>
#include <stdio.h>
#include <stdlib.h>

#define SCAN_FLAGS (HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST)

struct scan_list {
	struct scan_match *list;
	size_t n, cap;
};

struct scan {
	hs_database_t *database; /* NULL: no expressions */
	hs_scratch_t *scratch;
	struct scan_list *lists; /* one an expression */
	size_t count;
	bool failed; /* no memory while scanning */
};

static bool
scan_put(struct scan_list *l, struct scan_match m)
{
	struct scan_match *list;
	size_t cap;

	if (l->n == l->cap) {
		cap = l->cap == 0 ? 32 : l->cap * 2;
		list = realloc(l->list, cap * sizeof *list);
		if (list == NULL)
			return false;
		l->list = list;
		l->cap = cap;
	}
	l->list[l->n++] = m;
	return true;
}

static int
scan_on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
	      void *ctx)
{
	struct scan *s = ctx;
	struct scan_list *l = &s->lists[id];
	struct scan_match m = {(uint32_t)from, (uint32_t)to};
	size_t keep = l->n;

	(void)flags;
	while (keep > 0 && l->list[keep - 1].from > m.from)
		keep--;
	if (keep > 0 && l->list[keep - 1].from == m.from) {
		l->list[keep - 1].to = m.to;
		l->n = keep;
		return 0;
	}
	if (keep > 0 && l->list[keep - 1].to > m.from)
		return 0; /* overlaps one that began earlier */
	l->n = keep;
	if (l->n < PLUGIN_MATCHES_MAX && !scan_put(l, m))
		s->failed = true;
	return s->failed;
}

/* What an author can do about it, where the engine's own words do not say. */
static const char *
scan_hint(const char *reason)
{
	if (strstr(reason, "empty buffer") != NULL)
		return "it matches the empty text: require at least one character";
	if (strstr(reason, "too large") != NULL)
		return "make it a short trigger, and let Lua find the rest from there";
	if (strstr(reason, "not supported") != NULL || strstr(reason, "reference") != NULL)
		return "look-around and back references are not to be had: match more, and check "
		       "in Lua";
	return "";
}

static void
scan_explain(const hs_compile_error_t *error, char why[SCAN_WHY_BYTES])
{
	const char *hint = scan_hint(error->message);

	snprintf(why, SCAN_WHY_BYTES, "%.180s%s%s", error->message, *hint != '\0' ? " " : "", hint);
}

static enum err
scan_compile(struct scan *s, const char *const *expressions, size_t n, size_t *bad,
	     char why[SCAN_WHY_BYTES])
{
	hs_compile_error_t *error = NULL;
	unsigned *flags = calloc(n, sizeof *flags), *ids = calloc(n, sizeof *ids);
	enum err e = ERR_NOMEM;
	hs_error_t result;

	if (flags == NULL || ids == NULL)
		goto out;
	for (size_t i = 0; i < n; i++) {
		flags[i] = SCAN_FLAGS;
		ids[i] = (unsigned)i;
	}
	result = hs_compile_multi(expressions, flags, ids, (unsigned)n, HS_MODE_BLOCK, NULL,
				  &s->database, &error);
	if (result != HS_SUCCESS && error != NULL) {
		if (error->expression >= 0 && (size_t)error->expression < n)
			*bad = (size_t)error->expression;
		scan_explain(error, why);
		e = ERR_FORMAT;
		goto out;
	}
	if (result == HS_SUCCESS && hs_alloc_scratch(s->database, &s->scratch) == HS_SUCCESS)
		e = OK;
out:
	hs_free_compile_error(error);
	free(flags);
	free(ids);
	return e;
}

enum err
scan_new(const char *const *expressions, size_t n, struct scan **out, size_t *bad,
	 char why[SCAN_WHY_BYTES])
{
	struct scan *s = calloc(1, sizeof *s);
	enum err e = ERR_NOMEM;

	*out = NULL;
	*bad = n;
	snprintf(why, SCAN_WHY_BYTES, "%s", err_text(ERR_NOMEM));
	if (s == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (utf8_valid(span_of(expressions[i])))
			continue;
		*bad = i;
		snprintf(why, SCAN_WHY_BYTES, "not UTF-8");
		e = ERR_FORMAT;
		goto out;
	}
	s->count = n;
	s->lists = calloc(n == 0 ? 1 : n, sizeof *s->lists);
	if (s->lists == NULL)
		goto out;
	e = n == 0 ? OK : scan_compile(s, expressions, n, bad, why);
out:
	if (e == OK)
		*out = s;
	else
		scan_free(s);
	return e;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count && s->lists != NULL; i++)
		free(s->lists[i].list);
	free(s->lists);
	hs_free_scratch(s->scratch);
	hs_free_database(s->database);
	free(s);
}

enum err
scan_text(struct scan *s, struct span text)
{
	hs_error_t result;

	for (size_t i = 0; i < s->count; i++)
		s->lists[i].n = 0;
	if (text.n > UINT32_MAX)
		return ERR_LIMIT;
	if (s->database == NULL || text.n == 0)
		return OK;
	s->failed = false;
	result = hs_scan(s->database, text.p, (unsigned)text.n, 0, s->scratch, scan_on_match, s);
	if (s->failed)
		return ERR_NOMEM;
	return result == HS_SUCCESS ? OK : ERR_INTERNAL;
}

const struct scan_match *
scan_matches(const struct scan *s, size_t id, size_t *n)
{
	*n = s->lists[id].n;
	return s->lists[id].list;
}

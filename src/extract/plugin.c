/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugin - the host: loads plugins into states of their own, and runs them.
 *
 * One document: scan the text for all plugins at once; for each plugin put its
 * matches into text order; then one protected call makes `doc` and calls the
 * plugin's functions. So a failure anywhere is a failure of that plugin for that
 * document, and its records, which wait until the call is over, are dropped.
 */
#include "config.h"

#include "extract/plugin.h"

#include "extract/declare.h"
#include "extract/lua_doc.h"
#include "extract/lua_evidence.h"
#include "extract/scan.h"
#include "extract/state.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST_RE_BYTES_MAX  (256 * 1024)
#define HOST_TEXT_OVERHEAD 4096 /* of the text as a Lua string */
#define HOST_WHY_BYTES     512

struct plugin {
	struct buf file, source, settings;
	struct declared declared;
	size_t first_pattern; /* its id in the host's database */
	struct state *state;  /* NULL: to be made anew */
};

struct host_match { /* one match of a plugin's patterns */
	uint32_t from, to;
	size_t pattern; /* of the plugin */
};

struct host {
	struct limits limits;
	struct buf re;
	struct span re_text;
	struct plugin *plugins[PLUGINS_MAX];
	struct scan *scan;
	bool settled;
	struct records records;
	struct host_match *matches; /* of the plugin that runs */
	size_t match_count, match_cap;
};

struct host_call { /* what a plugin's run is given */
	struct host *host;
	struct plugin *plugin;
	struct lua_doc_run run;
};

/* --- a plugin --- */

static void
plugin_free(struct plugin *p)
{
	if (p == NULL)
		return;
	state_free(p->state);
	declared_clear(&p->declared);
	buf_clear(&p->settings);
	buf_clear(&p->source);
	buf_clear(&p->file);
	free(p);
}

static struct plugin *
plugin_new(struct span file, struct span source, struct span settings)
{
	struct plugin *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	buf_put_span(&p->file, file);
	buf_put_span(&p->source, source);
	buf_put_span(&p->settings, settings);
	if (buf_err(&p->file) == OK && buf_err(&p->source) == OK && buf_err(&p->settings) == OK)
		return p;
	plugin_free(p);
	return NULL;
}

static int
plugin_on_load(lua_State *L)
{
	struct host_call *call = lua_touserdata(L, 1);
	struct plugin *p = call->plugin;

	lua_doc_open(L);
	lua_evidence_open(L, &call->host->re_text, buf_span(&p->settings));
	state_load(L, buf_span(&p->source));
	declare_read(L, buf_span(&p->source), &p->declared);
	return 0;
}

/* Makes the plugin's state. ERR_FORMAT with `why`, ERR_NOMEM. */
static enum err
plugin_open(struct host *h, struct plugin *p, char why[HOST_WHY_BYTES])
{
	struct host_call call = {.host = h, .plugin = p};
	struct state *st = NULL;
	enum err e;

	declared_clear(&p->declared);
	e = state_new(h->limits.lua_memory_bytes, h->limits.lua_instructions, buf_span(&p->file),
		      &st);
	if (e == OK)
		e = state_run(st, plugin_on_load, &call);
	if (e == ERR_FORMAT)
		snprintf(why, HOST_WHY_BYTES, "%s", state_why(st));
	if (e == OK)
		p->state = st;
	else
		state_free(st);
	return e;
}

/* A refusal that names the line on which `key` is set. */
static enum err
plugin_refuse(const struct plugin *p, const char *parent, const char *key, char why[HOST_WHY_BYTES],
	      const char *reason)
{
	int n = snprintf(why, HOST_WHY_BYTES, "%.*s:%d: %s", (int)p->file.n, p->file.p,
			 declare_line(buf_span(&p->source), parent, key), reason);

	if (n >= HOST_WHY_BYTES)
		memcpy(why + HOST_WHY_BYTES - 4, "...", 4);
	return ERR_FORMAT;
}

/* Its patterns alone, so that what is refused has a name. */
static enum err
plugin_check_patterns(const struct plugin *p, char why[HOST_WHY_BYTES])
{
	const char *expressions[PLUGIN_PATTERNS_MAX];
	const struct declared *d = &p->declared;
	char reason[SCAN_WHY_BYTES], all[HOST_WHY_BYTES];
	struct scan *scan;
	size_t bad;
	enum err e;

	for (size_t i = 0; i < d->pattern_count; i++)
		expressions[i] = d->patterns[i].expression;
	e = scan_new(expressions, d->pattern_count, &scan, &bad, reason);
	scan_free(scan);
	if (e != ERR_FORMAT)
		return e;
	if (bad == d->pattern_count)
		return plugin_refuse(p, NULL, "patterns", why, reason);
	snprintf(all, sizeof all, "pattern '%s': %s", d->patterns[bad].name, reason);
	return plugin_refuse(p, "patterns", d->patterns[bad].name, why, all);
}

/* Kinds may be shared if the types agree; names of plugins may not. */
static enum err
plugin_check_beside(const struct plugin *p, const struct plugin *other, char why[HOST_WHY_BYTES])
{
	const struct plugin_decl *mine = &p->declared.decl, *theirs = &other->declared.decl;
	char reason[HOST_WHY_BYTES / 2];

	if (strcmp(mine->name, theirs->name) == 0) {
		snprintf(reason, sizeof reason, "a plugin called '%s' is loaded already",
			 mine->name);
		return plugin_refuse(p, NULL, "name", why, reason);
	}
	for (size_t i = 0; i < mine->kind_count; i++) {
		const struct kind_decl *kind = &mine->kinds[i],
				       *same = plugin_decl_kind(theirs, span_of(kind->name));

		for (size_t j = 0; same != NULL && j < kind->field_count; j++) {
			const struct field_decl *a = &kind->fields[j],
						*b = kind_decl_field(same, span_of(a->name));

			if (b == NULL || a->type == b->type)
				continue;
			snprintf(reason, sizeof reason,
				 "kind '%s': field '%s' is %s here and %s in plugin '%s'",
				 kind->name, a->name, field_type_name(a->type),
				 field_type_name(b->type), theirs->name);
			return plugin_refuse(p, kind->name, a->name, why, reason);
		}
	}
	return OK;
}

/* --- the host --- */

static enum err
host_read_re(struct host *h)
{
	FILE *file = fopen(RE_LUA, "re");
	char *to = buf_reserve(&h->re, HOST_RE_BYTES_MAX);
	enum err e = OK;

	if (file == NULL)
		return err_from_errno(errno);
	if (to == NULL)
		e = ERR_NOMEM;
	else
		h->re.n = fread(to, 1, HOST_RE_BYTES_MAX, file);
	if (ferror(file))
		e = ERR_IO;
	fclose(file);
	h->re_text = buf_span(&h->re);
	return e;
}

enum err
host_new(const struct limits *limits, struct host **out)
{
	struct host *h = calloc(1, sizeof *h);
	enum err e;

	*out = NULL;
	if (h == NULL)
		return ERR_NOMEM;
	h->limits = *limits;
	e = host_read_re(h);
	if (e == OK)
		*out = h;
	else
		host_free(h);
	return e;
}

void
host_free(struct host *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		plugin_free(h->plugins[i]);
	scan_free(h->scan);
	records_clear(&h->records);
	free(h->matches);
	buf_clear(&h->re);
	free(h);
}

enum err
host_load(struct host *h, uint32_t index, struct span file, struct span source,
	  struct span settings_json, struct plugin_decl *decl, char why[HOST_WHY_BYTES])
{
	struct plugin *p;
	enum err e;

	if (index >= PLUGINS_MAX)
		return ERR_LIMIT;
	if (h->plugins[index] != NULL)
		return ERR_EXISTS;
	if (source.n > PLUGIN_SOURCE_MAX) {
		snprintf(why, HOST_WHY_BYTES, "%.*s:1: larger than %d KiB", (int)file.n, file.p,
			 PLUGIN_SOURCE_MAX / 1024);
		return ERR_FORMAT;
	}
	p = plugin_new(file, source, settings_json);
	if (p == NULL)
		return ERR_NOMEM;
	e = plugin_open(h, p, why);
	for (size_t i = 0; e == OK && i < PLUGINS_MAX; i++)
		if (h->plugins[i] != NULL)
			e = plugin_check_beside(p, h->plugins[i], why);
	if (e == OK)
		e = plugin_check_patterns(p, why);
	if (e == OK) {
		*decl = p->declared.decl;
		h->plugins[index] = p;
		p = NULL;
	}
	plugin_free(p);
	return e;
}

enum err
host_compile(struct host *h, char why[HOST_WHY_BYTES])
{
	const char **expressions = calloc(PLUGINS_MAX * PLUGIN_PATTERNS_MAX, sizeof *expressions);
	char reason[SCAN_WHY_BYTES];
	size_t n = 0, bad;
	enum err e;

	if (expressions == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < PLUGINS_MAX; i++) {
		struct plugin *p = h->plugins[i];

		if (p == NULL)
			continue;
		p->first_pattern = n;
		for (size_t j = 0; j < p->declared.pattern_count; j++)
			expressions[n++] = p->declared.patterns[j].expression;
	}
	scan_free(h->scan);
	e = scan_new(expressions, n, &h->scan, &bad, reason);
	if (e != OK)
		snprintf(why, HOST_WHY_BYTES, "all patterns together: %s", reason);
	free(expressions);
	return e;
}

enum err
host_settle(struct host *h)
{
	enum err e = OK;

	for (size_t i = 0; i < PLUGINS_MAX && e == OK; i++)
		if (h->plugins[i] != NULL && h->plugins[i]->state != NULL)
			e = state_settle(h->plugins[i]->state);
	h->settled = e == OK;
	return e;
}

void
host_rewind(struct host *h)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (h->plugins[i] != NULL && h->plugins[i]->state != NULL)
			(void)state_rewind(h->plugins[i]->state);
}

/* --- one document --- */

static int
host_compare_matches(const void *a, const void *b)
{
	const struct host_match *m = a, *n = b;

	if (m->from != n->from)
		return m->from < n->from ? -1 : 1;
	return (m->pattern > n->pattern) - (m->pattern < n->pattern);
}

static bool
host_grow_matches(struct host *h, size_t n)
{
	struct host_match *matches;

	if (n <= h->match_cap - h->match_count)
		return true;
	matches = realloc(h->matches, (h->match_count + n) * sizeof *matches);
	if (matches == NULL)
		return false;
	h->matches = matches;
	h->match_cap = h->match_count + n;
	return true;
}

/* All matches of the plugin's patterns, in text order. ERR_NOMEM. */
static enum err
host_gather(struct host *h, const struct plugin *p)
{
	size_t with_matches = 0;

	h->match_count = 0;
	for (size_t i = 0; i < p->declared.pattern_count; i++) {
		size_t n;
		const struct scan_match *list = scan_matches(h->scan, p->first_pattern + i, &n);

		if (!host_grow_matches(h, n))
			return ERR_NOMEM;
		with_matches += n > 0;
		for (size_t j = 0; j < n; j++)
			h->matches[h->match_count++] =
			    (struct host_match){list[j].from, list[j].to, i};
	}
	if (with_matches > 1)
		qsort(h->matches, h->match_count, sizeof *h->matches, host_compare_matches);
	return OK;
}

/* The whole of a plugin's work on one document. */
static int
host_on_run(lua_State *L)
{
	struct host_call *call = lua_touserdata(L, 1);
	const struct host *h = call->host;

	luaL_checkstack(L, 8, NULL);
	lua_doc_push(L, &call->run); /* at 2 */
	if (call->plugin->declared.has_document) {
		declare_push_function(L, DECLARE_DOCUMENT);
		lua_pushvalue(L, 2);
		lua_call(L, 1, 0);
	}
	for (size_t i = 0; i < h->match_count; i++) {
		declare_push_function(L, h->matches[i].pattern);
		lua_pushvalue(L, 2);
		lua_pushinteger(L, (lua_Integer)h->matches[i].from + 1);
		lua_pushinteger(L, (lua_Integer)h->matches[i].to);
		lua_call(L, 3, 0);
	}
	return 0;
}

/* Calls into Lua; `why` says what went wrong. */
static enum err
host_run_state(struct host *h, struct plugin *p, struct host_call *call, char why[HOST_WHY_BYTES])
{
	enum err e = OK;

	if (p->state == NULL) {
		e = plugin_open(h, p, why);
		if (e == OK && h->settled)
			e = state_settle(p->state);
	}
	if (e != OK)
		return e;
	state_begin(p->state, call->run.document->text.n + HOST_TEXT_OVERHEAD);
	e = state_run(p->state, host_on_run, call);
	if (e == ERR_FORMAT)
		snprintf(why, HOST_WHY_BYTES, "%s", state_why(p->state));
	if (state_run(p->state, lua_doc_end, NULL) != OK && !state_rewind(p->state)) {
		/* It is dead, and was never settled. */
		state_free(p->state);
		p->state = NULL;
	}
	return e;
}

static void
host_run_plugin(struct host *h, uint32_t index, const struct document *d, struct span name,
		const struct host_events *events)
{
	struct plugin *p = h->plugins[index];
	struct host_call call = {
	    .host = h,
	    .plugin = p,
	    .run = {.document = d, .name = name, .decl = &p->declared.decl, .records = &h->records},
	};
	char why[HOST_WHY_BYTES] = "";
	enum err e = OK;

	events->on_begin(events->ctx, index);
	records_reset(&h->records);
	h->match_count = 0;
	if (declared_wants(&p->declared, d->format)) {
		e = host_gather(h, p);
		if (e == OK && (h->match_count > 0 || p->declared.has_document))
			e = host_run_state(h, p, &call, why);
	}
	if (e != OK) {
		if (why[0] == '\0')
			snprintf(why, sizeof why, "%.*s:1: %s", (int)p->file.n, p->file.p,
				 err_text(e));
		events->on_failed(events->ctx, index, span_of(why));
		return;
	}
	if (call.run.role[0] != '\0' || call.run.language[0] != '\0')
		events->on_proposed(events->ctx, index, span_of(call.run.role),
				    span_of(call.run.language));
	events->on_records(events->ctx, index, buf_span(&h->records.frames), h->records.n);
}

enum err
host_run(struct host *h, const struct document *d, struct span name, const uint32_t *skip,
	 size_t skip_count, const struct host_events *events)
{
	bool skipped[PLUGINS_MAX] = {false};
	enum err e;

	if (h->scan == NULL)
		return ERR_INTERNAL;
	for (size_t i = 0; i < skip_count; i++)
		if (skip[i] < PLUGINS_MAX)
			skipped[skip[i]] = true;
	e = scan_text(h->scan, buf_span(&d->text));
	if (e != OK)
		return e;
	for (uint32_t i = 0; i < PLUGINS_MAX; i++)
		if (h->plugins[i] != NULL && !skipped[i])
			host_run_plugin(h, i, d, name, events);
	return OK;
}

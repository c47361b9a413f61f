/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listing - items go out as they come, but for tables, whose widths need all.
 */
#include "cli/listing.h"

#include "cli/output.h"
#include "common/jwrite.h"

#include <stdio.h>
#include <stdlib.h>

#define LISTING_PAGE   1000
#define LISTING_SCREEN 20

/* The names of the fields of all kinds, or of one. */
static bool
listing_ask_fields(struct listing *l, const char *only, struct client *c)
{
	struct message m;
	const json_t *kinds, *kind;
	const char *name;
	json_t *type;
	int status;
	size_t i;

	l->fields = json_object();
	if (l->fields == NULL ||
	    !command_ask(c, "describe", (struct span){0}, (struct span){0}, &m, &status))
		return false;
	kinds = json_object_get(json_object_get(m.root, "result"), "kinds");
	json_array_foreach(kinds, i, kind)
	{
		const char *kind_name = json_string_value(json_object_get(kind, "name"));

		if (kind_name == NULL || (only != NULL && strcmp(only, kind_name) != 0))
			continue;
		json_object_foreach(json_object_get(kind, "fields"), name,
				    type) if (json_object_set(l->fields, name, type) !=
					      0) return false;
	}
	return true;
}

static void
listing_csv_head(struct listing *l)
{
	const char *name;
	json_t *unused;

	output_csv_begin();
	for (size_t i = 0; l->kind->keys[i] != NULL; i++)
		output_csv_text(&l->out, span_of(l->kind->keys[i]), i == 0);
	json_object_foreach(l->fields, name, unused) output_csv_text(&l->out, span_of(name), false);
	buf_put_str(&l->out, "\r\n");
}

static void
listing_csv_row(struct listing *l, const json_t *item)
{
	const json_t *fields = json_object_get(item, "fields");
	const char *name;
	json_t *unused;

	for (size_t i = 0; l->kind->keys[i] != NULL; i++)
		output_csv(&l->out, json_object_get(item, l->kind->keys[i]), i == 0);
	json_object_foreach(l->fields, name, unused)
	    output_csv(&l->out, json_object_get(fields, name), false);
	buf_put_str(&l->out, "\r\n");
}

bool
listing_begin(struct listing *l, const struct listing_kind *kind, const struct args *a,
	      enum format format, struct span query, const char *only, struct client *c)
{
	(void)a;
	*l = (struct listing){.kind = kind, .format = format, .query = query};
	if (format == FORMAT_TABLE) {
		l->table = table_new(kind->columns, kind->column_count);
		if (l->table == NULL)
			fprintf(stderr, "evidence: %s\n", err_text(ERR_NOMEM));
		return l->table != NULL;
	}
	if (format == FORMAT_CSV) {
		if (kind == &listing_records && !listing_ask_fields(l, only, c)) {
			json_decref(l->fields);
			return false;
		}
		listing_csv_head(l);
	}
	return true;
}

void
listing_put(struct listing *l, const json_t *item, struct span raw)
{
	switch (l->format) {
	case FORMAT_TABLE:
		l->kind->put_row(l->table, item);
		break;
	case FORMAT_JSON:
		buf_put_char(&l->out, l->count == 0 ? '[' : ',');
		buf_put_span(&l->out, raw);
		break;
	case FORMAT_JSONL:
		buf_put_span(&l->out, raw);
		buf_put_char(&l->out, '\n');
		break;
	case FORMAT_CSV:
		listing_csv_row(l, item);
		break;
	}
	l->count++;
	output_flush(&l->out);
}

int
listing_end(struct listing *l)
{
	if (l->format == FORMAT_TABLE && l->count > 0)
		table_print(l->table, l->query);
	if (l->format == FORMAT_JSON)
		buf_put_str(&l->out, l->count == 0 ? "[]\n" : "]\n");
	output_flush(&l->out);
	table_free(l->table);
	buf_clear(&l->out);
	json_decref(l->fields);
	return l->count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}

/* --- pages --- */

static void
listing_params(struct buf *out, struct span params, size_t limit, struct span cursor)
{
	buf_reset(out);
	buf_printf(out, "{\"limit\":%zu", limit);
	if (cursor.n > 0) {
		struct jwrite w = {.buf = out, .comma = true};

		jwrite_put_string(&w, "cursor", cursor);
	}
	if (params.n > 0)
		buf_put_char(out, ',');
	buf_put_span(out, params);
	buf_put_char(out, '}');
}

/* Puts a page's items. Returns how many. */
static size_t
listing_put_page(struct listing *l, const struct message *m)
{
	const json_t *items = json_object_get(json_object_get(m->root, "result"), "items");
	struct span array, raw;
	size_t at = 0, n = 0;

	if (!jread_member(m->result, "items", &array))
		return 0;
	while (n < json_array_size(items) && jread_element(array, &at, &raw))
		listing_put(l, json_array_get(items, n++), raw);
	return n;
}

int
listing_run(const struct args *a, struct client *c, const char *method, struct span params,
	    const struct listing_kind *kind, struct span query)
{
	bool screen = a->format == FORMAT_TABLE && output_is_terminal() && !a->all && a->limit == 0;
	size_t left = a->limit > 0 ? (size_t)a->limit : screen ? LISTING_SCREEN : SIZE_MAX;
	struct buf ask = {0}, cursor = {0};
	struct message m = {0};
	struct listing l;
	int status = EXIT_DAEMON;
	bool more = true, ok = true;

	if (!listing_begin(&l, kind, a, a->format, query, NULL, c))
		return EXIT_DAEMON;
	while (more && left > 0) {
		const json_t *next;
		size_t n;

		listing_params(&ask, params, left < LISTING_PAGE ? left : LISTING_PAGE,
			       buf_span(&cursor));
		ok = command_ask(c, method, buf_span(&ask), query, &m, &status);
		if (!ok)
			break;
		n = listing_put_page(&l, &m);
		left = n < left ? left - n : 0;
		next = json_object_get(json_object_get(m.root, "result"), "cursor");
		buf_reset(&cursor);
		buf_put(&cursor, json_string_value(next), json_string_length(next));
		more = cursor.n > 0;
	}
	if (ok)
		command_warnings(&m);
	if (ok)
		status = listing_end(&l);
	else
		listing_end(&l);
	if (ok && status == EXIT_NOTHING && screen)
		fprintf(stderr, "No %s found.\n", kind->things);
	if (ok && more && screen)
		fprintf(stderr, "There are more %s: --all shows every one, --limit N so many.\n",
			kind->things);
	buf_clear(&ask);
	buf_clear(&cursor);
	return status;
}

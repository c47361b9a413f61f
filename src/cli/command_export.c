/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_export - all records of a query, streamed.
 */
#include "cli/listing.h"
#include "cli/progress.h"

#include "common/jwrite.h"

#include <stdio.h>

static void
export_put_items(struct listing *l, const struct message *m)
{
	const json_t *items = json_object_get(json_object_get(m->root, "params"), "items");
	struct span params, array, raw;
	size_t at = 0, i = 0;

	if (!jread_member(m->text, "params", &params) || !jread_member(params, "items", &array))
		return;
	while (i < json_array_size(items) && jread_element(array, &at, &raw))
		listing_put(l, json_array_get(items, i++), raw);
}

/* Until the answer. */
static enum err
export_stream(struct client *c, struct listing *l, struct message *m)
{
	struct progress progress = {0};
	enum err e;

	do {
		e = client_read(c, m);
		if (e == OK && m->method != NULL) {
			export_put_items(l, m);
			progress_show(&progress, l->count, 0, "records", 0, -1);
		}
	} while (e == OK && m->method != NULL);
	progress_end(&progress);
	return e;
}

static void
export_params(struct buf *params, const struct args *a, struct span query)
{
	struct jwrite w = {.buf = params};

	jwrite_object_begin(&w);
	jwrite_put_string(&w, "query", query);
	if (a->kind != NULL)
		jwrite_put_string(&w, "kind", span_of(a->kind));
	jwrite_object_end(&w);
}

static int
export_run(const struct args *a, struct client *c)
{
	enum format format = a->format_given ? a->format : FORMAT_JSONL;
	struct buf query = {0}, params = {0};
	struct listing l;
	struct message m;
	int status = EXIT_DAEMON, found;
	enum err e = args_query(a, &query);

	export_params(&params, a, buf_span(&query));
	if (e != OK ||
	    !listing_begin(&l, &listing_records, a, format, buf_span(&query), a->kind, c))
		goto out;
	e = client_send(c, "export", buf_span(&params));
	if (e == OK)
		e = export_stream(c, &l, &m);
	if (e != OK)
		client_say(e);
	else if (m.error != NULL)
		command_error(m.error, buf_span(&query));
	else if (json_is_true(json_object_get(json_object_get(m.root, "result"), "changed")))
		fprintf(stderr, "evidence: note: the index changed meanwhile; each document's "
				"records are of one moment, not all documents'.\n");
	found = listing_end(&l);
	if (e == OK && m.error == NULL)
		status = found;
out:
	buf_clear(&params);
	buf_clear(&query);
	return status;
}

const struct command command_export = {
    .name = "export",
    .usage = "export [--format jsonl|csv|json] [--kind KIND] [QUERY...]",
    .about = "all records, streamed, for other programs",
    .help = "One object a line, the same as find gives; by document and place. CSV as `evidence\n"
	    "find --help` says.\n",
    .allowed = ARG_FORMAT | ARG_KIND,
    .words_max = -1,
    .run = export_run,
};

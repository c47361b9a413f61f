/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_watch - what comes and goes, line by line, until Ctrl-C.
 */
#include "cli/listing.h"
#include "cli/output.h"

#include "common/jwrite.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* "+ 12.3 doi doi=10.1000/1 /path p. 3", or "- 12.3". */
static void
watch_put_changes(struct buf *out, const json_t *params, struct span query)
{
	const json_t *added = json_object_get(params, "added");
	const json_t *gone = json_object_get(params, "gone");
	struct buf text = {0}, safe = {0};

	for (size_t i = 0; i < json_array_size(gone); i++) {
		const char *id = json_string_value(json_array_get(gone, i));

		buf_printf(out, "- %s\n", id != NULL ? id : "?");
	}
	for (size_t i = 0; i < json_array_size(added); i++) {
		const json_t *record = json_array_get(added, i);

		buf_reset(&text);
		buf_reset(&safe);
		buf_put_str(&text, "+ ");
		output_value(&text, json_object_get(record, "id"));
		buf_put_str(&text, "  ");
		output_value(&text, json_object_get(record, "kind"));
		buf_put_str(&text, "  ");
		listing_record_gist(&text, record);
		buf_put_str(&text, "  ");
		listing_record_place(&text, record);
		output_safe(&safe, buf_span(&text), true);
		output_highlight(out, buf_span(&safe), query);
		buf_put_char(out, '\n');
	}
	buf_clear(&text);
	buf_clear(&safe);
}

static void
watch_put(struct buf *out, const struct args *a, const struct message *m, struct span query)
{
	struct span params;

	if (strcmp(m->method, "behind") == 0)
		fprintf(stderr, "evidence: changes came faster than they were taken: some are not "
				"shown. Ask `find` for what is there.\n");
	if (a->format == FORMAT_TABLE)
		watch_put_changes(out, json_object_get(m->root, "params"), query);
	else if (jread_member(m->text, "params", &params)) {
		buf_put_span(out, params);
		buf_put_char(out, '\n');
	}
	output_flush(out);
	fflush(stdout);
}

static void
watch_on_signal(int number)
{
	(void)number;
	_exit(EXIT_FOUND); /* nothing is held back: each line was flushed */
}

static int
watch_run(const struct args *a, struct client *c)
{
	struct sigaction action = {.sa_handler = watch_on_signal};
	struct buf query = {0}, params = {0}, out = {0};
	struct jwrite w = {.buf = &params};
	struct message m;
	int status = EXIT_DAEMON;
	enum err e;

	e = args_query(a, &query);
	if (e != OK) {
		client_say(e);
		goto out;
	}
	jwrite_object_begin(&w);
	jwrite_put_string(&w, "query", buf_span(&query));
	jwrite_object_end(&w);
	if (!command_ask(c, "subscribe", buf_span(&params), buf_span(&query), &m, &status))
		goto out;
	status = EXIT_DAEMON;
	sigaction(SIGINT, &action, NULL);
	while ((e = client_read(c, &m)) == OK)
		if (m.method != NULL)
			watch_put(&out, a, &m, buf_span(&query));
	client_say(e);
out:
	buf_clear(&out);
	buf_clear(&params);
	buf_clear(&query);
	return status;
}

const struct command command_watch = {
    .name = "watch",
    .usage = "watch [--format table|jsonl] QUERY...",
    .about = "what comes and goes, live, until Ctrl-C",
    .help = "A line for each record that a query begins (+) or ceases (-) to find. With --format\n"
	    "jsonl an object for each commit: clock, added (records), gone (ids).\n",
    .allowed = ARG_FORMAT,
    .words_max = -1,
    .run = watch_run,
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_find - evidence by a query.
 */
#include "cli/listing.h"

#include "common/jwrite.h"

#include <stdio.h>

static int
find_run(const struct args *a, struct client *c)
{
	struct buf query = {0}, params = {0};
	struct jwrite w = {.buf = &params};
	int status = EXIT_DAEMON;

	if (args_query(a, &query) != OK) {
		client_say(ERR_NOMEM);
	} else {
		jwrite_put_string(&w, "query", buf_span(&query));
		status = listing_run(a, c, "find", buf_span(&params), &listing_records,
				     buf_span(&query));
	}
	buf_clear(&params);
	buf_clear(&query);
	return status;
}

const struct command command_find = {
    .name = "find",
    .usage = "find [--limit N | --all] [--format table|json|jsonl|csv] QUERY...",
    .about = "evidence that matches a query",
    .help = "The words are joined to one query; none: all records. Examples:\n"
	    "  evidence find kind:testimonial speaker:'Joe Duffy'\n"
	    "  evidence find 'kind:event_figure value:>=60 date:2011..2013'\n"
	    "  evidence find doi:10.1093/* under:REF2029/Law\n"
	    "  evidence find -- -kind:link practitioners       (-- before a leading dash)\n"
	    "A word such as 'speaker:Joe Duffy', with a blank in it, is one value.\n"
	    "On a terminal the first 20 are shown unless --limit or --all says otherwise;\n"
	    "elsewhere all are. --json prints an array, --format jsonl an object a line.\n"
	    "CSV has a column for each field; text that a spreadsheet would run as a formula\n"
	    "gets an apostrophe before it, and a file begins with a byte order mark.\n",
    .allowed = ARG_FORMAT | ARG_LIMIT,
    .words_max = -1,
    .run = find_run,
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_wait - until all that was dropped is read; meanwhile a bar, by asking for
 * the status on a second connection.
 */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/progress.h"

#include <stdio.h>

#define WAIT_LOOK_MS 250

struct wait_bar {
	struct progress progress;
	struct client *client; /* NULL: no bar */
	json_int_t most;       /* the longest queue seen */
	bool ocr;              /* pictures count */
};

static void
wait_show(struct wait_bar *bar)
{
	const json_t *queue, *left, *ocr;
	struct message m;
	json_int_t now;

	if (client_call(bar->client, "status", (struct span){0}, &m) != OK || m.error != NULL) {
		client_close(bar->client);
		bar->client = NULL;
		return;
	}
	queue = json_object_get(json_object_get(m.root, "result"), "queue");
	left = json_object_get(queue, "left_s");
	now = json_integer_value(json_object_get(queue, "waiting")) +
	      json_integer_value(json_object_get(queue, "running"));
	ocr = json_object_get(json_object_get(json_object_get(m.root, "result"), "workers"), "ocr");
	if (bar->ocr)
		now += json_integer_value(json_object_get(ocr, "waiting")) +
		       json_integer_value(json_object_get(ocr, "running"));
	if (now > bar->most)
		bar->most = now;
	progress_show(&bar->progress, (uint64_t)(bar->most - now), (uint64_t)bar->most, "files",
		      json_number_value(json_object_get(queue, "rate_per_s")),
		      json_is_number(left) ? json_number_value(left) : -1);
}

static void
wait_say(const struct args *a, const struct message *m, json_int_t pending)
{
	const json_t *files = json_object_get(json_object_get(m->root, "result"), "files");
	struct buf out = {0};

	if (a->format != FORMAT_TABLE) {
		buf_put_span(&out, m->result);
		buf_put_char(&out, '\n');
	} else if (pending > 0) {
		buf_printf(&out, "%lld still to be read:\n", (long long)pending);
		for (size_t i = 0; i < json_array_size(files); i++) {
			const json_t *file = json_array_get(files, i);

			buf_put_str(&out, "  ");
			output_safe(&out,
				    (struct span){json_string_value(file),
						  json_string_length(file)},
				    true);
			buf_put_char(&out, '\n');
		}
	}
	output_flush(&out);
	buf_clear(&out);
}

static int
wait_run(const struct args *a, struct client *c)
{
	struct wait_bar bar = {.ocr = a->ocr};
	struct buf params = {0};
	struct message m;
	json_int_t pending;
	int status = EXIT_DAEMON;
	enum err e;

	buf_printf(&params, "{\"plugins\":%s,\"ocr\":%s", a->plugins ? "true" : "false",
		   a->ocr ? "true" : "false");
	if (a->timeout_s >= 0)
		buf_printf(&params, ",\"timeout_ms\":%.0f", a->timeout_s * 1000);
	buf_put_char(&params, '}');
	e = client_send(c, "wait", buf_span(&params));
	if (e == OK && progress_is_wanted() && client_open(a->socket, &bar.client) != OK)
		bar.client = NULL;
	while (e == OK && bar.client != NULL && !client_wait(c, WAIT_LOOK_MS))
		wait_show(&bar);
	progress_end(&bar.progress);
	if (e == OK)
		e = client_read(c, &m);
	if (e != OK) {
		client_say(e);
	} else if (m.error != NULL) {
		status = command_error(m.error, (struct span){0});
	} else {
		pending = json_integer_value(
		    json_object_get(json_object_get(m.root, "result"), "pending"));
		wait_say(a, &m, pending);
		command_warnings(&m);
		status = pending == 0 ? EXIT_FOUND : EXIT_NOTHING;
	}
	client_close(bar.client);
	buf_clear(&params);
	return status;
}

const struct command command_wait = {
    .name = "wait",
    .usage = "wait [--timeout SECONDS] [--ocr] [--plugins] [--json]",
    .about = "until all that was dropped is read and committed",
    .help =
	"Exit status 0: done; 1: the time was over first. --ocr waits also for words in pictures\n"
	"and scanned pages, --plugins for documents that go through changed plugins again.\n",
    .allowed = ARG_FORMAT | ARG_TIMEOUT | ARG_PLUGINS | ARG_OCR,
    .run = wait_run,
};

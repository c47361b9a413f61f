/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_status - the daemon's state on a screen; and `call`, for every other method.
 */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>

#define CLEAR_SCREEN "\x1b[H\x1b[2J"

static json_int_t
status_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void
status_put_text(struct buf *out, const json_t *object, const char *key)
{
	struct buf text = {0};

	output_value(&text, json_object_get(object, key));
	output_safe(out, buf_span(&text), true);
	buf_clear(&text);
}

/* "20 indexed, 1 partial": members that are not 0; "none" when all are. */
static void
status_put_counts(struct buf *out, const char *title, json_t *counts)
{
	const char *name;
	json_t *n;
	bool first = true;

	buf_printf(out, "%-10s ", title);
	json_object_foreach(counts, name, n)
	{
		if (json_integer_value(n) == 0)
			continue;
		buf_printf(out, "%s%lld %s", first ? "" : ", ", (long long)json_integer_value(n),
			   name);
		first = false;
	}
	buf_put_str(out, first ? "none\n" : "\n");
}

static void
status_put_queue(struct buf *out, const json_t *queue)
{
	const json_t *left = json_object_get(queue, "left_s");
	json_int_t waiting = status_int(queue, "waiting"), running = status_int(queue, "running");
	double rate = json_number_value(json_object_get(queue, "rate_per_s"));
	char text[32];

	buf_printf(out, "%-10s ", "queue");
	if (waiting + running == 0) {
		buf_put_str(out, "empty\n");
		return;
	}
	buf_printf(out, "%lld waiting, %lld being read", (long long)waiting, (long long)running);
	if (rate > 0)
		buf_printf(out, ", %.1f a second", rate);
	if (json_is_number(left)) {
		progress_duration(json_number_value(left), text);
		buf_printf(out, ", about %s left", text);
	}
	buf_put_char(out, '\n');
}

static void
status_put_roots(struct buf *out, const json_t *roots)
{
	const json_t *root;
	size_t i;

	json_array_foreach(roots, i, root)
	{
		json_int_t within = status_int(root, "seen_within_s");

		buf_printf(out, "%-10s ", i == 0 ? "folders" : "");
		status_put_text(out, root, "path");
		buf_put_str(out, ": ");
		status_put_text(out, root, "state");
		buf_put_str(out, ", ");
		status_put_text(out, root, "mode");
		if (within > 0)
			buf_printf(out, ", what you drop is seen within %lld s", (long long)within);
		else
			buf_put_str(out, ", what you drop is seen at once");
		if (!json_is_null(json_object_get(root, "reason"))) {
			buf_put_str(out, " (");
			status_put_text(out, root, "reason");
			buf_put_char(out, ')');
		}
		buf_put_char(out, '\n');
	}
}

/* "seccomp and Landlock (ABI 7)": what holds the workers now. */
static void
status_put_sandbox(struct buf *out, const json_t *sandbox)
{
	bool seccomp = json_is_true(json_object_get(sandbox, "seccomp"));
	json_int_t landlock = status_int(sandbox, "landlock");

	buf_printf(out, "%-10s ", "sandbox");
	if (!seccomp && landlock == 0)
		buf_put_str(out, "no worker yet\n");
	else if (landlock == 0)
		buf_put_str(out, "seccomp, no Landlock\n");
	else
		buf_printf(out, "%sLandlock (ABI %lld)\n", seccomp ? "seccomp and " : "",
			   (long long)landlock);
}

/* "eng, cym; 3 waiting, 1 being read": words in pictures. */
static void
status_put_ocr(struct buf *out, const json_t *ocr)
{
	const json_t *available = json_object_get(ocr, "available"), *language;
	json_int_t waiting = status_int(ocr, "waiting"), running = status_int(ocr, "running");
	size_t i;

	buf_printf(out, "%-10s ", "pictures");
	json_array_foreach(json_object_get(ocr, "languages"), i, language)
	{
		buf_put_str(out, i == 0 ? "" : ", ");
		output_safe(out,
			    (struct span){json_string_value(language),
					  json_string_length(language)},
			    true);
	}
	if (json_is_false(available))
		buf_put_str(out, "not read");
	else if (i == 0)
		buf_put_str(out, "none so far");
	if (waiting + running > 0)
		buf_printf(out, "; %lld waiting, %lld being read", (long long)waiting,
			   (long long)running);
	buf_put_char(out, '\n');
}

static void
status_put_plugins(struct buf *out, const json_t *plugins)
{
	const json_t *plugin;
	size_t i;

	json_array_foreach(plugins, i, plugin)
	{
		buf_printf(out, "%-10s ", i == 0 ? "plugins" : "");
		status_put_text(out, plugin, "name");
		buf_printf(out, " %lld, ", (long long)status_int(plugin, "version"));
		status_put_text(out, plugin, "state");
		if (json_is_null(json_object_get(plugin, "error"))) {
			buf_printf(out, ", %lld records", (long long)status_int(plugin, "records"));
		} else {
			buf_put_str(out, ": ");
			status_put_text(out, plugin, "error");
		}
		buf_put_char(out, '\n');
	}
}

static void
status_put_warnings(struct buf *out, const json_t *warnings)
{
	const json_t *text;
	size_t i;

	json_array_foreach(warnings, i, text)
	{
		buf_printf(out, "%-10s ", i == 0 ? "note" : "");
		output_safe(out, (struct span){json_string_value(text), json_string_length(text)},
			    true);
		buf_put_char(out, '\n');
	}
}

static void
status_put(struct buf *out, const json_t *s)
{
	const json_t *workers = json_object_get(s, "workers");
	const json_t *lag = json_object_get(s, "loop_lag_ms");
	char up[32];

	progress_duration(json_number_value(json_object_get(s, "uptime_s")), up);
	buf_put_str(out, "evidenced  ");
	status_put_text(out, s, "version");
	buf_printf(out, ", process %lld, up %s\n", (long long)status_int(s, "pid"), up);
	status_put_counts(out, "files", json_object_get(s, "files"));
	buf_printf(out, "%-10s %lld\n", "documents", (long long)status_int(s, "documents"));
	status_put_counts(out, "records", json_object_get(s, "records"));
	status_put_queue(out, json_object_get(s, "queue"));
	status_put_roots(out, json_object_get(s, "roots"));
	buf_printf(out, "%-10s %lld ready, %lld running, %lld killed\n", "workers",
		   (long long)status_int(workers, "ready"),
		   (long long)status_int(workers, "running"),
		   (long long)status_int(workers, "killed"));
	status_put_sandbox(out, json_object_get(workers, "sandbox"));
	status_put_ocr(out, json_object_get(workers, "ocr"));
	status_put_plugins(out, json_object_get(s, "plugins"));
	buf_printf(out, "%-10s %.1f MiB\n", "index",
		   (double)status_int(json_object_get(s, "index"), "bytes") / (1024 * 1024));
	buf_printf(out, "%-10s %.1f ms in the middle, %.1f ms at worst (99 %%)\n", "loop lag",
		   json_number_value(json_object_get(lag, "p50")),
		   json_number_value(json_object_get(lag, "p99")));
	status_put_warnings(out, json_object_get(s, "warnings"));
}

static int
status_run(const struct args *a, struct client *c)
{
	static const struct timespec second = {.tv_sec = 1};
	struct buf out = {0};
	struct message m;
	int status;

	do {
		if (!command_ask(c, "status", (struct span){0}, (struct span){0}, &m, &status))
			break;
		if (a->watch && output_is_terminal())
			buf_put_str(&out, CLEAR_SCREEN);
		if (a->format == FORMAT_TABLE) {
			status_put(&out, json_object_get(m.root, "result"));
		} else {
			buf_put_span(&out, m.result);
			buf_put_char(&out, '\n');
		}
		output_flush(&out);
		fflush(stdout);
	} while (a->watch && nanosleep(&second, NULL) == 0);
	buf_clear(&out);
	return status;
}

const struct command command_status = {
    .name = "status",
    .usage = "status [--watch] [--json]",
    .about = "counts, queue, watched folders, plugins, and what to look after",
    .help = "--watch shows it anew each second until Ctrl-C.\n",
    .allowed = ARG_FORMAT | ARG_WATCH,
    .run = status_run,
};

/* --- call --- */

static int
call_run(const struct args *a, struct client *c)
{
	struct span params = span_of(a->count > 1 ? a->words[1] : NULL), query = {0};
	struct buf out = {0};
	json_t *parsed = NULL;
	struct message m;
	char why[160];
	int status = EXIT_DAEMON;
	enum err e;

	if (params.n > 0 && jread_parse(params, &parsed, why) != OK) {
		fprintf(stderr, "evidence: the parameters are not JSON: %s\n", why);
		return EXIT_USAGE;
	}
	/* One request a line: a newline in the parameters would end it. */
	for (size_t i = 0; i < params.n; i++)
		if (a->words[1][i] == '\n' || a->words[1][i] == '\r')
			a->words[1][i] = ' ';
	query = (struct span){json_string_value(json_object_get(parsed, "query")),
			      json_string_length(json_object_get(parsed, "query"))};
	e = client_send(c, a->words[0], params);
	while (e == OK) {
		e = client_read(c, &m);
		if (e != OK)
			break;
		if (m.error != NULL) {
			status = command_error(m.error, query);
			break;
		}
		/* Notifications, of an export for instance, come as they are. */
		buf_put_span(&out, m.method != NULL ? m.text : m.result);
		buf_put_char(&out, '\n');
		output_flush(&out);
		if (m.method == NULL) {
			status = EXIT_FOUND;
			break;
		}
	}
	if (e != OK)
		client_say(e);
	json_decref(parsed);
	buf_clear(&out);
	return status;
}

const struct command command_call = {
    .name = "call",
    .usage = "call METHOD [PARAMS]",
    .about = "any method of the socket, its result as JSON",
    .help = "PARAMS is a JSON object. `evidence call describe` lists the methods.\n",
    .words_min = 1,
    .words_max = 2,
    .run = call_run,
};

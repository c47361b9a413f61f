/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command - asking, and saying what went wrong.
 */
#include "cli/command.h"

#include "cli/output.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct span
command_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return (struct span){json_string_value(value), json_string_length(value)};
}

/* The query, and a caret under byte `offset` of it. */
static void
command_point(struct buf *out, struct span query, size_t offset)
{
	struct buf before = {0};
	size_t columns;

	output_safe(&before, span_sub(query, 0, offset), true);
	columns = output_width(buf_span(&before));
	buf_clear(&before);
	buf_put_str(out, "  ");
	output_safe(out, query, true);
	buf_printf(out, "\n  %*s^\n", (int)columns, "");
}

int
command_error(const json_t *error, struct span query)
{
	const json_t *data = json_object_get(error, "data");
	const json_t *offset = json_object_get(data, "offset");
	struct span expected = command_text(data, "expected");
	struct buf out = {0};

	buf_put_str(&out, "evidence: ");
	output_safe(&out, command_text(error, "message"), true);
	buf_put_char(&out, '\n');
	if (json_is_integer(offset) && query.n > 0)
		command_point(&out, query, (size_t)json_integer_value(offset));
	if (expected.n > 0) {
		buf_put_str(&out, "  expected: ");
		output_safe(&out, expected, true);
		buf_put_char(&out, '\n');
	}
	if (out.n > 0)
		fwrite(out.p, 1, out.n, stderr);
	buf_clear(&out);
	return EXIT_DAEMON;
}

bool
command_ask(struct client *c, const char *method, struct span params, struct span query,
	    struct message *out, int *exit_status)
{
	*exit_status = EXIT_DAEMON;
	if (client_call(c, method, params, out) != OK)
		return false;
	if (out->error != NULL) {
		*exit_status = command_error(out->error, query);
		return false;
	}
	*exit_status = EXIT_FOUND;
	return true;
}

void
command_warnings(const struct message *m)
{
	const json_t *warnings = json_object_get(json_object_get(m->root, "result"), "warnings");
	struct buf out = {0};

	for (size_t i = 0; i < json_array_size(warnings); i++) {
		const json_t *text = json_array_get(warnings, i);

		buf_put_str(&out, "evidence: note: ");
		output_safe(&out, (struct span){json_string_value(text), json_string_length(text)},
			    true);
		buf_put_char(&out, '\n');
	}
	if (out.n > 0)
		fwrite(out.p, 1, out.n, stderr);
	buf_clear(&out);
}

void
command_put_path(struct buf *out, const char *path, bool follow)
{
	char real[PATH_MAX], folder[PATH_MAX];
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	struct stat st;

	follow = follow || name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
	snprintf(folder, sizeof folder, "%.*s", (int)n, path);
	if (n == 0)
		strcpy(folder, slash == NULL ? "." : "/");
	if (path[0] != '/' && lstat(path, &st) < 0) {
		buf_put_str(out, path);
	} else if (follow && realpath(path, real) != NULL) {
		buf_put_str(out, real);
	} else if (!follow && realpath(folder, real) != NULL) {
		buf_put_str(out, strcmp(real, "/") == 0 ? "" : real);
		buf_put_char(out, '/');
		buf_put_str(out, name);
	} else {
		buf_put_str(out, path);
	}
}

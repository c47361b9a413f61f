/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_files - documents, failures, why, rescan: files and what became of them.
 */
#include "cli/listing.h"
#include "cli/output.h"

#include "common/jwrite.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
files_put_cells(struct table *t, const json_t *item, const char *const *keys, size_t n)
{
	struct buf cell = {0};

	for (size_t i = 0; i < n; i++) {
		buf_reset(&cell);
		output_value(&cell, json_object_get(item, keys[i]));
		table_put(t, buf_span(&cell));
	}
	buf_clear(&cell);
}

static int
files_list(const struct args *a, struct client *c, const char *method,
	   const struct listing_kind *kind)
{
	struct buf params = {0}, under = {0};
	struct jwrite w = {.buf = &params};
	int status;

	if (a->under != NULL) {
		command_put_path(&under, a->under, true);
		jwrite_put_string(&w, "under", buf_span(&under));
	}
	if (a->state != NULL)
		jwrite_put_string(&w, "state", span_of(a->state));
	status = listing_run(a, c, method, buf_span(&params), kind, (struct span){0});
	buf_clear(&params);
	buf_clear(&under);
	return status;
}

/* --- documents --- */

static const struct table_column document_columns[] = {
    {.title = "ID"},
    {.title = "FORMAT"},
    {.title = "PAGES", .right = true},
    {.title = "SIZE", .right = true},
    {.title = "TITLE", .shrinks = true},
    {.title = "PATHS", .shrinks = true, .end = true},
};
static const char *const document_cells[] = {"id", "format", "pages", "size", "title", "paths"};
static const char *const document_keys[] = {
    "id",    "path",     "paths", "sha256", "size",   "format",     "title",
    "pages", "language", "role",  "state",  "reason", "indexed_at", NULL,
};

static void
documents_put_row(struct table *t, const json_t *item)
{
	files_put_cells(t, item, document_cells, COUNT(document_cells));
}

static const struct listing_kind listing_documents = {
    .things = "documents",
    .columns = document_columns,
    .column_count = COUNT(document_columns),
    .put_row = documents_put_row,
    .keys = document_keys,
};

static int
documents_run(const struct args *a, struct client *c)
{
	return files_list(a, c, "documents", &listing_documents);
}

const struct command command_documents = {
    .name = "documents",
    .usage = "documents [--under FOLDER] [--limit N | --all] [--format table|json|jsonl|csv]",
    .about = "what has been read",
    .help = "The documents that have a text, in the order in which they were first read.\n",
    .allowed = ARG_FORMAT | ARG_LIMIT | ARG_UNDER,
    .run = documents_run,
};

/* --- failures --- */

static const struct table_column failure_columns[] = {
    {.title = "STATE"},
    {.title = "CODE"},
    {.title = "PATH", .shrinks = true, .end = true},
    {.title = "REASON", .shrinks = true},
    {.title = "REMEDY", .shrinks = true},
};
static const char *const failure_cells[] = {"state", "code", "path", "reason", "remedy"};
static const char *const failure_keys[] = {
    "path", "state", "code", "reason", "remedy", "since", "tries", "next_try", "size", NULL,
};

static void
failures_put_row(struct table *t, const json_t *item)
{
	files_put_cells(t, item, failure_cells, COUNT(failure_cells));
}

static const struct listing_kind listing_failures = {
    .things = "files",
    .columns = failure_columns,
    .column_count = COUNT(failure_columns),
    .put_row = failures_put_row,
    .keys = failure_keys,
};

static int
failures_run(const struct args *a, struct client *c)
{
	return files_list(a, c, "failures", &listing_failures);
}

const struct command command_failures = {
    .name = "failures",
    .usage = "failures [--state STATE] [--under FOLDER] [--limit N | --all] [--format "
	     "table|json|jsonl|csv]",
    .about = "what could not be read wholly, and why",
    .help = "Files that are failed, partial, needs-you, ignored or unavailable; --state shows one\n"
	    "of these alone. Files that are gone come only with --state gone.\n",
    .allowed = ARG_FORMAT | ARG_LIMIT | ARG_UNDER | ARG_STATE,
    .run = failures_run,
};

/* --- why and rescan --- */

static void
files_path_params(struct buf *out, const char *word, bool follow)
{
	struct buf path = {0};
	struct jwrite w = {.buf = out};

	command_put_path(&path, word, follow);
	jwrite_object_begin(&w);
	jwrite_put_path(&w, "path", buf_span(&path));
	jwrite_object_end(&w);
	if (path.failed)
		out->failed = true;
	buf_clear(&path);
}

static int
why_run(const struct args *a, struct client *c)
{
	struct buf params = {0}, out = {0}, value = {0};
	struct message m;
	const char *name;
	json_t *member;
	int status = EXIT_FOUND;

	files_path_params(&params, a->words[0], false);
	if (!command_ask(c, "why", buf_span(&params), (struct span){0}, &m, &status))
		goto out;
	if (a->format != FORMAT_TABLE) {
		buf_put_span(&out, m.result);
		buf_put_char(&out, '\n');
		goto out;
	}
	json_object_foreach(json_object_get(m.root, "result"), name, member)
	{
		if (json_is_null(member))
			continue;
		buf_reset(&value);
		output_value(&value, member);
		buf_printf(&out, "%-9s ", name);
		output_safe(&out, buf_span(&value), true);
		buf_put_char(&out, '\n');
	}
out:
	output_flush(&out);
	buf_clear(&out);
	buf_clear(&value);
	buf_clear(&params);
	return status;
}

const struct command command_why = {
    .name = "why",
    .usage = "why [--json] PATH",
    .about = "one file: its state, the reason, the next try",
    .help = "PATH may also be below a watched folder.\n",
    .allowed = ARG_FORMAT,
    .words_min = 1,
    .words_max = 1,
    .run = why_run,
};

static int
rescan_run(const struct args *a, struct client *c)
{
	struct buf params = {0}, out = {0};
	const json_t *folders;
	struct message m;
	int status = EXIT_FOUND;

	if (a->count > 0)
		files_path_params(&params, a->words[0], true);
	if (command_ask(c, "rescan", buf_span(&params), (struct span){0}, &m, &status)) {
		folders = json_object_get(json_object_get(m.root, "result"), "folders");
		for (size_t i = 0; i < json_array_size(folders); i++) {
			const json_t *folder = json_array_get(folders, i);

			buf_put_str(&out, "looking through ");
			output_safe(&out,
				    (struct span){json_string_value(folder),
						  json_string_length(folder)},
				    true);
			buf_put_char(&out, '\n');
		}
		command_warnings(&m);
	}
	output_flush(&out);
	buf_clear(&out);
	buf_clear(&params);
	return status;
}

const struct command command_rescan = {
    .name = "rescan",
    .usage = "rescan [PATH]",
    .about = "compare folders with what is known of them",
    .help = "All watched folders, or the one that PATH is or lies in. `evidence wait` then waits\n"
	    "until all that was found is read.\n",
    .words_max = 1,
    .run = rescan_run,
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command_show - one record with the words around it, or one document.
 */
#include "cli/command.h"
#include "cli/output.h"

#include "common/jwrite.h"

#include <stdio.h>

#define SHOW_AROUND  300 /* bytes before and after a record */
#define COLOUR_WORDS "\x1b[1;33m"
#define COLOUR_END   "\x1b[0m"

static void
show_put(struct buf *out, const char *name, const json_t *value)
{
	struct buf text = {0};

	if (value == NULL || json_is_null(value))
		return;
	output_value(&text, value);
	buf_printf(out, "%-12s ", name);
	output_safe(out, buf_span(&text), true);
	buf_put_char(out, '\n');
	buf_clear(&text);
}

static void
show_put_members(struct buf *out, const json_t *object, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		show_put(out, *keys, json_object_get(object, *keys));
}

static bool
show_ask_text(struct client *c, const json_t *document, json_int_t start, json_int_t end,
	      struct message *m, int *status)
{
	struct buf params = {0};
	struct jwrite w = {.buf = &params};
	bool ok;

	jwrite_object_begin(&w);
	jwrite_put_string(&w, "document",
			  (struct span){json_string_value(document), json_string_length(document)});
	jwrite_put_int(&w, "start", start);
	if (end >= 0)
		jwrite_put_int(&w, "end", end);
	jwrite_object_end(&w);
	ok = command_ask(c, "text", buf_span(&params), (struct span){0}, m, status);
	buf_clear(&params);
	return ok;
}

/* The words around; those of the record itself in colour where there is colour. */
static int
show_words(struct client *c, const json_t *record, struct buf *out)
{
	json_int_t start = json_integer_value(json_object_get(record, "start"));
	json_int_t end = json_integer_value(json_object_get(record, "end")), from;
	const json_t *result, *text;
	struct message m;
	struct span words;
	int status;

	if (!show_ask_text(c, json_object_get(record, "document"),
			   start > SHOW_AROUND ? start - SHOW_AROUND : 0, end + SHOW_AROUND, &m,
			   &status))
		return status;
	result = json_object_get(m.root, "result");
	text = json_object_get(result, "text");
	words = (struct span){json_string_value(text), json_string_length(text)};
	from = json_integer_value(json_object_get(result, "start"));
	buf_put_str(out, from > 0 ? "\n\xe2\x80\xa6" : "\n");
	output_safe(out, span_sub(words, 0, (size_t)(start - from)), false);
	buf_put_str(out, output_has_colour() ? COLOUR_WORDS : "");
	output_safe(out, span_sub(words, (size_t)(start - from), (size_t)(end - start)), false);
	buf_put_str(out, output_has_colour() ? COLOUR_END : "");
	output_safe(out, span_sub(words, (size_t)(end - from), words.n), false);
	buf_put_str(out, "\xe2\x80\xa6\n");
	return EXIT_FOUND;
}

static int
show_record(struct client *c, const json_t *record, struct buf *out)
{
	static const char *const keys[] = {"id",     "kind",  "path", "page",   "section",
					   "case",   "start", "end",  "plugin", "confidence",
					   "status", "role",  NULL};
	const char *name;
	json_t *member;

	show_put_members(out, record, keys);
	json_object_foreach(json_object_get(record, "fields"), name, member)
	    show_put(out, name, member);
	return show_words(c, record, out);
}

static int
show_document(struct client *c, const json_t *document, struct buf *out)
{
	static const char *const keys[] = {"id",     "title", "paths",      "format",
					   "pages",  "size",  "sha256",     "state",
					   "reason", "role",  "indexed_at", NULL};
	const json_t *result, *text;
	struct message m;
	json_int_t at = 0;
	bool cut = true;
	int status = EXIT_FOUND;

	show_put_members(out, document, keys);
	buf_put_char(out, '\n');
	while (cut && show_ask_text(c, json_object_get(document, "id"), at, -1, &m, &status)) {
		result = json_object_get(m.root, "result");
		text = json_object_get(result, "text");
		output_safe(out, (struct span){json_string_value(text), json_string_length(text)},
			    false);
		output_flush(out);
		at = json_integer_value(json_object_get(result, "end"));
		cut = json_is_true(json_object_get(result, "cut"));
	}
	buf_put_char(out, '\n');
	return status;
}

static int
show_run(const struct args *a, struct client *c)
{
	struct buf params = {0}, out = {0};
	struct jwrite w = {.buf = &params};
	json_t *object = NULL;
	struct message m;
	int status;

	jwrite_object_begin(&w);
	jwrite_put_string(&w, "id", span_of(a->words[0]));
	jwrite_object_end(&w);
	if (!command_ask(c, "get", buf_span(&params), (struct span){0}, &m, &status))
		goto out;
	if (a->format != FORMAT_TABLE) {
		buf_put_span(&out, m.result);
		buf_put_char(&out, '\n');
		goto out;
	}
	object = json_incref(json_object_get(m.root, "result"));
	status = json_object_get(object, "kind") != NULL ? show_record(c, object, &out)
							 : show_document(c, object, &out);
out:
	output_flush(&out);
	json_decref(object);
	buf_clear(&out);
	buf_clear(&params);
	return status;
}

const struct command command_show = {
    .name = "show",
    .usage = "show [--json] ID",
    .about = "a record with the words around it, or a document with its text",
    .help = "ID is a record's (12.3) or a document's (12), as find and documents show it.\n",
    .allowed = ARG_FORMAT,
    .words_min = 1,
    .words_max = 1,
    .run = show_run,
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases - a line reader over the cases file; each block becomes a document, is run
 * through the plugin, and its records are compared as JSON, which is how users see
 * them.
 */
#include "extract/cases.h"

#include "common/jread.h"
#include "common/log.h"
#include "extract/work.h"
#include "text/record_json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cases {
	struct local local;
	struct span rest; /* of the file */
	unsigned line, passed, failed;

	/* of the case under way */
	char title[200], format[16];
	struct buf text;
	const struct document *doc;
	json_t *found; /* array of records; what a line expects is taken out */
	struct buf why;
};

/* --- lines --- */

static bool
cases_next_line(struct cases *c, struct span *line)
{
	const char *end;

	if (c->rest.n == 0)
		return false;
	end = memchr(c->rest.p, '\n', c->rest.n);
	*line = span_sub(c->rest, 0, end == NULL ? c->rest.n : (size_t)(end - c->rest.p));
	c->rest = span_sub(c->rest, line->n + (end != NULL), c->rest.n);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	c->line++;
	return true;
}

static struct span
cases_trim(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_sub(s, 1, s.n);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* "=== title [format]" */
static void
cases_title(struct cases *c, struct span line)
{
	struct span title = cases_trim(span_sub(line, 3, line.n)), format = SPAN("text");

	if (title.n > 2 && title.p[title.n - 1] == ']') {
		const char *open = memrchr(title.p, '[', title.n);

		if (open != NULL) {
			size_t at = (size_t)(open - title.p);

			format = span_sub(title, at + 1, title.n - at - 2);
			title = cases_trim(span_sub(title, 0, at));
		}
	}
	snprintf(c->title, sizeof c->title, "%.*s", (int)title.n, title.p);
	snprintf(c->format, sizeof c->format, "%.*s", (int)format.n, format.p);
}

/* The document's text, up to the line "---". False: there is no such line. */
static bool
cases_text(struct cases *c)
{
	struct span line;

	buf_reset(&c->text);
	while (cases_next_line(c, &line)) {
		if (span_is(line, "---"))
			return true;
		if (span_starts(line, SPAN("\\===")) || span_starts(line, SPAN("\\---")))
			line = span_sub(line, 1, line.n);
		buf_put_span(&c->text, line);
		buf_put_char(&c->text, '\n');
	}
	return false;
}

/* --- records --- */

static void
cases_on_begin(void *ctx, uint32_t plugin)
{
	(void)ctx;
	(void)plugin;
}

static void
cases_on_failed(void *ctx, uint32_t plugin, struct span reason)
{
	struct cases *c = ctx;

	(void)plugin;
	buf_printf(&c->why, "  %.*s\n", (int)reason.n, reason.p);
}

static void
cases_on_proposed(void *ctx, uint32_t plugin, struct span role, struct span language)
{
	(void)ctx;
	(void)plugin;
	(void)role;
	(void)language;
}

static void
cases_on_records(void *ctx, uint32_t plugin, struct span frames, uint32_t n)
{
	struct cases *c = ctx;
	struct frame f = {.type = FRAME_RECORDS, .rest = frames};
	struct value *values = calloc(RECORD_VALUES_MAX, sizeof *values);
	const struct plugin_decl *decl = &c->local.decls[plugin];
	struct buf json = {0};

	for (uint32_t i = 0; i < n && values != NULL && !f.bad; i++) {
		struct jwrite o = {.buf = &json};
		json_t *object = NULL;
		struct record r;

		frame_get_record(&f, decl, c->doc->text.n, &r, values);
		if (f.bad)
			break;
		buf_reset(&json);
		jwrite_object_begin(&o);
		record_json_body(&r, c->doc, span_of(decl->name), &o);
		jwrite_object_end(&o);
		if (buf_err(&json) != OK || jread_parse(buf_span(&json), &object, NULL) != OK ||
		    json_array_append_new(c->found, object) != 0)
			buf_put_str(&c->why, "  a record could not be read\n");
	}
	if (values == NULL || frame_done(&f) != OK)
		buf_put_str(&c->why, "  the records could not be read\n");
	buf_clear(&json);
	free(values);
}

/* Equal but for white space? */
static bool
cases_words_eq(const char *a, const char *b)
{
	static const char blank[] = " \t\n";

	for (;;) {
		size_t blank_a = strspn(a, blank), blank_b = strspn(b, blank);

		if ((blank_a == 0) != (blank_b == 0))
			return false;
		a += blank_a;
		b += blank_b;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

/* 60 and 60.0 agree. */
static bool
cases_value_eq(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (!json_is_array(a) || !json_is_array(b))
		return json_equal(a, b) == 1;
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!cases_value_eq(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

static bool
cases_fields_agree(json_t *fields, const json_t *record)
{
	const json_t *have = json_object_get(record, "fields");
	const char *key;
	json_t *value;

	json_object_foreach(fields, key, value)
	{
		if (!cases_value_eq(value, json_object_get(have, key)))
			return false;
	}
	return true;
}

/* Takes the first record out that the line expects; false when there is none. */
static bool
cases_take(struct cases *c, const char *kind, const char *words, json_t *fields)
{
	for (size_t i = 0; i < json_array_size(c->found); i++) {
		const json_t *r = json_array_get(c->found, i);

		if (strcmp(json_string_value(json_object_get(r, "kind")), kind) == 0 &&
		    cases_words_eq(json_string_value(json_object_get(r, "text")), words) &&
		    cases_fields_agree(fields, r))
			return json_array_remove(c->found, i) == 0;
	}
	return false;
}

/* Behind the closing quotation mark of the JSON string that `s` begins with; 0: none. */
static size_t
cases_string_end(struct span s)
{
	if (s.n == 0 || s.p[0] != '"')
		return 0;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* KIND "words" {fields} */
static void
cases_expect(struct cases *c, struct span line)
{
	const char *blank = memchr(line.p, ' ', line.n);
	size_t kind_n = blank == NULL ? line.n : (size_t)(blank - line.p);
	struct span rest = cases_trim(span_sub(line, kind_n, line.n)), fields;
	size_t words_n = cases_string_end(rest);
	struct buf json = {0};
	json_t *expected = NULL;
	char kind[NAME_BYTES_MAX + 1], why[160] = "KIND \"words\" {fields} is expected";

	snprintf(kind, sizeof kind, "%.*s", (int)kind_n, line.p);
	fields = cases_trim(span_sub(rest, words_n, rest.n));
	if (fields.n == 0)
		fields = SPAN("{}");
	buf_put_char(&json, '[');
	buf_put_span(&json, span_sub(rest, 0, words_n));
	buf_put_char(&json, ',');
	buf_put_span(&json, fields);
	buf_put_char(&json, ']');
	if (words_n == 0 || buf_err(&json) != OK ||
	    jread_parse(buf_span(&json), &expected, why) != OK ||
	    !json_is_object(json_array_get(expected, 1)))
		buf_printf(&c->why, "  line %u: %s\n", c->line, why);
	else if (!cases_take(c, kind, json_string_value(json_array_get(expected, 0)),
			     json_array_get(expected, 1)))
		buf_printf(&c->why, "  line %u: not found: %.*s\n", c->line, (int)line.n, line.p);
	json_decref(expected);
	buf_clear(&json);
}

/* --- a case --- */

/* Formats that are text themselves have their own reader; others only their name. */
static const struct reader *
cases_reader(const char *format)
{
	static const struct reader *const readers[] = {&reader_text, &reader_markdown, &reader_html,
						       &reader_eml};

	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (strcmp(readers[i]->format, format) == 0)
			return readers[i];
	return &reader_text;
}

static void
cases_run_plugin(struct cases *c, struct document *doc)
{
	const struct host_events events = {
	    .ctx = c,
	    .on_begin = cases_on_begin,
	    .on_records = cases_on_records,
	    .on_failed = cases_on_failed,
	    .on_proposed = cases_on_proposed,
	};
	const struct span name = SPAN("case");
	struct reader_failure failure = {0};
	enum err e;

	if (work_read_document(c->local.readers, cases_reader(c->format), buf_span(&c->text), name,
			       &c->local.limits, doc, &failure) != OK) {
		buf_printf(&c->why, "  %s\n", failure.reason);
		return;
	}
	snprintf(doc->format, sizeof doc->format, "%s", c->format);
	c->doc = doc;
	e = host_run(c->local.host, doc, name, NULL, 0, &events);
	if (e != OK)
		buf_printf(&c->why, "  the plugin could not be run: %s\n", err_text(e));
}

/* Reads the lines of what is expected, up to the next case or the end. */
static void
cases_expectations(struct cases *c)
{
	struct span line;

	while (c->rest.n > 0 && !span_starts(c->rest, SPAN("===")) && cases_next_line(c, &line)) {
		line = cases_trim(line);
		if (line.n > 0)
			cases_expect(c, line);
	}
	for (size_t i = 0; i < json_array_size(c->found); i++) {
		const json_t *r = json_array_get(c->found, i);
		char *fields = json_dumps(json_object_get(r, "fields"), JSON_COMPACT);

		buf_printf(&c->why, "  not expected: %s \"%s\" %s\n",
			   json_string_value(json_object_get(r, "kind")),
			   json_string_value(json_object_get(r, "text")),
			   fields == NULL ? "" : fields);
		free(fields);
	}
}

static enum err
cases_block(struct cases *c)
{
	struct document doc = {0};
	unsigned line = c->line;
	enum err e = OK;

	c->found = json_array();
	buf_reset(&c->why);
	if (!cases_text(c))
		buf_put_str(&c->why, "  the line --- is missing\n");
	else
		cases_run_plugin(c, &doc);
	cases_expectations(c);
	if (c->found == NULL || buf_err(&c->why) != OK || buf_err(&c->text) != OK)
		e = ERR_NOMEM;
	if (e == OK && c->why.n > 0)
		printf("FAILED line %u: %s\n%.*s", line, c->title, (int)c->why.n, c->why.p);
	if (c->why.n > 0)
		c->failed++;
	else
		c->passed++;
	json_decref(c->found);
	c->found = NULL;
	document_clear(&doc);
	return e;
}

/* --- the file --- */

static bool
cases_read(const char *plugin_file, struct buf *bytes)
{
	struct limits l = {.file_bytes = CASES_BYTES_MAX};
	struct reader_failure failure = {0};
	unsigned char sha256[32];
	struct buf path = {0};
	size_t n = strlen(plugin_file);
	int fd = -1;
	bool ok = false;

	if (n > 4 && strcmp(plugin_file + n - 4, ".lua") == 0)
		n -= 4;
	buf_put(&path, plugin_file, n);
	buf_put_str(&path, ".cases");
	if (buf_cstr(&path) != NULL)
		fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		log_error("%s.cases cannot be opened", plugin_file);
	else if (work_read_file(fd, 0, &l, bytes, sha256, &failure) != OK)
		log_error("%s: %s", path.p, failure.reason);
	else
		ok = true;
	if (fd >= 0)
		close(fd);
	buf_clear(&path);
	return ok;
}

enum local_exit
cases_run(const char *plugin_file)
{
	struct cases c = {0};
	struct buf bytes = {0};
	struct span line;
	enum local_exit status = LOCAL_FAILED;
	enum err e = OK;

	if (!local_open(&c.local, &plugin_file, 1) || !cases_read(plugin_file, &bytes))
		goto out;
	c.rest = buf_span(&bytes);
	while (e == OK && cases_next_line(&c, &line)) {
		if (span_starts(line, SPAN("==="))) {
			cases_title(&c, line);
			e = cases_block(&c);
		} else if (cases_trim(line).n > 0) {
			log_error("line %u: a case begins with === title [format]", c.line);
			goto out;
		}
	}
	if (e != OK) {
		log_error("%s", err_text(e));
		goto out;
	}
	printf("%u passed, %u failed\n", c.passed, c.failed);
	status = c.failed == 0 ? LOCAL_FOUND : LOCAL_NONE;
out:
	local_close(&c.local);
	buf_clear(&c.text);
	buf_clear(&c.why);
	buf_clear(&bytes);
	return status;
}

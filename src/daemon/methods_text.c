/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_text - the words of a document or record, with the marks over them.
 *
 * Offsets are bytes inside; with `offsets: chars` they are converted where they
 * come in and where they go out, by a table with one entry each 64 bytes.
 */
#include "daemon/answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"

#include "common/utf8.h"
#include "index/documents.h"

#include <stdlib.h>

#define TEXT_ANSWER_MAX (1024 * 1024) /* bytes of text in one answer */
#define CHARS_STEP      64

struct text_chars {
	struct span text;
	uint32_t *before; /* code points before byte i * CHARS_STEP; NULL: offsets stay bytes */
};

struct text_ask {
	uint64_t document;
	uint64_t start, end; /* in bytes, on borders, start <= end */
	bool cut;
	struct text_chars chars;
};

static size_t
text_chars_count(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !utf8_is_continuation(s.p[i]);
	return n;
}

static enum err
text_chars_init(struct text_chars *t, struct span text)
{
	size_t blocks = text.n / CHARS_STEP + 1, n = 0;

	t->text = text;
	t->before = malloc(blocks * sizeof *t->before);
	if (t->before == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < blocks; i++) {
		t->before[i] = (uint32_t)n;
		n += text_chars_count(span_sub(text, i * CHARS_STEP, CHARS_STEP));
	}
	return OK;
}

static uint64_t
text_chars_out(const struct text_chars *t, uint64_t byte)
{
	size_t block = (size_t)byte / CHARS_STEP;

	if (t->before == NULL)
		return byte;
	return t->before[block] +
	       text_chars_count(span_sub(t->text, block * CHARS_STEP, byte % CHARS_STEP));
}

/* The byte where code point `n` begins; past the last one the text's end. */
static uint64_t
text_chars_in(const struct text_chars *t, uint64_t n)
{
	size_t low = 0, high = t->text.n / CHARS_STEP, at;

	if (t->before == NULL)
		return n < t->text.n ? n : t->text.n;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (t->before[middle] <= n)
			low = middle;
		else
			high = middle - 1;
	}
	n -= t->before[low];
	for (at = low * CHARS_STEP; at < t->text.n; at++)
		if (!utf8_is_continuation(t->text.p[at]) && n-- == 0)
			break;
	return at;
}

/* Outwards to a character's border. */
static uint64_t
text_border(struct span text, uint64_t at, int step)
{
	while (at > 0 && at < text.n && utf8_is_continuation(text.p[at]))
		at = step < 0 ? at - 1 : at + 1;
	return at;
}

static void
text_write_mark(struct call *c, const struct marks *marks, const struct mark *mark,
		const struct text_ask *ask)
{
	uint64_t start = mark->start > ask->start ? mark->start : ask->start;
	uint64_t end = mark->end < ask->end ? mark->end : ask->end;
	struct span name = marks_name(marks, mark);
	struct jwrite *w = &c->w;
	const char *tab;

	jwrite_object_begin(w);
	jwrite_put_string(w, "type", span_of(mark_type_name(mark->type)));
	jwrite_put_uint(w, "start", text_chars_out(&ask->chars, start));
	jwrite_put_uint(w, "end", text_chars_out(&ask->chars, end));
	switch (mark->type) {
	case MARK_HEADING:
	case MARK_QUOTED:
		jwrite_put_uint(w, "level", mark->number);
		break;
	case MARK_PAGE:
	case MARK_ROW:
	case MARK_TABLE:
		jwrite_put_uint(w, "number", mark->number);
		break;
	case MARK_LINK:
		jwrite_put_string(w, "url", name);
		break;
	case MARK_SECTION:
	case MARK_HEADER:
	case MARK_PART:
	case MARK_COMMENT:
	case MARK_INSERTED:
	case MARK_SPEAKER:
		jwrite_put_string(w, "name", name);
		break;
	case MARK_DELETED:
		jwrite_put_string(w, "words", name);
		break;
	}
	if (mark->type == MARK_TABLE) {
		jwrite_key(w, "columns");
		jwrite_array_begin(w);
		while (name.n > 0) {
			size_t n;

			tab = memchr(name.p, '\t', name.n);
			n = tab == NULL ? name.n : (size_t)(tab - name.p);
			jwrite_string(w, span_sub(name, 0, n));
			name = span_sub(name, n + 1, name.n);
		}
		jwrite_array_end(w);
	}
	jwrite_object_end(w);
}

static bool
text_mark_overlaps(const struct mark *mark, const struct text_ask *ask)
{
	if (mark->start == mark->end || ask->start == ask->end)
		return mark->start >= ask->start && mark->end <= ask->end;
	return mark->start < ask->end && mark->end > ask->start;
}

static void
text_write(struct call *c, const struct document *d, const struct text_ask *ask)
{
	struct jwrite *w = &c->w;
	char id[24];

	snprintf(id, sizeof id, "%llu", (unsigned long long)ask->document);
	jwrite_object_begin(w);
	jwrite_put_string(w, "document", span_of(id));
	jwrite_put_uint(w, "start", text_chars_out(&ask->chars, ask->start));
	jwrite_put_uint(w, "end", text_chars_out(&ask->chars, ask->end));
	jwrite_put_string(w, "text",
			  span_sub(buf_span(&d->text), ask->start, ask->end - ask->start));
	jwrite_key(w, "marks");
	jwrite_array_begin(w);
	for (size_t i = 0; i < d->marks.n && d->marks.list[i].start <= ask->end; i++)
		if (text_mark_overlaps(&d->marks.list[i], ask))
			text_write_mark(c, &d->marks, &d->marks.list[i], ask);
	jwrite_array_end(w);
	if (ask->cut)
		jwrite_put_bool(w, "cut", true);
	jwrite_object_end(w);
}

/* The range asked for. False: the call failed. */
static bool
text_take_range(struct call *c, struct text_ask *ask)
{
	struct span text = ask->chars.text;

	if (!call_has(c, "record")) {
		ask->start = text_chars_in(&ask->chars, (uint64_t)call_int(c, "start", 0));
		ask->end = call_has(c, "end")
			       ? text_chars_in(&ask->chars, (uint64_t)call_int(c, "end", 0))
			       : text.n;
	}
	ask->start = text_border(text, ask->start < text.n ? ask->start : text.n, -1);
	ask->end = text_border(text, ask->end < text.n ? ask->end : text.n, 1);
	if (ask->end < ask->start) {
		call_fail_at(c, RPC_PARAMS, "/end", "\"end\" lies before \"start\".");
		return false;
	}
	if (ask->end - ask->start > TEXT_ANSWER_MAX) {
		ask->end = text_border(text, ask->start + TEXT_ANSWER_MAX, -1);
		ask->cut = true;
	}
	return true;
}

static void
text_run(struct call *c)
{
	struct span id = call_has(c, "record") ? call_text(c, "record") : call_text(c, "document");
	struct text_ask ask = {0};
	struct document d = {0};
	struct index_read *rd = NULL;
	uint32_t number = 0;
	enum err e = ERR_NOT_FOUND;

	if (answer_parse_id(id, &ask.document, &number) && (number > 0) == call_has(c, "record"))
		e = index_read_begin(c->server->world->index, &rd);
	if (e == OK && number > 0)
		e = index_record_place(rd, ask.document, number, &ask.start, &ask.end);
	if (e == OK)
		e = index_text(rd, ask.document, &d);
	ask.chars.text = buf_span(&d.text);
	if (e == OK && span_is(call_text(c, "offsets"), "chars"))
		e = text_chars_init(&ask.chars, buf_span(&d.text));
	if (e == ERR_NOT_FOUND)
		call_fail(c, RPC_NOT_FOUND,
			  "There is no %s \"%.*s\". Ids change when a document is read again: ask "
			  "`find` or `documents` for those of now.",
			  call_has(c, "record") ? "record" : "document",
			  (int)(id.n < 64 ? id.n : 64), id.p);
	else if (e != OK)
		call_fail_err(c, e, "reading the stored text");
	else if (text_take_range(c, &ask))
		text_write(c, &d, &ask);
	free(ask.chars.before);
	document_clear(&d);
	index_read_end(rd);
}

static enum call_next
text_begin(struct call *c)
{
	bool record = call_has(c, "record"), document = call_has(c, "document");

	if (record == document) {
		call_fail_at(c, RPC_PARAMS, record ? "/record" : "/document",
			     "Give \"document\" or \"record\"%s.", record ? ", not both" : "");
		return CALL_ENDED;
	}
	if (record && (call_has(c, "start") || call_has(c, "end"))) {
		call_fail_at(c, RPC_PARAMS, call_has(c, "start") ? "/start" : "/end",
			     "A range goes with \"document\"; a record has its own.");
		return CALL_ENDED;
	}
	return CALL_THREAD;
}

const struct method method_text = {
    .name = "text",
    .about = "The words of a document, of a part of it, or of a record, with marks; at most 1 MB.",
    .params =
	"{\"type\":\"object\",\"properties\":{"
	"\"document\":{\"type\":\"string\"},\"record\":{\"type\":\"string\"},"
	"\"start\":{\"type\":\"integer\",\"minimum\":0,\"default\":0},"
	"\"end\":{\"type\":\"integer\",\"minimum\":0,\"description\":\"exclusive; default: the "
	"text's end\"},"
	"\"offsets\":{\"enum\":[\"bytes\",\"chars\"],\"default\":\"bytes\","
	"\"description\":\"what start and end count, here and in the result; chars are code "
	"points\"}}}",
    .result =
	"{\"type\":\"object\",\"properties\":{\"document\":{\"type\":\"string\"},"
	"\"start\":{\"type\":\"integer\"},\"end\":{\"type\":\"integer\"},"
	"\"text\":{\"type\":\"string\"},"
	"\"marks\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	"\"description\":\"type start end, and by type number, level, name, columns or "
	"url\"}},"
	"\"cut\":{\"type\":\"boolean\",\"description\":\"there is more than 1 MB: ask on from "
	"end\"}}}",
    .begin = text_begin,
    .run = text_run,
};

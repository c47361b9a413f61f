/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record_json - a record's place, words and fields as members of an object.
 */
#include "text/record_json.h"

#include "common/utf8.h"

/* Up to RECORD_CONTEXT_CHARS characters before `at`. */
static struct span
record_json_before(struct span text, size_t at)
{
	size_t from = at;

	for (int i = 0; i < RECORD_CONTEXT_CHARS && from > 0; i++) {
		from--;
		while (from > 0 && utf8_is_continuation(text.p[from]))
			from--;
	}
	return span_sub(text, from, at - from);
}

static struct span
record_json_after(struct span text, size_t at)
{
	size_t to = at;

	for (int i = 0; i < RECORD_CONTEXT_CHARS && to < text.n; i++) {
		to++;
		while (to < text.n && utf8_is_continuation(text.p[to]))
			to++;
	}
	return span_sub(text, at, to - at);
}

/* The design promises an array there, however many values a plugin gave. */
static bool
record_json_is_list(const struct record *r, const struct field *f)
{
	return f->list || (span_is(r->kind, "citation") && span_is(f->name, "author"));
}

static void
record_json_value(const struct field *f, const struct value *v, struct jwrite *o)
{
	if (f->type == FIELD_NUMBER)
		jwrite_number(o, v->number);
	else
		jwrite_string(o, v->text);
}

static void
record_json_fields(const struct record *r, struct jwrite *o)
{
	jwrite_key(o, "fields");
	jwrite_object_begin(o);
	for (size_t i = 0; i < r->field_count; i++) {
		const struct field *f = &r->fields[i];

		if (f->value_count == 0)
			continue;
		jwrite_key_span(o, f->name);
		if (!record_json_is_list(r, f)) {
			record_json_value(f, &f->values[0], o);
			continue;
		}
		jwrite_array_begin(o);
		for (size_t k = 0; k < f->value_count; k++)
			record_json_value(f, &f->values[k], o);
		jwrite_array_end(o);
	}
	jwrite_object_end(o);
}

void
record_json_body(const struct record *r, const struct document *d, struct span plugin,
		 struct jwrite *o)
{
	struct span text = buf_span(&d->text), words;
	size_t start = r->start < text.n ? (size_t)r->start : text.n;
	size_t end = r->end < text.n ? (size_t)r->end : text.n;
	const struct mark *page = marks_at(&d->marks, MARK_PAGE, start);
	const struct mark *section = marks_at(&d->marks, MARK_SECTION, start);

	if (end < start)
		end = start;
	words = span_sub(text, start, end - start);
	if (words.n > RECORD_TEXT_BYTES_MAX) {
		words.n = RECORD_TEXT_BYTES_MAX;
		while (words.n > 0 && utf8_is_continuation(words.p[words.n]))
			words.n--;
	}
	jwrite_put_string(o, "kind", r->kind);
	jwrite_key(o, "page");
	if (page == NULL)
		jwrite_null(o);
	else
		jwrite_uint(o, page->number);
	jwrite_key(o, "section");
	if (section == NULL)
		jwrite_null(o);
	else
		jwrite_string(o, marks_name(&d->marks, section));
	jwrite_put_uint(o, "start", start);
	jwrite_put_uint(o, "end", end);
	jwrite_put_string(o, "text", words);
	jwrite_put_string(o, "prefix", record_json_before(text, start));
	jwrite_put_string(o, "suffix", record_json_after(text, end));
	record_json_fields(r, o);
	jwrite_put_string(o, "plugin", plugin);
	jwrite_key(o, "confidence");
	jwrite_number(o, r->confidence);
}

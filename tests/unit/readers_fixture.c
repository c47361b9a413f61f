/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readers_fixture.h"

#include "common/conf.h"

#include <stdio.h>
#include <stdlib.h>

int
readers_setup(void **state)
{
	struct readers *r;

	if (readers_prepare(&r) != OK)
		return -1;
	*state = r;
	return 0;
}

int
readers_teardown(void **state)
{
	readers_free(*state);
	return 0;
}

struct outcome
read_limited(void **state, const char *name, struct span bytes, uint64_t text_bytes)
{
	struct conf conf;
	struct reader_work work = {.readers = *state, .file_bytes = bytes.n};
	struct reader_input in = {.bytes = bytes, .name = span_of(name), .work = &work};
	struct outcome o = {.err = ERR_UNSUPPORTED};
	const struct reader *reader = readers_find(*state, &in, &o.failure);
	struct builder *b = builder_new(text_bytes);

	conf_init(&conf);
	work.limits = &conf.limits;
	assert_non_null(b);
	if (reader != NULL)
		o.err = reader->read(&in, b, &o.failure);
	if (reader != NULL && o.err == OK)
		o.err = builder_finish(b, &o.doc);
	if (o.err != OK && o.err != ERR_NOMEM) {
		assert_non_null(o.failure.code);
		assert_string_not_equal(o.failure.reason, "");
	}
	builder_free(b);
	return o;
}

struct outcome
read_bytes(void **state, const char *name, struct span bytes)
{
	return read_limited(state, name, bytes, TEXT_BYTES);
}

void
assert_document(const struct outcome *o, const char *text)
{
	struct buf got = {0};

	if (o->err != OK)
		fail_msg("%s", o->failure.reason);
	buf_put_span(&got, buf_span(&o->doc.text));
	assert_string_equal(buf_cstr(&got), text);
	buf_clear(&got);
}

/* The text and nothing else is what the reader gives. */
void
assert_text(void **state, const char *name, struct span bytes, const char *text)
{
	struct outcome o = read_bytes(state, name, bytes);
	struct buf got = {0};

	assert_int_equal(o.err, OK);
	buf_put_span(&got, buf_span(&o.doc.text));
	assert_string_equal(buf_cstr(&got), text);
	buf_clear(&got);
	document_clear(&o.doc);
}

/* There is no text, with this code and these words in the reason. */
void
assert_fails(void **state, const char *name, struct span bytes, const char *code, const char *words)
{
	struct outcome o = read_bytes(state, name, bytes);

	assert_int_not_equal(o.err, OK);
	assert_string_equal(o.failure.code, code);
	if (strstr(o.failure.reason, words) == NULL)
		assert_string_equal(o.failure.reason, words);
	document_clear(&o.doc);
}

/* Is there a mark of this type, number and name over these words? */
bool
has_mark(const struct document *d, enum mark_type type, uint32_t number, const char *words,
	 const char *name)
{
	for (size_t i = 0; i < d->marks.n; i++) {
		const struct mark *m = &d->marks.list[i];
		struct span over =
		    span_sub(buf_span(&d->text), (size_t)m->start, (size_t)(m->end - m->start));

		if (m->type == type && m->number == number && span_is(over, words) &&
		    span_is(marks_name(&d->marks, m), name))
			return true;
	}
	return false;
}

void
load_sample(const char *folder, const char *name, const char *end, struct buf *out)
{
	const char *samples = getenv("SAMPLES");
	char path[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s%s/%s%s", samples != NULL ? samples : SAMPLES_DIR, folder,
		 name, end);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s is missing", path);
	do {
		char *to = buf_reserve(out, 65536);

		assert_non_null(to);
		n = fread(to, 1, 65536, f);
		out->n += n;
	} while (n > 0);
	fclose(f);
}

static void
print_document(const struct document *d, struct buf *out)
{
	buf_put_span(out, buf_span(&d->text));
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_put_char(out, '\n');
	buf_put_str(out, "--- marks\n");
	for (size_t i = 0; i < d->marks.n; i++) {
		const struct mark *m = &d->marks.list[i];
		struct span name = marks_name(&d->marks, m);

		buf_printf(out, "%s %u %zu %zu ", mark_type_name(m->type), m->number,
			   (size_t)m->start, (size_t)m->end);
		buf_put_span(out, name.n > 0 ? name : SPAN("-"));
		buf_put_char(out, '\n');
	}
}

void
assert_sample(void **state, const char *name, const char *format)
{
	struct buf bytes = {0}, expected = {0}, got = {0};
	struct outcome o;

	load_sample("", name, "", &bytes);
	load_sample("/expected", name, ".expected", &expected);
	o = read_bytes(state, name, buf_span(&bytes));
	if (o.err != OK)
		fail_msg("%s: %s", name, o.failure.reason);
	assert_string_equal(o.doc.format, format);
	assert_string_equal(o.doc.cut, "");
	print_document(&o.doc, &got);
	assert_string_equal(buf_cstr(&got), buf_cstr(&expected));
	document_clear(&o.doc);
	buf_clear(&bytes);
	buf_clear(&expected);
	buf_clear(&got);
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame - the messages' bytes. Everything goes through frame_take(), which is
 * the one place that compares with the end.
 */
#include "common/frame.h"

#include "common/utf8.h"

#include <math.h>

size_t
frame_begin(struct buf *b, enum frame_type type)
{
	size_t begun = b->n;

	frame_put_u32(b, 0);
	buf_put_char(b, (char)type);
	return begun;
}

void
frame_end(struct buf *b, size_t begun)
{
	uint32_t n;

	if (b->failed)
		return;
	if (b->n - begun - FRAME_HEADER_BYTES > FRAME_BYTES_MAX) {
		b->failed = true;
		return;
	}
	n = (uint32_t)(b->n - begun - FRAME_HEADER_BYTES);
	memcpy(b->p + begun, &n, sizeof n);
}

void
frame_put_u32(struct buf *b, uint32_t n)
{
	buf_put(b, &n, sizeof n);
}

void
frame_put_u64(struct buf *b, uint64_t n)
{
	buf_put(b, &n, sizeof n);
}

void
frame_put_f64(struct buf *b, double n)
{
	buf_put(b, &n, sizeof n);
}

void
frame_put_span(struct buf *b, struct span s)
{
	if (s.n > FRAME_BYTES_MAX) {
		b->failed = true;
		return;
	}
	frame_put_u32(b, (uint32_t)s.n);
	buf_put_span(b, s);
}

void
frame_put_limits(struct buf *b, const struct limits *l)
{
	frame_put_u64(b, l->file_bytes);
	frame_put_u64(b, l->text_bytes);
	frame_put_u64(b, l->unpacked_bytes);
	frame_put_u64(b, l->unpacked_ratio);
	frame_put_u64(b, l->pages);
	frame_put_u64(b, l->parts);
	frame_put_u64(b, l->part_depth);
	frame_put_u64(b, l->memory_bytes);
	frame_put_u64(b, l->cpu_s);
	frame_put_u64(b, l->ocr_confidence);
	frame_put_u64(b, l->lua_memory_bytes);
	frame_put_u64(b, l->lua_instructions);
}

void
frame_put_level(struct buf *b, const struct worker_level *l)
{
	frame_put_u32(b, l->reader_version);
	frame_put_u32(b, l->seccomp);
	frame_put_u32(b, l->landlock);
	frame_put_u32(b, (uint32_t)l->off_count);
	for (size_t i = 0; i < l->off_count; i++)
		frame_put_span(b, span_of(l->off[i]));
	frame_put_u32(b, l->ocr);
	frame_put_span(b, span_of(l->ocr_languages));
	frame_put_span(b, span_of(l->ocr_missing));
}

void
frame_put_decl(struct buf *b, const struct plugin_decl *d)
{
	frame_put_span(b, span_of(d->name));
	frame_put_span(b, span_of(d->about));
	frame_put_u32(b, d->version);
	frame_put_u32(b, (uint32_t)d->kind_count);
	for (size_t i = 0; i < d->kind_count; i++) {
		const struct kind_decl *k = &d->kinds[i];

		frame_put_span(b, span_of(k->name));
		frame_put_u32(b, (uint32_t)k->field_count);
		for (size_t j = 0; j < k->field_count; j++) {
			frame_put_span(b, span_of(k->fields[j].name));
			frame_put_u32(b, (uint32_t)k->fields[j].type);
		}
	}
}

void
frame_put_record(struct buf *b, const struct record *r)
{
	frame_put_span(b, r->kind);
	frame_put_u64(b, r->start);
	frame_put_u64(b, r->end);
	frame_put_f64(b, r->confidence);
	frame_put_u32(b, (uint32_t)r->field_count);
	for (size_t i = 0; i < r->field_count; i++) {
		const struct field *f = &r->fields[i];

		frame_put_span(b, f->name);
		frame_put_u32(b, f->list);
		frame_put_u32(b, (uint32_t)f->value_count);
		for (size_t k = 0; k < f->value_count; k++) {
			if (f->type == FIELD_NUMBER)
				frame_put_f64(b, f->values[k].number);
			else
				frame_put_span(b, f->values[k].text);
		}
	}
}

enum err
frame_next(struct span in, size_t max, struct frame *f, size_t *used)
{
	uint32_t n;

	*used = 0;
	if (in.n < FRAME_HEADER_BYTES)
		return OK;
	memcpy(&n, in.p, sizeof n);
	if (n > max)
		return ERR_LIMIT;
	f->type = (enum frame_type)(unsigned char)in.p[4];
	if (f->type < FRAME_LIMITS || f->type > FRAME_DONE)
		return ERR_FORMAT;
	if (in.n - FRAME_HEADER_BYTES < n)
		return OK;
	f->rest = (struct span){in.p + FRAME_HEADER_BYTES, n};
	f->bad = false;
	*used = FRAME_HEADER_BYTES + (size_t)n;
	return OK;
}

static bool
frame_take(struct frame *f, void *to, size_t n)
{
	if (f->bad || f->rest.n < n) {
		f->bad = true;
		memset(to, 0, n);
		return false;
	}
	memcpy(to, f->rest.p, n);
	f->rest = span_sub(f->rest, n, f->rest.n);
	return true;
}

uint32_t
frame_get_u32(struct frame *f)
{
	uint32_t n;

	frame_take(f, &n, sizeof n);
	return n;
}

uint64_t
frame_get_u64(struct frame *f)
{
	uint64_t n;

	frame_take(f, &n, sizeof n);
	return n;
}

double
frame_get_f64(struct frame *f)
{
	double n;

	frame_take(f, &n, sizeof n);
	return n;
}

struct span
frame_get_span(struct frame *f)
{
	uint32_t n = frame_get_u32(f);
	struct span s;

	if (f->bad || f->rest.n < n) {
		f->bad = true;
		return (struct span){0};
	}
	s = (struct span){f->rest.p, n};
	f->rest = span_sub(f->rest, n, f->rest.n);
	return s;
}

void
frame_get_limits(struct frame *f, struct limits *l)
{
	l->file_bytes = frame_get_u64(f);
	l->text_bytes = frame_get_u64(f);
	l->unpacked_bytes = frame_get_u64(f);
	l->unpacked_ratio = frame_get_u64(f);
	l->pages = frame_get_u64(f);
	l->parts = frame_get_u64(f);
	l->part_depth = frame_get_u64(f);
	l->memory_bytes = frame_get_u64(f);
	l->cpu_s = frame_get_u64(f);
	l->ocr_confidence = frame_get_u64(f);
	l->lua_memory_bytes = frame_get_u64(f);
	l->lua_instructions = frame_get_u64(f);
}

static void
frame_get_name(struct frame *f, char name[NAME_BYTES_MAX + 1])
{
	struct span s = frame_get_span(f);

	name[0] = '\0';
	if (f->bad || !record_name_valid(s)) {
		f->bad = true;
		return;
	}
	memcpy(name, s.p, s.n);
	name[s.n] = '\0';
}

/* A text for people, with its NUL. */
static void
frame_get_text(struct frame *f, char *to, size_t max)
{
	struct span s = frame_get_span(f);

	if (s.n > max || !utf8_valid(s))
		f->bad = true;
	else if (s.n > 0)
		memcpy(to, s.p, s.n);
}

void
frame_get_level(struct frame *f, struct worker_level *l)
{
	uint32_t seccomp, ocr, n;

	memset(l, 0, sizeof *l);
	l->reader_version = frame_get_u32(f);
	seccomp = frame_get_u32(f);
	l->seccomp = seccomp != 0;
	l->landlock = frame_get_u32(f);
	n = frame_get_u32(f);
	if (seccomp > 1 || n > READERS_OFF_MAX)
		f->bad = true;
	for (uint32_t i = 0; i < n && !f->bad; i++)
		frame_get_name(f, l->off[l->off_count++]);
	ocr = frame_get_u32(f);
	l->ocr = ocr != 0;
	if (ocr > 1)
		f->bad = true;
	frame_get_text(f, l->ocr_languages, OCR_LANGUAGES_BYTES);
	frame_get_text(f, l->ocr_missing, OCR_MISSING_BYTES);
}

void
frame_get_decl(struct frame *f, struct plugin_decl *d)
{
	uint32_t kinds;

	memset(d, 0, sizeof *d);
	frame_get_name(f, d->name);
	frame_get_text(f, d->about, ABOUT_BYTES_MAX);
	d->version = frame_get_u32(f);
	kinds = frame_get_u32(f);
	if (kinds > PLUGIN_KINDS_MAX)
		f->bad = true;
	for (uint32_t i = 0; i < kinds && !f->bad; i++) {
		struct kind_decl *k = &d->kinds[d->kind_count++];
		uint32_t fields;

		frame_get_name(f, k->name);
		fields = frame_get_u32(f);
		if (fields > KIND_FIELDS_MAX)
			f->bad = true;
		for (uint32_t j = 0; j < fields && !f->bad; j++) {
			struct field_decl *fd = &k->fields[k->field_count++];

			frame_get_name(f, fd->name);
			fd->type = (enum field_type)frame_get_u32(f);
			if (field_type_name(fd->type) == NULL ||
			    record_name_reserved(span_of(fd->name)))
				f->bad = true;
		}
	}
}

/* YYYY, YYYY-MM or YYYY-MM-DD with a month and day in range. */
static bool
frame_date_valid(struct span s)
{
	if (s.n != 4 && s.n != 7 && s.n != 10)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
			return false;
	if (s.n >= 7) {
		int month = (s.p[5] - '0') * 10 + s.p[6] - '0';

		if (month < 1 || month > 12)
			return false;
	}
	if (s.n == 10) {
		int day = (s.p[8] - '0') * 10 + s.p[9] - '0';

		if (day < 1 || day > 31)
			return false;
	}
	return true;
}

static void
frame_get_value(struct frame *f, enum field_type type, struct value *v)
{
	*v = (struct value){0};
	if (type == FIELD_NUMBER) {
		v->number = frame_get_f64(f);
		if (!isfinite(v->number))
			f->bad = true;
		return;
	}
	v->text = frame_get_span(f);
	if (v->text.n > RECORD_FIELD_BYTES_MAX || !utf8_valid(v->text) ||
	    (type == FIELD_DATE && !frame_date_valid(v->text)))
		f->bad = true;
}

void
frame_get_record(struct frame *f, const struct plugin_decl *d, uint64_t text_bytes,
		 struct record *r, struct value *values)
{
	const struct kind_decl *k;
	uint32_t fields;
	size_t total = 0;

	memset(r, 0, sizeof *r);
	r->kind = frame_get_span(f);
	r->start = frame_get_u64(f);
	r->end = frame_get_u64(f);
	r->confidence = frame_get_f64(f);
	fields = frame_get_u32(f);
	k = f->bad ? NULL : plugin_decl_kind(d, r->kind);
	if (k == NULL || r->start > r->end || r->end > text_bytes || !(r->confidence >= 0) ||
	    !(r->confidence <= 1) || fields > k->field_count) {
		f->bad = true;
		return;
	}
	for (uint32_t i = 0; i < fields && !f->bad; i++) {
		struct field *field = &r->fields[r->field_count++];
		const struct field_decl *fd;
		uint32_t n;

		field->name = frame_get_span(f);
		field->list = frame_get_u32(f) != 0;
		n = frame_get_u32(f);
		fd = f->bad ? NULL : kind_decl_field(k, field->name);
		if (fd == NULL || n > RECORD_VALUES_MAX - total || (n == 0 && !field->list) ||
		    (n > 1 && !field->list)) {
			f->bad = true;
			return;
		}
		for (size_t j = 0; j + 1 < r->field_count; j++)
			if (span_eq(r->fields[j].name, field->name))
				f->bad = true;
		field->type = fd->type;
		field->value_count = n;
		field->values = values + total;
		for (uint32_t j = 0; j < n && !f->bad; j++)
			frame_get_value(f, fd->type, &values[total++]);
	}
}

enum err
frame_done(const struct frame *f)
{
	return f->bad || f->rest.n != 0 ? ERR_FORMAT : OK;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stored - encoding and decoding, by the frames' own primitives.
 */
#include "index/stored.h"

#include "common/frame.h"
#include "common/utf8.h"

#include <zlib.h>
#include <zstd.h>

/* Leaves room for the checksum; returns where it begins. */
static size_t
stored_begin(struct buf *out)
{
	size_t begun = out->n;

	frame_put_u32(out, 0);
	return begun;
}

static uint32_t
stored_crc(const char *p, size_t n)
{
	return (uint32_t)crc32_z(0, (const unsigned char *)p, n);
}

static void
stored_end(struct buf *out, size_t begun)
{
	uint32_t crc;

	if (out->failed)
		return;
	crc = stored_crc(out->p + begun + sizeof crc, out->n - begun - sizeof crc);
	memcpy(out->p + begun, &crc, sizeof crc);
}

/* A reader of what follows the checksum; bad when it does not hold. */
static struct frame
stored_open(struct span in)
{
	struct frame f = {.rest = in};
	uint32_t crc = frame_get_u32(&f);

	if (!f.bad && stored_crc(f.rest.p, f.rest.n) != crc)
		f.bad = true;
	return f;
}

static void
stored_get_bytes(struct frame *f, void *to, size_t n)
{
	if (f->bad || f->rest.n < n) {
		f->bad = true;
		return;
	}
	memcpy(to, f->rest.p, n);
	f->rest = span_sub(f->rest, n, f->rest.n);
}

/* --- documents --- */

void
stored_document_encode(const struct stored_document *d, struct buf *out)
{
	size_t begun = stored_begin(out);

	buf_put(out, d->info.sha256, sizeof d->info.sha256);
	buf_put(out, d->info.plugin_set, sizeof d->info.plugin_set);
	frame_put_u64(out, d->info.size);
	frame_put_u64(out, d->info.text_bytes);
	frame_put_u64(out, (uint64_t)d->info.indexed_ms);
	frame_put_u32(out, d->info.pages);
	frame_put_u32(out, d->info.reader_version);
	frame_put_u32(out, d->info.records);
	frame_put_u32(out, d->info.ocr);
	frame_put_u32(out, d->next_number);
	frame_put_span(out, d->info.format);
	frame_put_span(out, d->info.title);
	frame_put_span(out, d->info.cut);
	frame_put_span(out, d->role);
	frame_put_span(out, d->language);
	frame_put_span(out, d->kinds);
	frame_put_span(out, d->failures);
	stored_end(out, begun);
}

enum err
stored_document_decode(struct span in, struct stored_document *out)
{
	struct frame f = stored_open(in);
	uint32_t ocr;

	*out = (struct stored_document){0};
	stored_get_bytes(&f, out->info.sha256, sizeof out->info.sha256);
	stored_get_bytes(&f, out->info.plugin_set, sizeof out->info.plugin_set);
	out->info.size = frame_get_u64(&f);
	out->info.text_bytes = frame_get_u64(&f);
	out->info.indexed_ms = (int64_t)frame_get_u64(&f);
	out->info.pages = frame_get_u32(&f);
	out->info.reader_version = frame_get_u32(&f);
	out->info.records = frame_get_u32(&f);
	ocr = frame_get_u32(&f);
	out->info.ocr = (enum document_ocr)ocr;
	out->next_number = frame_get_u32(&f);
	out->info.format = frame_get_span(&f);
	out->info.title = frame_get_span(&f);
	out->info.cut = frame_get_span(&f);
	out->role = frame_get_span(&f);
	out->language = frame_get_span(&f);
	out->kinds = frame_get_span(&f);
	out->failures = frame_get_span(&f);
	return frame_done(&f) == OK && ocr <= OCR_DONE ? OK : ERR_CORRUPT;
}

bool
stored_kind_next(struct span *kinds, uint32_t *kind, uint32_t *records)
{
	struct frame f = {.rest = *kinds};

	*kind = frame_get_u32(&f);
	*records = frame_get_u32(&f);
	*kinds = f.rest;
	return !f.bad;
}

bool
stored_failure_next(struct span *failures, struct span *plugin, struct span *reason)
{
	struct frame f = {.rest = *failures};

	*plugin = frame_get_span(&f);
	*reason = frame_get_span(&f);
	*failures = f.rest;
	return !f.bad;
}

/* --- texts --- */

void
stored_text_encode(const struct stored_text *t, struct buf *out)
{
	size_t begun = stored_begin(out);

	frame_put_u64(out, t->text_bytes);
	frame_put_span(out, t->text_zstd);
	frame_put_span(out, t->marks);
	frame_put_span(out, t->meta);
	stored_end(out, begun);
}

enum err
stored_text_decode(struct span in, struct stored_text *out)
{
	struct frame f = stored_open(in);

	*out = (struct stored_text){0};
	out->text_bytes = frame_get_u64(&f);
	out->text_zstd = frame_get_span(&f);
	out->marks = frame_get_span(&f);
	out->meta = frame_get_span(&f);
	return frame_done(&f) == OK ? OK : ERR_CORRUPT;
}

enum err
stored_text_unpack(const struct stored_text *t, struct buf *out)
{
	char *to;
	size_t n;

	if (t->text_bytes == 0 && t->text_zstd.n == 0)
		return OK;
	/* Who packed it cannot make us reserve more than zstd's best ratio would explain. */
	if (t->text_bytes > SIZE_MAX / 2 || t->text_bytes / STORED_RATIO_MAX > t->text_zstd.n)
		return ERR_CORRUPT;
	/* One byte at least: NULL must mean that there is no memory. */
	to = buf_reserve(out, (size_t)t->text_bytes + 1);
	if (to == NULL)
		return ERR_NOMEM;
	n = ZSTD_decompress(to, (size_t)t->text_bytes, t->text_zstd.p, t->text_zstd.n);
	if (ZSTD_isError(n) || n != t->text_bytes || !utf8_valid((struct span){to, n}))
		return ERR_CORRUPT;
	out->n += n;
	return OK;
}

/* --- evidence --- */

void
stored_record_encode(const struct stored_record *r, struct buf *out)
{
	size_t begun = stored_begin(out);

	frame_put_u64(out, r->start);
	frame_put_u64(out, r->end);
	frame_put_u32(out, r->kind);
	buf_put(out, r->uid, sizeof r->uid);
	buf_put_span(out, r->json);
	stored_end(out, begun);
}

enum err
stored_record_decode(struct span in, struct stored_record *out)
{
	struct frame f = stored_open(in);

	*out = (struct stored_record){0};
	out->start = frame_get_u64(&f);
	out->end = frame_get_u64(&f);
	out->kind = frame_get_u32(&f);
	stored_get_bytes(&f, out->uid, sizeof out->uid);
	out->json = f.rest;
	return f.bad ? ERR_CORRUPT : OK;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drafts - decode, order fields, name by hash, order records.
 */
#include "index/drafts.h"

#include "common/frame.h"
#include "index/stored.h"
#include "text/record_json.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define DRAFT_ID_MAX 64

/* --- names by hash --- */

static void
draft_hash_u64(struct buf *b, uint64_t n)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_put_char(b, (char)(n >> shift));
}

static void
draft_hash_span(struct buf *b, struct span s)
{
	draft_hash_u64(b, s.n);
	buf_put_span(b, s);
}

static void
draft_hash_field(struct buf *b, const struct field *f)
{
	draft_hash_span(b, f->name);
	buf_put_char(b, (char)f->type);
	draft_hash_u64(b, f->value_count);
	for (size_t i = 0; i < f->value_count; i++) {
		uint64_t bits;

		if (f->type != FIELD_NUMBER) {
			draft_hash_span(b, f->values[i].text);
			continue;
		}
		memcpy(&bits, &f->values[i].number, sizeof bits);
		draft_hash_u64(b, bits);
	}
}

static enum err
draft_sha256(struct span bytes, unsigned char uid[16])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes.p, bytes.n, hash, NULL, EVP_sha256(), NULL) != 1)
		return ERR_NOMEM;
	memcpy(uid, hash, 16);
	return OK;
}

static enum err
draft_name(struct draft *draft, const unsigned char sha256[32], struct buf *scratch)
{
	enum err e;

	buf_reset(scratch);
	buf_put(scratch, sha256, 32);
	draft_hash_span(scratch, draft->r.kind);
	draft_hash_u64(scratch, draft->r.start);
	draft_hash_u64(scratch, draft->r.end);
	for (size_t i = 0; i < draft->r.field_count; i++)
		draft_hash_field(scratch, &draft->r.fields[i]);
	e = buf_err(scratch);
	return e == OK ? draft_sha256(buf_span(scratch), draft->uid) : e;
}

static int
draft_cmp_uid(const void *a, const void *b)
{
	const struct draft *x = *(struct draft *const *)a, *y = *(struct draft *const *)b;
	int c = memcmp(x->uid, y->uid, sizeof x->uid);

	if (c == 0)
		c = span_cmp(x->plugin, y->plugin);
	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

/* The second of equal records and those after it get names of their own. */
static enum err
drafts_tell_apart(struct drafts *d)
{
	unsigned char base[16] = {0};
	uint32_t ordinal = 0;
	enum err e = OK;

	if (d->n > 1)
		qsort(d->list, d->n, sizeof(*d->list), draft_cmp_uid);
	for (size_t i = 0; i < d->n && e == OK; i++) {
		struct draft *draft = d->list[i];
		unsigned char bytes[20];

		if (i == 0 || memcmp(draft->uid, base, sizeof base) != 0) {
			memcpy(base, draft->uid, sizeof base);
			ordinal = 0;
			continue;
		}
		ordinal++;
		memcpy(bytes, base, sizeof base);
		for (size_t k = 0; k < 4; k++)
			bytes[16 + k] = (unsigned char)(ordinal >> 8 * (3 - k));
		e = draft_sha256((struct span){(char *)bytes, sizeof bytes}, draft->uid);
	}
	return e;
}

/* --- order --- */

static int
draft_cmp_place(const void *a, const void *b)
{
	const struct draft *x = *(struct draft *const *)a, *y = *(struct draft *const *)b;
	int c;

	if (x->r.start != y->r.start)
		return x->r.start < y->r.start ? -1 : 1;
	if (x->r.end != y->r.end)
		return x->r.end > y->r.end ? -1 : 1;
	c = span_cmp(x->r.kind, y->r.kind);
	if (c == 0)
		c = span_cmp(x->plugin, y->plugin);
	return c != 0 ? c : memcmp(x->uid, y->uid, sizeof x->uid);
}

static int
draft_cmp_field(const void *a, const void *b)
{
	const struct field *x = a, *y = b;

	return span_cmp(x->name, y->name);
}

/* --- decoding --- */

static enum err
drafts_add(struct drafts *d, const struct record *r, const struct value *values,
	   const struct plugin_decl *plugin, uint32_t kind)
{
	struct draft *draft = calloc(1, sizeof *draft);
	size_t n = 0;

	if (draft == NULL)
		return ERR_NOMEM;
	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 16 : d->cap * 2;
		struct draft **list = reallocarray(d->list, cap, sizeof(*list));

		if (list == NULL) {
			free(draft);
			return ERR_NOMEM;
		}
		d->list = list;
		d->cap = cap;
	}
	draft->seq = d->n;
	d->list[d->n++] = draft;
	draft->r = *r;
	draft->plugin = span_of(plugin->name);
	draft->kind = kind;
	for (size_t i = 0; i < r->field_count; i++)
		n += r->fields[i].value_count;
	draft->values = calloc(n + 1, sizeof *draft->values);
	if (draft->values == NULL)
		return ERR_NOMEM;
	memcpy(draft->values, values, n * sizeof *values);
	n = 0;
	for (size_t i = 0; i < r->field_count; i++) {
		draft->r.fields[i].values = draft->values + n;
		n += r->fields[i].value_count;
	}
	qsort(draft->r.fields, r->field_count, sizeof *r->fields, draft_cmp_field);
	return OK;
}

static enum err
drafts_decode(struct drafts *d, const struct catalogue *cat, uint64_t text_bytes,
	      const struct plugin_result *result, struct record *r, struct value *values)
{
	struct frame f = {.rest = result->frames};

	for (uint32_t i = 0; i < result->count; i++) {
		enum err e;

		frame_get_record(&f, result->plugin, text_bytes, r, values);
		if (f.bad)
			return ERR_CORRUPT;
		if (!catalogue_knows(cat, r))
			continue;
		e = drafts_add(d, r, values, result->plugin, catalogue_kind(cat, r->kind)->number);
		if (e != OK)
			return e;
	}
	return frame_done(&f) == OK ? OK : ERR_CORRUPT;
}

enum err
drafts_make(const struct catalogue *cat, const unsigned char sha256[32], uint64_t text_bytes,
	    const struct plugin_result *results, size_t n, struct drafts *out)
{
	struct value *values = calloc(RECORD_VALUES_MAX, sizeof *values);
	struct record *r = calloc(1, sizeof *r);
	struct buf scratch = {0};
	enum err e = values == NULL || r == NULL ? ERR_NOMEM : OK;

	for (size_t i = 0; i < n && e == OK; i++)
		if (!results[i].failed || results[i].count > 0)
			e = drafts_decode(out, cat, text_bytes, &results[i], r, values);
	for (size_t i = 0; i < out->n && e == OK; i++)
		e = draft_name(out->list[i], sha256, &scratch);
	if (e == OK)
		e = drafts_tell_apart(out);
	if (e == OK && out->n > 1)
		qsort(out->list, out->n, sizeof(*out->list), draft_cmp_place);
	buf_clear(&scratch);
	free(values);
	free(r);
	return e;
}

void
drafts_clear(struct drafts *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->list[i]->values);
		free(d->list[i]);
	}
	free(d->list);
	*d = (struct drafts){0};
}

/* --- what is stored of them --- */

void
draft_encode(const struct draft *draft, uint64_t document, const struct document *text,
	     struct buf *out)
{
	struct stored_record stored = {.start = draft->r.start,
				       .end = draft->r.end,
				       .kind = draft->kind};
	struct buf json = {0};
	struct jwrite o = {.buf = &json};
	static const char digits[] = "0123456789abcdef";
	char id[DRAFT_ID_MAX], uid[32];
	int n;

	memcpy(stored.uid, draft->uid, sizeof stored.uid);
	for (size_t i = 0; i < sizeof draft->uid; i++) {
		uid[2 * i] = digits[draft->uid[i] >> 4];
		uid[2 * i + 1] = digits[draft->uid[i] & 15];
	}
	jwrite_object_begin(&o);
	n = snprintf(id, sizeof id, "%llu.%u", (unsigned long long)document, draft->number);
	jwrite_put_string(&o, "id", (struct span){id, (size_t)n});
	jwrite_put_string(&o, "uid", (struct span){uid, sizeof uid});
	n = snprintf(id, sizeof id, "%llu", (unsigned long long)document);
	jwrite_put_string(&o, "document", (struct span){id, (size_t)n});
	record_json_body(&draft->r, text, draft->plugin, &o);
	stored.json = buf_span(&json);
	stored_record_encode(&stored, out);
	if (json.failed)
		out->failed = true;
	buf_clear(&json);
}

enum err
drafts_kinds(const struct drafts *d, struct buf *out)
{
	for (size_t i = 0; i < d->n; i++) {
		uint32_t records = 1;
		bool first = true;

		for (size_t at = 0; at < out->n && first && !out->failed; at += 8) {
			uint32_t kind;

			memcpy(&kind, out->p + at, sizeof kind);
			if (kind != d->list[i]->kind)
				continue;
			memcpy(&records, out->p + at + 4, sizeof records);
			records++;
			memcpy(out->p + at + 4, &records, sizeof records);
			first = false;
		}
		if (!first)
			continue;
		frame_put_u32(out, d->list[i]->kind);
		frame_put_u32(out, records);
	}
	return buf_err(out);
}

enum err
drafts_vector(const struct drafts *d, const struct catalogue *cat, struct buf *out)
{
	struct vector_record *records = calloc(d->n + 1, sizeof *records);
	enum err e;

	if (records == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < d->n; i++) {
		const struct draft *draft = d->list[i];

		records[i] = (struct vector_record){.number = draft->number,
						    .start = draft->r.start,
						    .plugin = draft->plugin,
						    .r = &draft->r};
	}
	e = vectors_build(cat, records, d->n, out);
	free(records);
	return e;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vectors_build - makes a document's vector from its records.
 *
 *  1  Every term that a record has becomes an entry (unit, bytes, record, position).
 *  2  The entries are sorted.
 *  3  They are written off in one go: per unit its records, its terms, their offsets.
 */
#include "index/vector.h"
#include "index/vector_form.h"
#include "index/vectors.h"
#include "text/date.h"
#include "text/words.h"

#include <stdio.h>
#include <stdlib.h>

#define BUILD_ENTRIES_MAX (8u * 1024 * 1024)
#define BUILD_GAP         2 /* between the positions of two values: no phrase goes across */
#define YEAR_MAX          9999

struct build_entry {
	uint64_t head;        /* the term's first bytes, big-endian: most comparisons end there */
	uint32_t unit, at, n; /* the term lies in build.pool */
	uint32_t record, position;
};

struct build {
	const struct catalogue *cat;
	struct buf pool;
	struct buf entries; /* of struct build_entry */
	enum err e;
	uint32_t record; /* being put */

	/* Of the words being put: */
	uint32_t field_unit; /* 0: the kind's unit only */
	uint32_t kind_unit;
	uint32_t field_position, kind_position;
};

/* --- 1: entries --- */

static void
build_put(struct build *b, uint32_t unit, size_t at, size_t n, uint32_t position)
{
	struct build_entry entry = {.unit = unit, .at = (uint32_t)at, .n = (uint32_t)n};

	if (b->e != OK)
		return;
	if (b->pool.n > VECTOR_BYTES_MAX || b->entries.n / sizeof entry >= BUILD_ENTRIES_MAX) {
		b->e = ERR_LIMIT;
		return;
	}
	entry.record = b->record;
	entry.position = position;
	if (!b->pool.failed)
		for (size_t i = 0; i < 8; i++)
			entry.head =
			    entry.head << 8 | (i < n ? (unsigned char)b->pool.p[at + i] : 0u);
	buf_put(&b->entries, &entry, sizeof entry);
}

static void
build_put_span(struct build *b, uint32_t unit, struct span term)
{
	size_t at = b->pool.n;

	buf_put_span(&b->pool, term);
	build_put(b, unit, at, term.n, 0);
}

static void
build_on_word(void *ctx, struct span folded, size_t from, size_t to)
{
	struct build *b = ctx;
	size_t at = b->pool.n;

	(void)from;
	(void)to;
	buf_put_span(&b->pool, folded);
	if (b->field_unit != 0)
		build_put(b, b->field_unit, at, folded.n, b->field_position++);
	build_put(b, b->kind_unit, at, folded.n, b->kind_position++);
}

static void
build_words(struct build *b, struct span text)
{
	enum err e = words_each(text, build_on_word, b);

	if (b->e == OK)
		b->e = e;
	b->field_position += BUILD_GAP;
	b->kind_position += BUILD_GAP;
}

static void
build_days(struct build *b, uint32_t unit, int32_t first, int32_t last)
{
	size_t at = b->pool.n;

	vector_put_day(&b->pool, first);
	vector_put_day(&b->pool, last);
	build_put(b, unit, at, VECTOR_DATE_BYTES, 0);
}

static void
build_value(struct build *b, const struct catalogue_field *field, const struct value *value)
{
	size_t at = b->pool.n;
	int32_t first, last;

	switch (field->type) {
	case FIELD_TEXT:
		b->field_unit = field->number;
		build_words(b, value->text);
		break;
	case FIELD_KEY:
		if (value->text.n == 0)
			break;
		if (words_nfc(value->text, &b->pool) != OK)
			b->e = ERR_NOMEM;
		build_put(b, field->number, at, b->pool.n - at, 0);
		b->field_unit = 0;
		build_words(b, value->text);
		break;
	case FIELD_NUMBER:
		vector_put_number(&b->pool, value->number);
		build_put(b, field->number, at, VECTOR_NUMBER_BYTES, 0);
		break;
	case FIELD_DATE:
		if (date_days(value->text, &first, &last))
			build_days(b, field->number, first, last);
		break;
	}
}

static const struct field *
build_field(const struct record *r, const char *name, enum field_type type)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (r->fields[i].type == type && r->fields[i].value_count > 0 &&
		    span_is(r->fields[i].name, name))
			return &r->fields[i];
	return NULL;
}

static void
build_year(struct build *b, double year)
{
	char iso[DATE_BYTES];
	int32_t first, last;

	if (!(year >= 1 && year <= YEAR_MAX) || year != (double)(int)year)
		return;
	snprintf(iso, sizeof iso, "%04d", (int)year);
	if (date_days(span_of(iso), &first, &last))
		build_days(b, VECTOR_UNIT_DATE, first, last);
}

/* When the record says that something was, whatever the fields are called: for `date:`. */
static void
build_dates(struct build *b, const struct record *r)
{
	const struct field *from = build_field(r, "date_from", FIELD_DATE);
	const struct field *to = build_field(r, "date_to", FIELD_DATE);
	const struct field *year = build_field(r, "year", FIELD_NUMBER);
	static const char *const names[] = {"date", "year"};
	int32_t first, last, other;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct field *f = build_field(r, names[i], FIELD_DATE);

		for (size_t k = 0; f != NULL && k < f->value_count; k++)
			if (date_days(f->values[k].text, &first, &last))
				build_days(b, VECTOR_UNIT_DATE, first, last);
	}
	for (size_t k = 0; year != NULL && k < year->value_count; k++)
		build_year(b, year->values[k].number);
	if (from == NULL)
		from = to;
	if (to == NULL)
		to = from;
	if (from != NULL && date_days(from->values[0].text, &first, &other) &&
	    date_days(to->values[0].text, &other, &last) && first <= last)
		build_days(b, VECTOR_UNIT_DATE, first, last);
}

static void
build_record(struct build *b, const struct vector_record *record, const struct catalogue_kind *kind)
{
	const struct record *r = record->r;

	build_put_span(b, VECTOR_UNIT_PLUGIN, record->plugin);
	build_put_span(b, kind->number, SPAN(""));
	b->kind_unit = kind->number;
	b->kind_position = 0;
	for (size_t i = 0; i < r->field_count; i++) {
		const struct field *f = &r->fields[i];
		const struct catalogue_field *field = catalogue_field_typed(kind, f->name, f->type);

		b->field_position = 0;
		for (size_t k = 0; field != NULL && k < f->value_count && b->e == OK; k++)
			build_value(b, field, &f->values[k]);
	}
	build_dates(b, r);
}

/* --- 2: order --- */

static int
build_entry_cmp(const void *a, const void *b, void *ctx)
{
	const struct build_entry *x = a, *y = b;
	const char *pool = ctx;
	int c;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	c = x->at == y->at
		? 0
		: span_cmp((struct span){pool + x->at, x->n}, (struct span){pool + y->at, y->n});
	if (c != 0)
		return c;
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	return (x->position > y->position) - (x->position < y->position);
}

static int
build_place_cmp(const void *a, const void *b)
{
	const struct vector_record *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* --- 3: writing --- */

static void
build_u32(struct buf *out, uint32_t n)
{
	buf_put(out, &n, sizeof n);
}

static void
build_set_u32(struct buf *out, size_t at, uint32_t n)
{
	if (!out->failed)
		memcpy(out->p + at, &n, sizeof n);
}

static void
build_varint(struct buf *out, uint32_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_put_char(out, (char)(n | 0x80));
	buf_put_char(out, (char)n);
}

static bool
build_same_term(const struct build *b, const struct build_entry *x, const struct build_entry *y)
{
	return x->unit == y->unit && span_eq((struct span){b->pool.p + x->at, x->n},
					     (struct span){b->pool.p + y->at, y->n});
}

/* The entries [list, end) are of one term. */
static void
build_write_list(const struct build_entry *list, const struct build_entry *end, bool positions,
		 struct buf *out)
{
	uint32_t records = 0, before = 0;

	for (const struct build_entry *p = list; p < end; p++)
		records += p == list || p[-1].record != p->record;
	build_varint(out, records);
	while (list < end) {
		const struct build_entry *of = list;
		uint32_t position = 0;

		while (list < end && list->record == of->record)
			list++;
		build_varint(out, of->record - before);
		before = of->record;
		if (!positions)
			continue;
		build_varint(out, (uint32_t)(list - of));
		for (; of < list; of++) {
			build_varint(out, of->position - position);
			position = of->position;
		}
	}
}

/* Which records have an entry in [list, end): each once, ascending. */
static void
build_write_any(const struct build_entry *list, const struct build_entry *end, uint64_t *bits,
		uint32_t records, struct buf *out)
{
	uint32_t n = 0, before = 0;

	memset(bits, 0, (records + 63) / 64 * sizeof *bits);
	for (; list < end; list++) {
		uint64_t bit = UINT64_C(1) << list->record % 64;

		n += (bits[list->record / 64] & bit) == 0;
		bits[list->record / 64] |= bit;
	}
	build_varint(out, n);
	for (uint32_t i = 0; i < records; i++)
		if ((bits[i / 64] >> i % 64 & 1) != 0) {
			build_varint(out, i - before);
			before = i;
		}
}

/* Writes one unit's terms and fills its place in the table at `table`. */
static enum err
build_write_unit(const struct build *b, const struct build_entry *list,
		 const struct build_entry *end, uint32_t flags, size_t begun, size_t table,
		 struct buf *out)
{
	struct buf offsets = {0};
	uint32_t terms = 0;
	enum err e;

	build_set_u32(out, table, list->unit);
	build_set_u32(out, table + 4, flags);
	while (list < end) {
		const struct build_entry *of = list;

		while (list < end && build_same_term(b, list, of))
			list++;
		if (of->n == 0) /* of a kind: that the record is there */
			continue;
		build_u32(&offsets, (uint32_t)(out->n - begun));
		build_varint(out, of->n);
		buf_put(out, b->pool.p + of->at, of->n);
		build_write_list(of, list, (flags & VECTOR_POSITIONS) != 0, out);
		terms++;
	}
	build_set_u32(out, table + 12, terms);
	build_set_u32(out, table + 16, (uint32_t)(out->n - begun));
	buf_put_span(out, buf_span(&offsets));
	e = buf_err(&offsets);
	buf_clear(&offsets);
	return e;
}

/* Words have positions: those of kinds and of text fields. */
static uint32_t
build_unit_flags(const struct catalogue *cat, uint32_t unit)
{
	for (size_t i = 0; i < cat->kind_count; i++) {
		const struct catalogue_kind *kind = &cat->kinds[i];

		if (kind->number == unit)
			return VECTOR_POSITIONS;
		for (size_t k = 0; k < kind->field_count; k++)
			if (kind->fields[k].number == unit)
				return kind->fields[k].type == FIELD_TEXT ? VECTOR_POSITIONS : 0;
	}
	return 0;
}

static enum err
build_write(const struct build *b, const struct vector_record *records, uint32_t n, struct buf *out)
{
	const struct build_entry *list = (const struct build_entry *)b->entries.p;
	const struct build_entry *end = list == NULL ? NULL : list + b->entries.n / sizeof *list;
	uint64_t *bits = calloc((size_t)n / 64 + 1, sizeof *bits);
	size_t begun = out->n, table;
	uint32_t units = 0;
	enum err e = bits == NULL ? ERR_NOMEM : OK;

	for (const struct build_entry *p = list; p < end; p++)
		units += p == list || p[-1].unit != p->unit;
	build_u32(out, VECTOR_MAGIC);
	build_u32(out, 0);
	build_u32(out, n);
	build_u32(out, units);
	for (uint32_t i = 0; i < n; i++) {
		buf_put(out, &records[i].start, sizeof records[i].start);
		build_u32(out, records[i].number);
	}
	table = out->n;
	for (uint32_t i = 0; i < units * VECTOR_UNIT_BYTES; i += 4)
		build_u32(out, 0);
	while (e == OK && list < end && out->n - begun <= VECTOR_BYTES_MAX) {
		const struct build_entry *of = list;

		while (list < end && list->unit == of->unit)
			list++;
		build_set_u32(out, table + 8, (uint32_t)(out->n - begun));
		build_write_any(of, list, bits, n, out);
		e = build_write_unit(b, of, list, build_unit_flags(b->cat, of->unit), begun, table,
				     out);
		table += VECTOR_UNIT_BYTES;
	}
	free(bits);
	if (out->n - begun > VECTOR_BYTES_MAX)
		return ERR_LIMIT;
	build_set_u32(out, begun + 4, (uint32_t)(out->n - begun));
	return e != OK ? e : buf_err(out);
}

enum err
vectors_build(const struct catalogue *cat, const struct vector_record *records, size_t n,
	      struct buf *out)
{
	struct build b = {.cat = cat};
	struct vector_record *sorted = malloc((n + 1) * sizeof *sorted);
	uint32_t kept = 0;

	if (sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		if (catalogue_kind(cat, records[i].r->kind) != NULL)
			sorted[kept++] = records[i];
	qsort(sorted, kept, sizeof *sorted, build_place_cmp);
	for (uint32_t i = 0; i < kept && b.e == OK; i++) {
		b.record = i;
		build_record(&b, &sorted[i], catalogue_kind(cat, sorted[i].r->kind));
	}
	if (b.e == OK)
		b.e = buf_err(&b.pool);
	if (b.e == OK)
		b.e = buf_err(&b.entries);
	if (b.e == OK && b.entries.n > 0)
		qsort_r(b.entries.p, b.entries.n / sizeof(struct build_entry),
			sizeof(struct build_entry), build_entry_cmp, b.pool.p);
	if (b.e == OK)
		b.e = build_write(&b, sorted, kept, out);
	buf_clear(&b.pool);
	buf_clear(&b.entries);
	free(sorted);
	return b.e;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector - reading a document's terms.
 *
 * The bytes are our own and were checked once, when they came into memory, so
 * that a query need not. The list reader still never leaves them.
 */
#include "index/vector.h"
#include "index/vector_form.h"

#include <stdlib.h>

static uint32_t
vector_u32(const struct vector *v, size_t at)
{
	uint32_t n;

	memcpy(&n, v->bytes.p + at, sizeof n);
	return n;
}

/* --- terms and tests --- */

void
vector_put_number(struct buf *out, double n)
{
	unsigned char bytes[VECTOR_NUMBER_BYTES];
	uint64_t bits;

	if (n == 0)
		n = 0; /* not the negative zero */
	memcpy(&bits, &n, sizeof bits);
	bits ^= bits >> 63 != 0 ? UINT64_MAX : UINT64_C(1) << 63;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(bits >> (56 - 8 * i));
	buf_put(out, bytes, sizeof bytes);
}

void
vector_put_day(struct buf *out, int32_t day)
{
	uint32_t bits = (uint32_t)day ^ UINT32_C(0x80000000);
	unsigned char bytes[] = {(unsigned char)(bits >> 24), (unsigned char)(bits >> 16),
				 (unsigned char)(bits >> 8), (unsigned char)bits};

	buf_put(out, bytes, sizeof bytes);
}

struct span
term_test_begin(const struct term_test *test)
{
	return test->how == TERM_OVERLAP ? SPAN("") : test->from;
}

int
term_test_at(const struct term_test *test, struct span term)
{
	switch (test->how) {
	case TERM_ANY:
		return 1;
	case TERM_IS:
		return span_eq(term, test->from) ? 1 : -1;
	case TERM_PREFIX:
		return span_starts(term, test->from) ? 1 : -1;
	case TERM_RANGE:
		return span_cmp(term, test->to) <= 0 ? 1 : -1;
	case TERM_OVERLAP:
		if (span_cmp(span_sub(term, 0, 4), test->to) > 0)
			return -1;
		return span_cmp(span_sub(term, 4, 4), test->from) >= 0;
	}
	return -1;
}

/* --- lists --- */

/* Reads varints up to the bytes' end; what is missing or too large makes `bad`. */
struct vector_list {
	const unsigned char *p, *end;
	bool bad;
};

static struct vector_list
vector_list_at(const struct vector *v, size_t at)
{
	const unsigned char *p = (const unsigned char *)v->bytes.p;

	return (struct vector_list){p + (at < v->bytes.n ? at : v->bytes.n), p + v->bytes.n, false};
}

static uint32_t
vector_list_get(struct vector_list *l)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 35 && l->p < l->end; shift += 7) {
		unsigned char byte = *l->p++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			if (n > UINT32_MAX)
				break;
			return (uint32_t)n;
		}
	}
	l->bad = true;
	return 0;
}

static struct span
vector_list_bytes(struct vector_list *l)
{
	uint32_t n = vector_list_get(l);
	struct span s = {(const char *)l->p, n};

	if (n > (size_t)(l->end - l->p)) {
		l->bad = true;
		return SPAN("");
	}
	l->p += n;
	return s;
}

/* --- reading --- */

enum err
vector_open(struct span bytes, struct vector *out)
{
	uint64_t units_at;

	*out = (struct vector){bytes, 0, 0};
	if (bytes.n < VECTOR_HEAD_BYTES || vector_u32(out, 0) != VECTOR_MAGIC ||
	    vector_u32(out, 4) != bytes.n)
		return ERR_CORRUPT;
	out->records = vector_u32(out, 8);
	out->units = vector_u32(out, 12);
	units_at = VECTOR_HEAD_BYTES + (uint64_t)out->records * VECTOR_PLACE_BYTES;
	if (units_at + (uint64_t)out->units * VECTOR_UNIT_BYTES > bytes.n)
		return ERR_CORRUPT;
	return OK;
}

struct vector_place
vector_place(const struct vector *v, uint32_t record)
{
	size_t at = VECTOR_HEAD_BYTES + (size_t)record * VECTOR_PLACE_BYTES;
	struct vector_place place;

	memcpy(&place.start, v->bytes.p + at, sizeof place.start);
	place.number = vector_u32(v, at + sizeof place.start);
	return place;
}

static size_t
vector_unit_offset(const struct vector *v, uint32_t index)
{
	return VECTOR_HEAD_BYTES + (size_t)v->records * VECTOR_PLACE_BYTES +
	       (size_t)index * VECTOR_UNIT_BYTES;
}

uint32_t
vector_unit_at(const struct vector *v, uint32_t index, struct vector_unit *out)
{
	size_t at = vector_unit_offset(v, index);

	out->flags = vector_u32(v, at + 4);
	out->any = vector_u32(v, at + 8);
	out->terms = vector_u32(v, at + 12);
	out->offsets = vector_u32(v, at + 16);
	return vector_u32(v, at);
}

bool
vector_unit(const struct vector *v, uint32_t unit, struct vector_unit *out)
{
	uint32_t low = 0, high = v->units;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (vector_u32(v, vector_unit_offset(v, middle)) < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low < v->units && vector_unit_at(v, low, out) == unit;
}

static struct vector_list
vector_term_open(const struct vector *v, const struct vector_unit *u, uint32_t index,
		 struct span *term)
{
	struct vector_list l = vector_list_at(v, vector_u32(v, u->offsets + (size_t)index * 4));

	*term = vector_list_bytes(&l);
	return l;
}

struct span
vector_term(const struct vector *v, const struct vector_unit *u, uint32_t index)
{
	struct span term;

	(void)vector_term_open(v, u, index, &term);
	return term;
}

uint32_t
vector_term_from(const struct vector *v, const struct vector_unit *u, struct span from)
{
	uint32_t low = 0, high = u->terms;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (span_cmp(vector_term(v, u, middle), from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
vector_has(const struct vector *v, uint32_t unit, struct span term)
{
	struct vector_unit u;
	uint32_t at;

	if (!vector_unit(v, unit, &u))
		return false;
	if (term.n == 0)
		return true;
	at = vector_term_from(v, &u, term);
	return at < u.terms && span_eq(vector_term(v, &u, at), term);
}

/* Reads one record of a list; positions go to `positions` if that is wanted. */
static uint32_t
vector_list_record(struct vector_list *l, uint32_t before, bool has_positions,
		   struct buf *positions)
{
	uint32_t record = before + vector_list_get(l);
	uint32_t n = has_positions ? vector_list_get(l) : 0;

	for (uint32_t position = 0; n > 0 && !l->bad; n--) {
		uint64_t place;

		position += vector_list_get(l);
		place = (uint64_t)record << 32 | position;
		if (positions != NULL)
			buf_put(positions, &place, sizeof place);
	}
	return record;
}

static void
vector_list_mark(const struct vector *v, struct vector_list l, bool has_positions, uint64_t *bits)
{
	uint32_t record = 0;

	for (uint32_t n = vector_list_get(&l); n > 0; n--) {
		record = vector_list_record(&l, record, has_positions, NULL);
		if (l.bad || record >= v->records)
			return;
		bits[record / 64] |= UINT64_C(1) << record % 64;
	}
}

void
vector_match(const struct vector *v, uint32_t unit, const struct term_test *test, uint64_t *bits)
{
	struct vector_unit u;

	if (!vector_unit(v, unit, &u))
		return;
	if (test->how == TERM_ANY) {
		vector_list_mark(v, vector_list_at(v, u.any), false, bits);
		return;
	}
	for (uint32_t i = vector_term_from(v, &u, term_test_begin(test)); i < u.terms; i++) {
		struct span term;
		struct vector_list l = vector_term_open(v, &u, i, &term);
		int passes = term_test_at(test, term);

		if (passes < 0)
			break;
		if (passes > 0)
			vector_list_mark(v, l, (u.flags & VECTOR_POSITIONS) != 0, bits);
	}
}

static int
vector_position_cmp(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

void
vector_positions(const struct vector *v, uint32_t unit, const struct term_test *test,
		 struct buf *out)
{
	struct vector_unit u;
	size_t begun = out->n, terms = 0;

	if (!vector_unit(v, unit, &u) || (u.flags & VECTOR_POSITIONS) == 0)
		return;
	for (uint32_t i = vector_term_from(v, &u, term_test_begin(test)); i < u.terms; i++) {
		struct span term;
		struct vector_list l = vector_term_open(v, &u, i, &term);
		uint32_t record = 0;

		if (term_test_at(test, term) <= 0)
			break;
		terms++;
		for (uint32_t n = vector_list_get(&l); n > 0 && !l.bad; n--)
			record = vector_list_record(&l, record, true, out);
	}
	if (terms > 1 && !out->failed)
		qsort(out->p + begun, (out->n - begun) / sizeof(uint64_t), sizeof(uint64_t),
		      vector_position_cmp);
}

/* --- checking --- */

static bool
vector_list_check(const struct vector *v, struct vector_list *l, bool has_positions)
{
	uint32_t n = vector_list_get(l);
	uint64_t record = 0;

	if (n == 0 || n > v->records)
		return false;
	for (uint32_t i = 0; i < n && !l->bad; i++) {
		uint32_t step = vector_list_get(l), positions;

		record += step;
		if ((i > 0 && step == 0) || record >= v->records)
			return false;
		positions = has_positions ? vector_list_get(l) : 0;
		if (has_positions && positions == 0)
			return false;
		for (uint64_t position = 0; positions > 0 && !l->bad; positions--) {
			position += vector_list_get(l);
			if (position > UINT32_MAX)
				return false;
		}
	}
	return !l->bad;
}

static bool
vector_unit_check(const struct vector *v, const struct vector_unit *u)
{
	struct vector_list l = vector_list_at(v, u->any);
	struct span before = SPAN("");

	if (u->any >= v->bytes.n || !vector_list_check(v, &l, false) ||
	    u->offsets + (uint64_t)u->terms * 4 > v->bytes.n)
		return false;
	for (uint32_t i = 0; i < u->terms; i++) {
		struct span term;

		l = vector_term_open(v, u, i, &term);
		if (span_cmp(before, term) >= 0 ||
		    !vector_list_check(v, &l, (u->flags & VECTOR_POSITIONS) != 0))
			return false;
		before = term;
	}
	return true;
}

enum err
vector_check(struct span bytes)
{
	struct vector v;
	struct vector_place before = {0, 0};
	uint64_t unit_before = 0;
	enum err e = vector_open(bytes, &v);

	if (e != OK)
		return e;
	for (uint32_t i = 0; i < v.records; i++) {
		struct vector_place place = vector_place(&v, i);

		if (i > 0 && (place.start < before.start ||
			      (place.start == before.start && place.number <= before.number)))
			return ERR_CORRUPT;
		before = place;
	}
	for (uint32_t i = 0; i < v.units; i++) {
		struct vector_unit u;
		uint32_t unit = vector_unit_at(&v, i, &u);

		if ((i > 0 && unit <= unit_before) || (u.flags & ~VECTOR_POSITIONS) != 0 ||
		    !vector_unit_check(&v, &u))
			return ERR_CORRUPT;
		unit_before = unit;
	}
	return OK;
}

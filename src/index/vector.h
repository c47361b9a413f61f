/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector - one document's records as sorted terms and values: the bytes that
 * vectors_build() writes, and the tests that a term can be put to.
 *
 * Terms stand below units. A unit is a number of the catalogue: a kind (its
 * terms are the words of its records' texts and keys), or a field; two units more
 * serve all kinds. How a term's bytes are made, so that their order is the
 * values' order:
 *
 *   text    one folded word; key  the NFC bytes; plugin  its name
 *   number  8 bytes; date  8 bytes, first and last day: see vector_put_number()
 *
 * In the machine's byte order (nothing is aligned), offsets from the start:
 *
 *   u32 magic, u32 bytes in all, u32 records, u32 units
 *   a record: u64 start, u32 number                     ascending
 *   a unit:   u32 unit, u32 flags, u32 any, u32 terms, u32 offsets      ascending
 *   at `any`:      a list of the records that have a term here
 *   at `offsets`:  `terms` times u32: where a term stands, ascending by the terms' bytes
 *   a term:   varint length, its bytes, a list of records
 *   a list:   varint count, then a varint for each record, the distance to the one before;
 *             in a unit with VECTOR_POSITIONS behind each: varint count and the positions'
 *             distances, ascending
 */
#pragma once

#include "common/buf.h"

#define VECTOR_UNIT_PLUGIN UINT32_MAX       /* plugins' names */
#define VECTOR_UNIT_DATE   (UINT32_MAX - 1) /* `date`, `year`, `date_from..date_to` of any kind */

#define VECTOR_POSITIONS    1u
#define VECTOR_NUMBER_BYTES 8
#define VECTOR_DATE_BYTES   8

struct vector {
	struct span bytes;
	uint32_t records, units;
};

struct vector_unit {
	uint32_t flags, any, terms, offsets;
};

/* A record by its order in the document: by start, then number. */
struct vector_place {
	uint64_t start;
	uint32_t number;
};

enum term_how {
	TERM_ANY,    /* whatever there is in the unit */
	TERM_IS,     /* equal to `from` */
	TERM_PREFIX, /* begins with `from` */
	TERM_RANGE,  /* from `from` to `to`, both included */
	TERM_OVERLAP /* a date's last day is `from` or later, its first `to` or earlier; 4 bytes
			each */
};

struct term_test {
	enum term_how how;
	struct span from, to;
};

/* Appends 8 bytes that order as the numbers do. */
void vector_put_number(struct buf *out, double n);
/* Appends 4 bytes that order as the days do. */
void vector_put_day(struct buf *out, int32_t day);

/* Where to begin among ascending terms. */
struct span term_test_begin(const struct term_test *test);
/* 1: passes; 0: does not; -1: nor does any behind it. Asked of terms from the beginning on. */
int term_test_at(const struct term_test *test, struct span term);

/* Reads the head. ERR_CORRUPT. */
MUST_CHECK enum err vector_open(struct span bytes, struct vector *out);
/* Is all of it as described above? ERR_CORRUPT. Afterwards the readers below always succeed. */
MUST_CHECK enum err vector_check(struct span bytes);

struct vector_place vector_place(const struct vector *v, uint32_t record);
/* The unit at `index` of the table; its number is returned. */
uint32_t vector_unit_at(const struct vector *v, uint32_t index, struct vector_unit *out);
/* False when the document has nothing in it. */
bool vector_unit(const struct vector *v, uint32_t unit, struct vector_unit *out);
struct span vector_term(const struct vector *v, const struct vector_unit *u, uint32_t index);
/* The first term at or behind `from`; u->terms when there is none. */
uint32_t vector_term_from(const struct vector *v, const struct vector_unit *u, struct span from);
/* Does the unit hold exactly this term? */
bool vector_has(const struct vector *v, uint32_t unit, struct span term);

/* Sets the bits of the records that have a term in `unit` which passes. */
void vector_match(const struct vector *v, uint32_t unit, const struct term_test *test,
		  uint64_t *bits);

/* Appends record << 32 | position for each place where a word that passes stands, ascending. */
void vector_positions(const struct vector *v, uint32_t unit, const struct term_test *test,
		      struct buf *out);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vectors - the inverted table in memory: which documents hold which terms.
 *
 * A document's vector is its records' sorted terms and values as bytes
 * (vector.h); the store keeps them in database `vectors` and hands them to this
 * table, which has several versions of a document at once, each with the
 * clocks between which it stands. A reader asks with its snapshot's clock.
 *
 *  V1  A version is seen at clock c when born <= c < died.
 *  V2  The writer adds and removes with the coming commit's clock before that
 *      commit; no snapshot has that clock yet, so nobody sees half a commit.
 *  V3  A version stays in memory while a snapshot can ask for it or, for what is
 *      gone, for the commit before it: see vectors_retire().
 *
 * Any number of threads read, one writes; a lock inside keeps them apart. No
 * function blocks on the disk.
 */
#pragma once

#include "index/catalogue.h"
#include "index/index.h"
#include "index/vector.h"

struct vectors; /* opaque */

#define VECTOR_BYTES_MAX (1024u * 1024 * 1024) /* of one document's vector */

struct vector_record {
	uint32_t number;
	uint64_t start;
	struct span plugin; /* its name */
	const struct record *r;
};

/*
 * Appends the bytes kept in database `vectors` for a document with these
 * records, in any order. A kind or field that `cat` does not have with that
 * type is left out. ERR_LIMIT past VECTOR_BYTES_MAX; ERR_NOMEM.
 */
MUST_CHECK enum err vectors_build(const struct catalogue *cat, const struct vector_record *records,
				  size_t n, struct buf *out);

struct vectors *vectors_new(void);    /* NULL: no memory */
void vectors_free(struct vectors *v); /* NULL is allowed */

/* --- writing: one thread; bytes are copied --- */

/*
 * For opening the index: as vectors_add(), but not to be undone. Documents
 * new to the table ascend.
 *
 *   ERR_CORRUPT   the bytes are not what vectors_build() writes
 */
MUST_CHECK enum err vectors_load(struct vectors *v, uint64_t document, struct span bytes,
				 uint64_t born);

/*
 * The document has these bytes from `clock` on. An older version must have been
 * removed first, at the same clock or before. New documents come in ascending order.
 * ERR_NOMEM, ERR_CORRUPT: nothing was added (vectors_undo() the rest of the commit).
 */
MUST_CHECK enum err vectors_add(struct vectors *v, uint64_t document, struct span bytes,
				uint64_t clock);

/* The document's version ends before `clock`. Unknown ones are ignored. */
MUST_CHECK enum err vectors_remove(struct vectors *v, uint64_t document, uint64_t clock);

/* The commit with this clock failed: what was added and removed for it is as before. */
void vectors_undo(struct vectors *v, uint64_t clock);

/*
 * No snapshot older than `oldest` is open nor will be: frees what only such could see.
 */
void vectors_retire(struct vectors *v, uint64_t oldest);

/* --- reading: any thread, for the query --- */

/*
 * Documents are asked for by slots: small numbers in the documents' order, which
 * stay the same while the table lives. A slot of a list may turn out to hold no
 * version that the reader sees, or one without the term.
 */

/* An upper bound of how many documents have a term that passes; counting stops once past `enough`.
 */
uint64_t vectors_count(struct vectors *v, uint32_t unit, const struct term_test *test,
		       uint64_t enough);

/*
 * Appends to `slots` (u32 each, ascending, each once) those of a term (TERM_IS) or
 * of a whole unit (TERM_ANY) from slot `from` on, at most `max`. ERR_NOMEM.
 */
MUST_CHECK enum err vectors_slots(struct vectors *v, uint32_t unit, const struct term_test *test,
				  uint32_t from, size_t max, struct buf *slots);

/* Appends those of all terms that pass, in any order and more than once. ERR_NOMEM. */
MUST_CHECK enum err vectors_slots_all(struct vectors *v, uint32_t unit,
				      const struct term_test *test, struct buf *slots);

/* The first slot of a document not below `document`; the number of slots when there is none. */
uint32_t vectors_slot_from(struct vectors *v, uint64_t document);
uint32_t vectors_slot_count(struct vectors *v);

struct vector_version {
	uint64_t document;
	struct span bytes; /* live until the snapshot ends */
};

/*
 * What stands in these slots at `clock`, the snapshot's. Fills `out` in the slots'
 * order and returns how many there are, at most `n`.
 */
size_t vectors_versions(struct vectors *v, uint64_t clock, const uint32_t *slots, size_t n,
			struct vector_version *out);

/* --- given by the store to the query: any thread --- */

struct vectors *index_vectors(struct index *ix);
struct catalogue *store_catalogue(struct index *ix);         /* a reference to the one in force */
struct index *index_read_index(const struct index_read *rd); /* whose snapshot it is */

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_under - `under:FOLDER` in one snapshot: which documents have a path there.
 *
 * There are two ways to know: to look at a document's paths, or to walk the
 * folder once and keep the documents' ids. The first serves while few are asked
 * for; after that the second.
 */
#pragma once

#include "index/files.h"
#include "index/vectors.h"

struct under; /* opaque; one thread's */

/* `path`: absolute, or below each root that has it. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
MUST_CHECK enum err under_new(struct index_read *rd, struct span path, struct under **out);
void under_free(struct under *u); /* NULL is allowed */

/*
 * Walks unless that was done. With more than `max` entries (0: any number) or
 * past the deadline (0: none) it leaves off, and nothing is known still.
 */
MUST_CHECK enum err under_walk(struct under *u, size_t max, uint64_t deadline_ns);

/* How many documents there are; `otherwise` while it is not known. */
uint64_t under_count(const struct under *u, uint64_t otherwise);
/* Appends the documents' slots; false while they are not known. */
bool under_slots(const struct under *u, struct vectors *v, struct buf *slots);

MUST_CHECK enum err under_has(struct under *u, uint64_t document, bool *has);

/* Is it later than that (CLOCK_MONOTONIC; 0: never)? */
bool query_late(uint64_t deadline_ns);

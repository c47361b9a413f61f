/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query - the query language: parse, plan, run (grammar in src/index/README.md).
 */
#pragma once

#include "index/index.h"

#define QUERY_BYTES_MAX (64 * 1024)
#define QUERY_TERMS_MAX 1000
#define QUERY_DEPTH_MAX 32

struct query; /* opaque: parsed, bound to the kinds and fields in force when it was */

struct query_error {
	size_t offset;      /* bytes into the query */
	char message[256];  /* what is wrong, and what to do */
	char expected[256]; /* "a value", "one of: doi, url"; may be empty */
};

/* ERR_FORMAT with *error filled, ERR_LIMIT likewise, ERR_NOMEM. The empty query matches every
 * record. */
MUST_CHECK enum err query_parse(struct index *ix, struct span text, struct query **out,
				struct query_error *error);
void query_free(struct query *q); /* NULL is allowed */

struct hit {
	uint64_t document;
	uint32_t number;
};

struct query_page {
	struct span cursor;        /* opaque, from hits.cursor; empty: from the start */
	size_t limit;              /* at most so many hits */
	const uint64_t *documents; /* only these, ascending; NULL: all */
	size_t document_count;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
};

struct hits { /* {0} before; hits_clear() after */
	struct hit *list;
	size_t n;
	struct buf cursor; /* empty: that was all */
	bool cut;          /* the deadline came first */
};

/*
 * Runs `q` in the snapshot: hits by document and place. ERR_FORMAT: a bad cursor.
 */
MUST_CHECK enum err query_run(struct index_read *rd, const struct query *q,
			      const struct query_page *page, struct hits *out);
void hits_clear(struct hits *h);

/* Does the plan bound it to about 200 µs (equality on rare terms, small page)? Then the loop itself
 * may run it. */
bool query_is_quick(struct index *ix, const struct query *q, size_t limit);

/* Appends `"kinds":[…],"operators":[…]` of `describe` as two values: first array, then second. */
MUST_CHECK enum err query_describe_kinds(struct index *ix, struct buf *out);
MUST_CHECK enum err query_describe_operators(struct buf *out);

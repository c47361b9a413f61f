/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * marks - what stands where in a document's text: pages, headings, tables …
 *
 * M1  Sorted by start, then by end descending (outer before inner).
 * M2  0 <= start <= end <= length of the text, on UTF-8 borders.
 */
#pragma once

#include "common/buf.h"

#define MARKS_MAX     1000000 /* of one document */
#define MARK_NAME_MAX 4096    /* bytes; longer names are cut on a UTF-8 border */

enum mark_type {
	MARK_PAGE = 1, /* number: the page, from 1 */
	MARK_HEADING,  /* number: the level, from 1; spans the heading's line */
	MARK_SECTION,  /* name: the heading it stands under; number: its level; spans from the
			  heading to the next of its level */
	MARK_TABLE,    /* number: from 1; name: column names separated by TAB, may be empty */
	MARK_ROW,      /* number: from 1 in its table; cells are separated by one TAB */
	MARK_HEADER,   /* name: of a mail's header, such as "From"; spans its value */
	MARK_PART,     /* name: of an attachment or archive member */
	MARK_QUOTED,   /* number: level of quotation in a mail, from 1 */
	MARK_LINK,     /* name: the URL; spans the words that carry it */
	MARK_COMMENT,  /* name: who made it; spans a comment's words, which follow the paragraph */
	MARK_INSERTED, /* name: who did; spans words of a change that is tracked */
	MARK_DELETED,  /* name: the words that a tracked change takes out, which are no part of the
			  text; empty, where they stood */
	MARK_SPEAKER   /* name: who says, in a transcript, the words that it spans */
};

struct mark {
	enum mark_type type;
	uint32_t number;
	uint64_t start, end;        /* bytes into the text */
	uint32_t name_at, name_len; /* into marks.names */
	uint32_t outer;             /* set by marks_sort(), for marks_at() */
};

struct marks { /* {0} is empty */
	struct mark *list;
	size_t n, cap;
	struct buf names;
};

/* "page", "heading", …; NULL for another value. Static. */
const char *mark_type_name(enum mark_type type);

/* Appends one in any order; copies the name. ERR_LIMIT past MARKS_MAX. */
MUST_CHECK enum err marks_add(struct marks *m, enum mark_type type, uint32_t number, uint64_t start,
			      uint64_t end, struct span name);

/* After the last marks_add(): makes M1 true. */
void marks_sort(struct marks *m);
struct span marks_name(const struct marks *m, const struct mark *mark);

/*
 * The last mark of `type` that begins at or before `at` and ends behind it,
 * innermost; NULL when there is none. For MARK_PAGE of an empty page too.
 */
const struct mark *marks_at(const struct marks *m, enum mark_type type, uint64_t at);

/* The stored and sent form: u32 count, then type u8, number u32, start u64, end u64, u32 length and
 * name. */
void marks_encode(const struct marks *m, struct buf *out);

/* Reads it, checking M1 and M2 against `text_bytes`; into an empty *m. ERR_FORMAT, ERR_LIMIT,
 * ERR_NOMEM. */
MUST_CHECK enum err marks_decode(struct span in, uint64_t text_bytes, struct marks *m);
void marks_clear(struct marks *m);

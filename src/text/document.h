/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * document - a document as text with marks, and the builder through which every
 * reader makes one.
 *
 * The text is UTF-8 in NFC, has \n line ends, one blank line between paragraphs,
 * no blank at a line's end, no control characters but \n and TAB.
 */
#pragma once

#include "common/frame.h"
#include "text/marks.h"

#define META_MAX       200
#define META_KEY_MAX   64
#define META_VALUE_MAX 4096
#define DOC_TITLE_MAX  1000
#define DOC_CUT_MAX    500 /* more sentences than fit are counted in the last */

struct meta_pair {
	struct span key, value;
};

struct document {
	struct buf text;
	struct marks marks;
	struct buf meta; /* encoded: see meta_put(), meta_next() */
	char format[16]; /* "text", "pdf", … (design, chapter 10) */
	char title[DOC_TITLE_MAX + 1];
	uint32_t pages;            /* 0: the format has none */
	char cut[DOC_CUT_MAX + 1]; /* what is missing and why, sentences; empty: whole */
	enum document_ocr ocr;
};

void document_clear(struct document *d);

/* meta is a run of u32 length, key, u32 length, value. Keys are [a-z0-9_-]; another is left out. */
void meta_put(struct buf *meta, struct span key, struct span value);

/* The pair at *at (start with 0; advanced); false at the end or where damaged. */
bool meta_next(struct span meta, size_t *at, struct meta_pair *pair);

/* Whole, at most META_MAX pairs, keys as said, values UTF-8 and within META_VALUE_MAX? */
bool meta_valid(struct span meta);

/*
 * The builder. Puts never fail: past `text_bytes` the text ends at the last
 * whole paragraph (or line, or character, where that would lose more than half)
 * and `cut` is set; out of memory shows in builder_finish(). Each put has whole
 * characters; invalid UTF-8 becomes U+FFFD. \r\n, \r, VT, FF, U+0085, U+2028 and
 * U+2029 end the line; other controls, U+00AD (soft hyphen) and U+FEFF are
 * dropped. U+00A0 is kept, but counts as a blank at a line's end. NFC is made
 * here, between the borders of marks.
 *
 * Line ends and blanks are held back until something visible follows, so that a
 * mark begins and ends at what can be seen (a row, and the table that
 * begins with it, also take its leading TABs: empty cells).
 */
struct builder; /* opaque */

struct builder *builder_new(uint64_t text_bytes); /* NULL: no memory */
void builder_free(struct builder *b);

void builder_text(struct builder *b, struct span utf8);
void
builder_newline(struct builder *b); /* ends the line; again: the paragraph, as an empty line does */
void
builder_paragraph(struct builder *b); /* ends the paragraph: one blank line, however often called */

/*
 * A mark from here to its close; nests freely. Returns a token. Empty marks are
 * dropped but for MARK_PAGE and MARK_DELETED; past MARKS_MAX they are too, and `cut` says so.
 */
size_t builder_open(struct builder *b, enum mark_type type, uint32_t number, struct span name);
void builder_close(struct builder *b, size_t token);
/* Sets the name (column names) after opening. */
void builder_name(struct builder *b, size_t token, struct span name);

/* Upper case becomes lower, what no key may hold '_'. Empty values are left out, as are those past
 * META_MAX. */
void builder_meta(struct builder *b, const char *key, struct span value);
void builder_title(struct builder *b,
		   struct span title); /* the first call counts; white space folded */
void builder_format(struct builder *b, const char *format);
void builder_pages(struct builder *b, uint32_t pages);
/* A sentence: what is missing and why. Each is kept once, as long as there is room. */
void builder_cut(struct builder *b, const char *why);
/* OCR_WANTED does not change OCR_DONE. */
void builder_ocr(struct builder *b, enum document_ocr ocr);

/*
 * An attachment or member called `name`: MARK_PART, in paragraphs of its own; sections
 * end with it. What its reader says of title, format, pages and meta is not the whole
 * document's and is dropped. Parts nest.
 */
size_t builder_part_open(struct builder *b, struct span name);
void builder_part_close(struct builder *b, size_t token);

/* Is the text at its limit? A reader may stop then. */
bool builder_full(const struct builder *b);
/* How many bytes of text there are. */
uint64_t builder_length(const struct builder *b);

/*
 * Closes what is open, makes MARK_SECTION marks from MARK_HEADING marks, sorts,
 * and gives the document. The builder is empty afterwards. ERR_NOMEM.
 */
MUST_CHECK enum err builder_finish(struct builder *b, struct document *out);

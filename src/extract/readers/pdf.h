/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf - the parts of the PDF reader: lines as poppler gives them (pdf_page),
 * running heads and feet (pdf_heads), how lines follow each other (pdf_layout),
 * paragraphs and headings (pdf_flow). Words in pictures become lines like these too
 * (recognise.h).
 */
#pragma once

#include "text/document.h"

#include <poppler.h>

#define PDF_LINES_MAX 2000000
#define PDF_TEXT_MAX  (96u * 1024 * 1024) /* of all lines together */

enum pdf_place {
	PDF_BODY,
	PDF_RUNNING, /* a head or foot: left out */
	PDF_LABEL    /* a bullet or number, put in front of the line that it stands beside */
};

struct pdf_line {     /* positions in points, from the page's upper left corner */
	size_t at, n; /* into pdf.text */
	float x0, x1, y0, y1;
	float size;       /* of the letters, in points; 0: not known */
	float first_word; /* how wide the first word is */
	uint32_t page;    /* from 0 */
	uint32_t label;   /* 1 + the line that is this one's label; 0: none */
	bool bold;
	enum pdf_place place;
};

struct Pix; /* leptonica's */

struct pdf_page {
	size_t first, count; /* lines */
	float width, height;
};

struct pdf {
	struct buf text;  /* the lines' words, without line ends */
	struct buf lines; /* of struct pdf_line */
	struct buf pages; /* of struct pdf_page */
	bool cut;         /* a limit above was met */
};

static inline struct pdf_line *
pdf_line(const struct pdf *pdf, size_t i)
{
	return &((struct pdf_line *)(void *)pdf->lines.p)[i];
}

static inline size_t
pdf_line_count(const struct pdf *pdf)
{
	return pdf->lines.n / sizeof(struct pdf_line);
}

static inline struct pdf_page *
pdf_page(const struct pdf *pdf, size_t i)
{
	return &((struct pdf_page *)(void *)pdf->pages.p)[i];
}

static inline size_t
pdf_page_count(const struct pdf *pdf)
{
	return pdf->pages.n / sizeof(struct pdf_page);
}

static inline struct span
pdf_words(const struct pdf *pdf, const struct pdf_line *line)
{
	return span_sub(buf_span(&pdf->text), line->at, line->n);
}

/* Frees what it holds. */
void pdf_clear(struct pdf *pdf);

/* Adds a page and its lines, in reading order. Failure sticks to the buffers. */
void pdf_page_add(struct pdf *pdf, PopplerPage *page);

/* Adds an empty one, for a page that poppler cannot give: the others keep their numbers. */
void pdf_page_add_missing(struct pdf *pdf);

/* Is most of the page a picture? */
bool pdf_page_is_picture(PopplerPage *page);

/* The page drawn in grey, which the caller destroys; NULL: no memory, or no page. */
struct Pix *pdf_page_picture(PopplerPage *page, int *dpi);

/* Finds what stands at the same place of most pages. Its words go into meta. False: no memory. */
bool pdf_heads_drop(struct pdf *pdf, struct builder *b);

/* --- pdf_layout --- */

enum pdf_break {              /* what stands between a line and the next */
		 PDF_JOIN,    /* nothing but a blank: the column ended, not the line */
		 PDF_CELL,    /* the next stands beside it */
		 PDF_NEWLINE, /* the writer ended the line */
		 PDF_PARAGRAPH
};

struct pdf_layout {
	float body_size; /* of most letters */
	float pitch;     /* from line to line in paragraphs */
	float *edges;    /* by line: where the column ends that it is in */
	float *lefts;    /* and begins */
};

/* Measures the document and finds its labels. False: no memory. */
bool pdf_layout_measure(struct pdf *pdf, struct pdf_layout *layout);
void pdf_layout_clear(struct pdf_layout *layout);

/* Between body lines `i` and `next`, which follow each other. */
enum pdf_break pdf_layout_break(const struct pdf *pdf, const struct pdf_layout *layout, size_t i,
				size_t next);

/* --- pdf_flow --- */

/* Puts pages and paragraphs. False: no memory. */
bool pdf_flow(struct pdf *pdf, struct builder *b);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doc - Word's binary format from 97 to 2003 (MS-DOC): what its files share.
 *
 *   doc.c         the file's head (FIB), its pieces, its stories in order
 *   doc_format.c  how characters and paragraphs are formatted, and the styles
 *   doc_text.c    a story's characters as paragraphs, links and tables
 *
 * Characters are counted by CP over all stories; a piece says where in the stream
 * (FC) they stand and whether each takes one byte or two. Formatting goes by FC.
 */
#pragma once

#include "extract/reader.h"
#include "extract/readers/ole.h"
#include "extract/readers/tables.h"

#define DOC_PARAGRAPH_MAX (4u * 1024 * 1024) /* bytes; the rest of a longer one is left out */

enum doc_story { /* in the order in which they stand */
		 DOC_MAIN,
		 DOC_FOOTNOTES,
		 DOC_HEADERS,
		 DOC_MACROS,
		 DOC_COMMENTS,
		 DOC_ENDNOTES,
		 DOC_BOXES,
		 DOC_HEADER_BOXES,
		 DOC_STORIES
};

struct doc {                     /* borrows from word and table */
	struct span word, table; /* the streams */
	struct span pieces;      /* PlcPcd: n + 1 CPs, n descriptors of 8 bytes */
	uint32_t piece_count;
	struct span characters, paragraphs; /* where the pages of formatting stand */
	struct span styles;                 /* the style sheet */
	struct span footnote_places;        /* CPs of the signs in the main text */
	uint32_t from[DOC_STORIES + 1];     /* CP at which each story begins */
	uint8_t *levels;                    /* of headings, by style: 0 for none */
	uint32_t style_count;
	struct builder *b;
	struct tables tables; /* of the main text */
	bool holes;           /* some pieces lie outside the stream */
};

/* --- doc_format.c --- */

struct doc_run { /* characters of one format: those from FC `from` up to `to` */
	uint32_t from, to;
	bool deleted, hidden, bold;
};

struct doc_paragraph {
	bool in_table;
	bool row_end;   /* the mark that ends a row, and no cell */
	uint32_t level; /* of a heading, 0: it is none */
};

/* Reads the style sheet into d->levels. ERR_NOMEM. */
MUST_CHECK enum err doc_read_styles(struct doc *d);

struct doc_run doc_run_at(const struct doc *d, uint32_t fc);

/* Of the paragraph whose mark stands at `fc`. */
struct doc_paragraph doc_paragraph_at(const struct doc *d, uint32_t fc);

/* --- doc_text.c --- */

/* Puts the main text: twice over it, see tables.h. ERR_NOMEM. */
MUST_CHECK enum err doc_put_main(struct doc *d);

/* Puts a story of notes, comments or boxes as paragraphs. ERR_NOMEM. */
MUST_CHECK enum err doc_put_notes(struct doc *d, enum doc_story story);

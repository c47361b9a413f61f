/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tables - telling tables that hold data from tables that only arrange a page,
 * and writing the former as rows of cells.
 *
 * A reader of HTML or DOCX goes over its document twice with the same calls: the
 * first time (counting) the tables are measured, the second time they are
 * written. Those that only arrange become paragraphs.
 *
 *  T1  The second pass makes the same calls in the same order as the first.
 *  T2  A table inside which another begins, or with whole paragraphs in a cell, or
 *      with one column or row, only arranges.
 */
#pragma once

#include "text/document.h"

#define TABLES_DEPTH_MAX  32   /* tables in tables; deeper ones only arrange */
#define TABLES_CELL_BYTES 1000 /* a longer cell is no datum */
#define TABLES_CELL_PARAS 4    /* nor is one of more paragraphs */

struct tables_open { /* one table that is open now */
	size_t index;
	uint32_t rows, cells, widest, paragraphs;
	size_t cell_bytes;
	bool arranges, header_row, first_is_header;
	bool loose; /* text outside of cells, such as a caption, stands before the next row */
	/* second pass */
	bool data, names_wanted;
	uint32_t data_rows;
	size_t token, row_token;
	struct buf names;
};

struct tables {            /* {0}, then b is set for the second pass */
	struct builder *b; /* NULL: counting */
	struct buf kinds;  /* one byte a table, of the first pass */
	size_t next;       /* index of the next table */
	uint32_t number;   /* of the last data table */
	size_t depth;      /* how many are open; only TABLES_DEPTH_MAX of them are looked at */
	struct tables_open open[TABLES_DEPTH_MAX];
};

/* Goes over to the second pass, which writes into `b`. */
void tables_second_pass(struct tables *t, struct builder *b);
void tables_clear(struct tables *t);

void tables_begin(struct tables *t);
void tables_end(struct tables *t);
void tables_row_begin(struct tables *t);
void tables_row_end(struct tables *t);
void tables_cell_begin(struct tables *t);
void tables_cell_end(struct tables *t, bool header);

/* Text, or a paragraph's end, or a heading, that stands in the innermost open cell. */
void tables_text(struct tables *t, struct span text);
void tables_paragraph(struct tables *t);
void tables_heading(struct tables *t);

/* Second pass: is the innermost open table one of data, so that breaks become blanks? */
bool tables_in_data(const struct tables *t);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_inside - what the parts of sheet.h share: rows that are held (sheet.c), what they
 * are (sheet_names.c), the table that is being written (sheet_table.c).
 */
#pragma once

#include "extract/readers/sheet.h"

struct sheet_held { /* a cell */
	uint32_t column;
	enum sheet_kind kind;
	bool bold;
	size_t at, n;           /* its text, in bytes */
	size_t link_at, link_n; /* its address, too */
};

struct sheet_line {     /* a row */
	size_t first;   /* of its cells */
	uint32_t n;     /* how many, all with text */
	uint32_t width; /* as in sheet_row() */
};

struct sheet {
	struct builder *b;
	uint32_t title_level;
	bool begun; /* something was written of this sheet */

	/* held rows, and the cells of the row under way behind theirs */
	struct buf bytes, cells, lines;
	size_t row_cell, row_byte; /* where the row under way begins */
	size_t titles;             /* so many held rows are titles of a block before */
	bool apart;                /* the next row begins a block */
	bool row_cut;              /* the row under way is at its limit */

	/* the last table */
	uint32_t tables; /* of the file */
	bool open;
	size_t token;
	uint32_t rows;                        /* written, of it */
	uint32_t width;                       /* of its rows in the file */
	uint32_t columns;                     /* how many have a place */
	bool named, was_named;                /* it has names; some table of the sheet had */
	struct buf names;                     /* joined by TAB */
	uint32_t place_of[SHEET_COLUMNS_MAX]; /* of a column, from 1; 0: none */
	uint32_t column_at[SHEET_COLUMNS_MAX];
	enum sheet_kind kind_at[SHEET_COLUMNS_MAX]; /* at a place; SHEET_UNKNOWN: several */

	/* scratch: all zero between calls */
	uint32_t cell_at[SHEET_COLUMNS_MAX];
	uint32_t counts[SHEET_COLUMNS_MAX][SHEET_KINDS];
};

size_t sheet_lines_held(const struct sheet *s);
const struct sheet_line *sheet_line(const struct sheet *s, size_t i);
const struct sheet_held *sheet_cells(const struct sheet *s, const struct sheet_line *line);
struct span sheet_text(const struct sheet *s, const struct sheet_held *cell);

/* --- sheet_names: of the held rows from `first` to before `end` --- */

enum sheet_names {
	NAMES_NONE,   /* the first row is data */
	NAMES_MAYBE,  /* it could be names; nothing says so */
	NAMES_CERTAIN /* it is names */
};

enum sheet_names sheet_names_of(struct sheet *s, size_t first, size_t end);

/* Do the rows stand in the last table's columns, and are their cells of the same kinds? */
bool sheet_goes_on(const struct sheet *s, size_t first, size_t end);

/* --- sheet_table: the table that is being written --- */

/* Opens a table for the held rows; with `names` the first is its names and is written. */
void sheet_table_open(struct sheet *s, size_t first, size_t end, bool names);
/* Opens another with the columns and names of the last. */
void sheet_table_again(struct sheet *s);
void sheet_table_close(struct sheet *s); /* when one is open */
void sheet_table_row(struct sheet *s, const struct sheet_line *line);
/* Is the row the table's names once more? */
bool sheet_table_is_names(struct sheet *s, const struct sheet_line *line);

/* A cell with its link. */
void sheet_put_cell(struct sheet *s, const struct sheet_held *cell);

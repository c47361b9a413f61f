/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet - rows of cells as titles and tables: what CSV, XLSX and ODS share.
 *
 * Rows stream through: the first rows of each block (up to a blank row) are held until
 * it is clear what they are, later ones are written at once.
 *
 *  - A row of one cell at a block's top is a title: a heading directly above a table, or
 *    else a line. A block of such rows only is lines, unless its first is a column's name.
 *  - A table's first row is column names where its cells are words, and something says
 *    so: they are bold, or known ("Email"), or stand above numbers or dates; or it is the
 *    first table of three or more columns, or one below a title. They become the name of
 *    MARK_TABLE and a line of it that is no MARK_ROW.
 *  - Pairs of name and value (what a report begins with) are a table without names.
 *  - A block behind blank rows that has no names of its own goes on with the table before
 *    it if its cells stand in that table's columns and are of the same kinds; below a
 *    title it becomes a table of its own with the same names.
 *  - Empty rows and columns are left out. A column in which the first cell comes late
 *    stands last, so that all others keep their places.
 *  - Line ends and runs of blanks in a cell become one blank.
 *
 * This is not tables.h: there a document says where its tables are and its text is gone
 * over twice; here they have to be found, in one pass over what may be a million rows.
 */
#pragma once

#include "extract/readers/sheet_kind.h"
#include "text/document.h"

#define SHEET_COLUMNS_MAX 16384 /* as Excel and LibreOffice; cells further right are left out */
#define SHEET_ROW_BYTES   (4u * 1024 * 1024) /* of a row; its later cells are left out */
#define SHEET_LOOK_ROWS   50                 /* so many rows of a block are held … */
#define SHEET_LOOK_BYTES  (1024u * 1024)     /* … and about so many bytes */

struct sheet; /* opaque: one file's sheets, one after the other */

struct sheet_cell {
	uint32_t column; /* from 0 */
	enum sheet_kind kind;
	bool bold;
	struct span text, link; /* link: an address, or empty */
};

struct sheet *sheet_new(struct builder *b); /* NULL: no memory */
void sheet_free(struct sheet *s);           /* NULL is allowed */

/* Begins the next sheet; titles become headings of this level. */
void sheet_begin(struct sheet *s, uint32_t title_level);

/* A cell of the row under way. Empty ones need not be put. Borrows for the call. */
void sheet_put(struct sheet *s, const struct sheet_cell *cell);

/* Has the row under way no cell with text? */
bool sheet_row_is_empty(const struct sheet *s);

/*
 * Ends the row; one without cells is blank. `width` is how many cells the file has for
 * it, empty ones too, where rows may differ in that (CSV), else 0. The same row `times`
 * times (at least 1).
 */
void sheet_row(struct sheet *s, uint32_t width, uint32_t times);

/* Ends the sheet: what was held is written. ERR_NOMEM. */
MUST_CHECK enum err sheet_end(struct sheet *s);

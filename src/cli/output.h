/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * output - words of documents made fit for terminals, spreadsheets and scripts.
 */
#pragma once

#include "common/buf.h"

#include <jansson.h>

/*
 * Appends `text` so that nothing in it steers a terminal: control characters and
 * those that turn the direction of writing become \xNN, byte by byte. With `fold`,
 * white space of any length becomes one blank.
 */
void output_safe(struct buf *out, struct span text, bool fold);

/* Columns that safe text takes, by wcwidth(). */
size_t output_width(struct span safe);

/* How many bytes of it fit into `columns`. */
size_t output_fit(struct span safe, size_t columns);

/* A JSON value as people read it: strings bare, lists joined by "; ", null nothing. */
void output_value(struct buf *out, const json_t *value);

/*
 * One CSV field, RFC 4180; a comma goes before it unless `first`. Text that a
 * spreadsheet would take for a formula (=, +, -, @, TAB or CR at its beginning) gets
 * an apostrophe before it; numbers do not.
 */
void output_csv(struct buf *out, const json_t *value, bool first);
void output_csv_text(struct buf *out, struct span text, bool first);

/* A byte order mark where a spreadsheet may read the CSV: not on a terminal. */
void output_csv_begin(void);

/* Is stdout a terminal; may it be coloured ($NO_COLOR unset, $TERM not "dumb")? */
bool output_is_terminal(void);
bool output_has_colour(void);
/* Columns of the terminal; 0: no terminal, no limit. */
size_t output_columns(void);

/* Safe text to stdout, the words of `query` in it in colour where there is colour. */
void output_highlight(struct buf *out, struct span safe, struct span query);

/* Writes the buffer to stdout and empties it. */
void output_flush(struct buf *b);

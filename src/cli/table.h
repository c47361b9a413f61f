/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * table - columns of text, fitted to the terminal; without one nothing is shortened.
 */
#pragma once

#include "common/buf.h"

#define TABLE_COLUMNS_MAX 8

struct table_column {
	const char *title;
	bool shrinks; /* may be shortened when the terminal is narrow */
	bool end;     /* then its end is kept: of a path the name */
	bool right;   /* numbers */
};

struct table; /* opaque */

/* The columns are borrowed for the table's life; at most TABLE_COLUMNS_MAX. NULL: no memory. */
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *t); /* NULL is allowed */

/* The next cell, row by row; made safe and put on one line. */
void table_put(struct table *t, struct span text);

/* Prints all rows, the words of `query` in colour where there is colour. */
void table_print(struct table *t, struct span query);

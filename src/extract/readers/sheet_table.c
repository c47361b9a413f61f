/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_table - the table of a sheet that is being written.
 */
#include "extract/readers/sheet_inside.h"

#define TABLE_SAME_PART 5 /* all but one in so many cells are of a column's kind */

void
sheet_put_cell(struct sheet *s, const struct sheet_held *cell)
{
	struct span link = span_sub(buf_span(&s->bytes), cell->link_at, cell->link_n);
	size_t token = 0;

	if (link.n > 0)
		token = builder_open(s->b, MARK_LINK, 0, link);
	builder_text(s->b, sheet_text(s, cell));
	if (link.n > 0)
		builder_close(s->b, token);
}

void
sheet_table_close(struct sheet *s)
{
	if (!s->open)
		return;
	builder_close(s->b, s->token);
	builder_paragraph(s->b);
	s->open = false;
}

static void
table_start(struct sheet *s)
{
	sheet_table_close(s);
	builder_paragraph(s->b);
	s->token = builder_open(s->b, MARK_TABLE, ++s->tables, (struct span){0});
	s->open = s->begun = true;
	s->rows = 0;
}

static void
table_add_column(struct sheet *s, uint32_t column)
{
	if (s->place_of[column] != 0)
		return;
	s->column_at[s->columns] = column;
	s->kind_at[s->columns] = SHEET_UNKNOWN;
	s->place_of[column] = ++s->columns;
}

/* Gives the columns that the rows use their places, in the sheet's order. */
static void
table_find_columns(struct sheet *s, size_t first, size_t end)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < s->columns; i++)
		s->place_of[s->column_at[i]] = 0;
	s->columns = 0;
	for (size_t i = first; i < end; i++) {
		const struct sheet_line *line = sheet_line(s, i);
		const struct sheet_held *cells = sheet_cells(s, line);

		for (uint32_t c = 0; c < line->n; c++) {
			s->place_of[cells[c].column] = 1;
			if (cells[c].column > last)
				last = cells[c].column;
		}
		if (line->width > s->width)
			s->width = line->width;
	}
	for (uint32_t column = 0; column <= last; column++) {
		bool used = s->place_of[column] != 0;

		s->place_of[column] = 0;
		if (used)
			table_add_column(s, column);
	}
}

/* What the columns hold, by the rows that are held. */
static void
table_find_kinds(struct sheet *s, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		const struct sheet_line *line = sheet_line(s, i);
		const struct sheet_held *cells = sheet_cells(s, line);

		for (uint32_t c = 0; c < line->n; c++)
			s->counts[cells[c].column][cells[c].kind]++;
	}
	for (uint32_t at = 0; at < s->columns; at++) {
		uint32_t *counts = s->counts[s->column_at[at]];
		unsigned all = 0, most = 0;

		for (unsigned k = 0; k < SHEET_KINDS; k++) {
			all += counts[k];
			most = counts[k] > counts[most] ? k : most;
		}
		if (counts[most] * TABLE_SAME_PART >= all * (TABLE_SAME_PART - 1))
			s->kind_at[at] = (enum sheet_kind)most;
		memset(counts, 0, sizeof s->counts[0]);
	}
}

/* Finds the row's cell at each place; undone by table_forget_cells(). */
static uint32_t
table_find_cells(struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t last = 0;

	for (uint32_t i = 0; i < line->n; i++) {
		uint32_t place;

		table_add_column(s, cells[i].column);
		place = s->place_of[cells[i].column];
		s->cell_at[place - 1] = i + 1;
		if (place > last)
			last = place;
	}
	return last;
}

static void
table_forget_cells(struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);

	for (uint32_t i = 0; i < line->n; i++)
		s->cell_at[s->place_of[cells[i].column] - 1] = 0;
}

static void
table_put_cells(struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t last = table_find_cells(s, line);

	for (uint32_t at = 0; at < last && !builder_full(s->b); at++) {
		if (at > 0)
			builder_text(s->b, SPAN("\t"));
		if (s->cell_at[at] != 0)
			sheet_put_cell(s, &cells[s->cell_at[at] - 1]);
	}
	table_forget_cells(s, line);
}

void
sheet_table_row(struct sheet *s, const struct sheet_line *line)
{
	size_t token = builder_open(s->b, MARK_ROW, ++s->rows, (struct span){0});

	table_put_cells(s, line);
	builder_close(s->b, token);
	builder_newline(s->b);
}

/* The row's cells as a table's name, in *names. */
static void
table_join(struct sheet *s, const struct sheet_line *line, struct buf *names)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t last = table_find_cells(s, line);

	buf_reset(names);
	for (uint32_t at = 0; at < last; at++) {
		struct span text = {0};

		if (s->cell_at[at] != 0)
			text = sheet_text(s, &cells[s->cell_at[at] - 1]);
		if (names->n + text.n + 1 > MARK_NAME_MAX)
			break; /* a name is whole or missing */
		if (at > 0)
			buf_put_char(names, '\t');
		buf_put_span(names, text);
	}
	table_forget_cells(s, line);
}

bool
sheet_table_is_names(struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	struct span names = buf_span(&s->names), name;
	size_t at = 0;

	if (!s->named || line->n < 2)
		return false;
	/* Cheap for rows that are not: the first cell decides nearly always. */
	for (uint32_t i = 0; i < line->n; i++) {
		const char *tab;

		name = span_sub(names, at, names.n);
		tab = name.n == 0 ? NULL : memchr(name.p, '\t', name.n);
		if (tab != NULL)
			name.n = (size_t)(tab - name.p);
		if (s->place_of[cells[i].column] != i + 1 ||
		    !span_eq(name, sheet_text(s, &cells[i])))
			return false;
		at += name.n + 1;
	}
	return at == names.n + 1;
}

void
sheet_table_open(struct sheet *s, size_t first, size_t end, bool names)
{
	const struct sheet_line *line = sheet_line(s, first);

	table_start(s);
	s->width = 0;
	table_find_columns(s, first, end);
	table_find_kinds(s, first + names, end);
	s->named = names;
	if (!names)
		return;
	s->was_named = true;
	table_join(s, line, &s->names);
	builder_name(s->b, s->token, buf_span(&s->names));
	table_put_cells(s, line);
	builder_newline(s->b);
}

void
sheet_table_again(struct sheet *s)
{
	table_start(s);
	if (s->named)
		builder_name(s->b, s->token, buf_span(&s->names));
}

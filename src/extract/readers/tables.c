/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tables - telling tables that hold data from tables that only arrange a page.
 */
#include "extract/readers/tables.h"

#define TABLES_NAMES_MAX MARK_NAME_MAX

/* What the first pass knows of a table. */
#define KIND_DATA   1
#define KIND_HEADER 2 /* its first row is made of column names */

void
tables_second_pass(struct tables *t, struct builder *b)
{
	t->b = b;
	t->next = 0;
	t->depth = 0;
}

void
tables_clear(struct tables *t)
{
	buf_clear(&t->kinds);
	for (size_t i = 0; i < TABLES_DEPTH_MAX; i++)
		buf_clear(&t->open[i].names);
}

static struct tables_open *
tables_top(struct tables *t)
{
	return t->depth == 0 || t->depth > TABLES_DEPTH_MAX ? NULL : &t->open[t->depth - 1];
}

bool
tables_in_data(const struct tables *t)
{
	return t->depth > 0 && t->depth <= TABLES_DEPTH_MAX && t->open[t->depth - 1].data;
}

void
tables_begin(struct tables *t)
{
	struct tables_open *outer = tables_top(t), *top;
	size_t index = t->next++;

	if (outer != NULL)
		outer->arranges = true;
	if (t->b == NULL)
		buf_put_char(&t->kinds, 0);
	t->depth++;
	top = tables_top(t);
	if (top == NULL)
		return;
	buf_reset(&top->names);
	*top = (struct tables_open){.index = index, .names = top->names};
	if (t->b == NULL || t->kinds.failed || index >= t->kinds.n)
		return;
	top->data = (t->kinds.p[index] & KIND_DATA) != 0;
	top->names_wanted = (t->kinds.p[index] & KIND_HEADER) != 0;
	if (top->data)
		top->token = builder_open(t->b, MARK_TABLE, ++t->number, (struct span){0});
}

void
tables_end(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (t->depth == 0)
		return;
	t->depth--;
	if (top == NULL)
		return;
	if (t->b == NULL && !t->kinds.failed) {
		if (!top->arranges && top->rows > 1 && top->widest > 1)
			t->kinds.p[top->index] =
			    (char)(KIND_DATA | (top->first_is_header ? KIND_HEADER : 0));
	} else if (top->data) {
		builder_close(t->b, top->token);
	}
	top->data = false;
}

void
tables_row_begin(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (top == NULL)
		return;
	top->cells = 0;
	top->header_row = true;
	if (!top->data)
		return;
	if (top->loose)
		builder_newline(t->b);
	top->loose = false;
	/* The names are no row of data; they go into the table's name. */
	if (top->rows == 0 && top->names_wanted)
		return;
	top->row_token = builder_open(t->b, MARK_ROW, ++top->data_rows, (struct span){0});
}

void
tables_row_end(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (top == NULL)
		return;
	if (top->cells > top->widest)
		top->widest = top->cells;
	if (top->rows == 0)
		top->first_is_header = top->header_row && top->cells > 1;
	if (top->data) {
		if (top->rows == 0 && top->names_wanted) {
			builder_name(t->b, top->token, buf_span(&top->names));
			top->names_wanted = false;
		} else {
			builder_close(t->b, top->row_token);
		}
		builder_newline(t->b);
	}
	top->rows++;
	top->cells = 0;
}

void
tables_cell_begin(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (top == NULL)
		return;
	top->cell_bytes = 0;
	top->paragraphs = 0;
	if (top->data && top->cells > 0) {
		builder_text(t->b, SPAN("\t"));
		buf_put_char(&top->names, '\t');
	}
	top->cells++;
}

void
tables_cell_end(struct tables *t, bool header)
{
	struct tables_open *top = tables_top(t);

	if (top == NULL)
		return;
	if (!header)
		top->header_row = false;
	if (top->cell_bytes > TABLES_CELL_BYTES || top->paragraphs > TABLES_CELL_PARAS)
		top->arranges = true;
}

void
tables_text(struct tables *t, struct span text)
{
	struct tables_open *top = tables_top(t);

	if (top == NULL)
		return;
	top->cell_bytes += text.n;
	top->loose |= top->cells == 0;
	if (top->data && top->names_wanted && top->cells > 0 &&
	    top->names.n + text.n <= TABLES_NAMES_MAX)
		buf_put_span(&top->names, text);
}

void
tables_paragraph(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (top != NULL)
		top->paragraphs++;
}

void
tables_heading(struct tables *t)
{
	struct tables_open *top = tables_top(t);

	if (top != NULL)
		top->arranges = true;
}

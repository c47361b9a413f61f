/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * table - cells lie in one buffer, ended by a NUL (safe text has none).
 */
#include "cli/table.h"

#include "cli/output.h"
#include "common/utf8.h"

#include <stdlib.h>

#define TABLE_GAP   2
#define TABLE_LEAST 10 /* columns that a shortened one keeps */
#define TABLE_CUT   "\xe2\x80\xa6"

struct table {
	const struct table_column *columns;
	size_t n, cells;
	struct buf text;
	size_t width[TABLE_COLUMNS_MAX];
};

struct table *
table_new(const struct table_column *columns, size_t n)
{
	struct table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->columns = columns;
	t->n = n;
	for (size_t i = 0; i < n; i++)
		t->width[i] = strlen(columns[i].title);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	buf_clear(&t->text);
	free(t);
}

void
table_put(struct table *t, struct span text)
{
	size_t column = t->cells % t->n, begun = t->text.n, width;

	output_safe(&t->text, text, true);
	width = output_width(span_sub(buf_span(&t->text), begun, t->text.n - begun));
	if (width > t->width[column])
		t->width[column] = width;
	buf_put_char(&t->text, '\0');
	t->cells++;
}

/* Takes from the widest that may shrink until the row fits. */
static void
table_fit(struct table *t, size_t columns)
{
	size_t total = TABLE_GAP * (t->n - 1);

	for (size_t i = 0; i < t->n; i++)
		total += t->width[i];
	while (columns > 0 && total > columns) {
		size_t widest = t->n;

		for (size_t i = 0; i < t->n; i++)
			if (t->columns[i].shrinks && t->width[i] > TABLE_LEAST &&
			    (widest == t->n || t->width[i] > t->width[widest]))
				widest = i;
		if (widest == t->n)
			return;
		t->width[widest]--;
		total--;
	}
}

/* What is left when at least so many columns of the beginning are dropped. */
static struct span
table_tail(struct span cell, size_t columns)
{
	size_t n = output_fit(cell, columns);

	while (n < cell.n &&
	       (output_width(span_sub(cell, 0, n)) < columns || utf8_is_continuation(cell.p[n])))
		n++;
	return span_sub(cell, n, cell.n);
}

static void
table_print_cell(const struct table *t, struct buf *out, size_t column, struct span cell,
		 struct span query)
{
	size_t width = output_width(cell), room = t->width[column], pad;
	bool last = column + 1 == t->n, cut = width > room;

	if (cut) {
		cell = t->columns[column].end ? table_tail(cell, width - (room - 1))
					      : span_sub(cell, 0, output_fit(cell, room - 1));
		width = output_width(cell) + 1;
	}
	pad = room - width;
	for (size_t i = 0; t->columns[column].right && i < pad; i++)
		buf_put_char(out, ' ');
	buf_put_str(out, cut && t->columns[column].end ? TABLE_CUT : "");
	output_highlight(out, cell, query);
	buf_put_str(out, cut && !t->columns[column].end ? TABLE_CUT : "");
	for (size_t i = 0; !last && i < TABLE_GAP + (t->columns[column].right ? 0 : pad); i++)
		buf_put_char(out, ' ');
	while (last && out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
	if (last)
		buf_put_char(out, '\n');
}

void
table_print(struct table *t, struct span query)
{
	const char *at = t->text.p;
	struct buf out = {0};

	if (t->text.failed) {
		output_flush(&t->text);
		return;
	}
	table_fit(t, output_columns());
	for (size_t i = 0; i < t->n; i++)
		table_print_cell(t, &out, i, span_of(t->columns[i].title), (struct span){0});
	for (size_t i = 0; i < t->cells; i++) {
		struct span cell = span_of(at);

		table_print_cell(t, &out, i % t->n, cell, query);
		at += cell.n + 1;
	}
	output_flush(&out);
	buf_clear(&out);
}

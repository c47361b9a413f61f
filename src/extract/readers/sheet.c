/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet - rows of cells as titles and tables.
 *
 *   rows -> held until the block ends, or enough of it is known -> sheet_decide()
 *        -> a table is open: rows are written as they come, until a blank one
 */
#include "extract/readers/heading.h"
#include "extract/readers/sheet_inside.h"

#include <stdlib.h>

#define SHEET_TITLES_MAX  3 /* a block of more lines than that is no title */
#define SHEET_PLAIN_WIDTH 3 /* a table so wide is believed to begin with its names */

/* --- rows that are held --- */

size_t
sheet_lines_held(const struct sheet *s)
{
	return s->lines.n / sizeof(struct sheet_line);
}

const struct sheet_line *
sheet_line(const struct sheet *s, size_t i)
{
	return (const struct sheet_line *)(const void *)s->lines.p + i;
}

const struct sheet_held *
sheet_cells(const struct sheet *s, const struct sheet_line *line)
{
	return (const struct sheet_held *)(const void *)s->cells.p + line->first;
}

struct span
sheet_text(const struct sheet *s, const struct sheet_held *cell)
{
	return span_sub(buf_span(&s->bytes), cell->at, cell->n);
}

static bool
sheet_failed(const struct sheet *s)
{
	return s->bytes.failed || s->cells.failed || s->lines.failed || s->names.failed;
}

static size_t
sheet_cells_held(const struct sheet *s)
{
	return s->cells.n / sizeof(struct sheet_held);
}

static void
sheet_let_go(struct sheet *s)
{
	s->bytes.n = s->cells.n = s->lines.n = 0;
	s->row_cell = s->row_byte = s->titles = 0;
}

struct sheet *
sheet_new(struct builder *b)
{
	struct sheet *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->b = b;
	return s;
}

void
sheet_free(struct sheet *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->bytes);
	buf_clear(&s->cells);
	buf_clear(&s->lines);
	buf_clear(&s->names);
	free(s);
}

/* --- titles and lines --- */

static bool
sheet_is_heading(const struct sheet *s, struct span text, bool above_table)
{
	if (text.n == 0 || text.n > HEADING_BYTES_MAX || text.p[text.n - 1] == '.')
		return false;
	return above_table || heading_is_known(text) || (!s->begun && heading_has_shape(text));
}

/* Rows of one cell each: the first may be a heading, the others are lines below it. */
static void
sheet_put_titles(struct sheet *s, size_t first, size_t end, bool above_table)
{
	for (size_t i = first; i < end && !builder_full(s->b); i++) {
		const struct sheet_held *cell = sheet_cells(s, sheet_line(s, i));
		struct span text = sheet_text(s, cell);
		bool heading = i == first && cell->kind == SHEET_TEXT &&
			       (end - first <= SHEET_TITLES_MAX) &&
			       sheet_is_heading(s, text, above_table);
		size_t token = 0;

		if (heading) {
			builder_paragraph(s->b);
			token = builder_open(s->b, MARK_HEADING, s->title_level, (struct span){0});
		}
		sheet_put_cell(s, cell);
		if (heading)
			builder_close(s->b, token);
		builder_newline(s->b);
		s->begun = true;
	}
	builder_paragraph(s->b);
}

static void
sheet_put_rows(struct sheet *s, size_t first, size_t end)
{
	for (size_t i = first; i < end && !builder_full(s->b); i++)
		sheet_table_row(s, sheet_line(s, i));
}

/* --- what the held rows are --- */

/* Drops the first `n` held rows; cells and bytes of theirs stay until all go. */
static void
sheet_drop_lines(struct sheet *s, size_t n)
{
	buf_consume(&s->lines, n * sizeof(struct sheet_line));
	s->titles = s->titles > n ? s->titles - n : 0;
}

/* A block of rows of one cell: a list below its name, what goes on, a title to come, or lines. */
static void
sheet_decide_lines(struct sheet *s, bool complete)
{
	size_t n = sheet_lines_held(s), from = s->titles;
	bool names = n - from > 1 && sheet_names_of(s, from, n) == NAMES_CERTAIN;

	if (s->open && from == 0 && s->columns == 1 && s->named && !names &&
	    sheet_goes_on(s, 0, n)) {
		sheet_put_rows(s, 0, n);
		sheet_let_go(s);
		return;
	}
	sheet_table_close(s);
	if (from > 0) {
		sheet_put_titles(s, 0, from, names);
		sheet_drop_lines(s, from);
		n -= from;
	}
	if (names) {
		sheet_table_open(s, 0, n, true);
		sheet_put_rows(s, 1, n);
		sheet_let_go(s);
	} else if (complete && n <= SHEET_TITLES_MAX) {
		s->titles = n;
	} else {
		sheet_put_titles(s, 0, n, false);
		sheet_let_go(s);
	}
}

/* Where the table begins behind `from`: behind pairs, if what comes then has names. */
static size_t
sheet_behind_pairs(struct sheet *s, size_t from, size_t n)
{
	size_t i = from;

	while (i < n && sheet_line(s, i)->n < SHEET_PLAIN_WIDTH)
		i++;
	return i > from && i < n && sheet_names_of(s, i, n) != NAMES_NONE ? i : from;
}

static void
sheet_decide_table(struct sheet *s, size_t top)
{
	size_t n = sheet_lines_held(s), at = sheet_behind_pairs(s, top, n);
	enum sheet_names names = sheet_names_of(s, at, n);
	bool goes_on = names != NAMES_CERTAIN && at == top && sheet_goes_on(s, at, n) &&
		       (s->named || top == 0);
	/* Behind pairs or a title, or at the first place, a wide table begins with its names. */
	bool named = names == NAMES_CERTAIN || (names == NAMES_MAYBE && !goes_on &&
						sheet_line(s, at)->n >= SHEET_PLAIN_WIDTH &&
						(!s->was_named || top > 0 || at > top));

	if (goes_on && s->open && top == 0) {
		sheet_put_rows(s, 0, n);
		sheet_let_go(s);
		return;
	}
	sheet_table_close(s);
	if (s->titles > 0 && s->titles < top) {
		sheet_put_titles(s, 0, s->titles, false);
		sheet_put_titles(s, s->titles, top, true);
	} else if (top > 0) {
		sheet_put_titles(s, 0, top, true);
	}
	if (at > top) {
		sheet_table_open(s, top, at, false);
		sheet_put_rows(s, top, at);
	}
	if (goes_on)
		sheet_table_again(s);
	else
		sheet_table_open(s, at, n, named);
	sheet_put_rows(s, at + (named && !goes_on), n);
	sheet_let_go(s);
}

static void
sheet_decide(struct sheet *s, bool complete)
{
	size_t n = sheet_lines_held(s), top = s->titles;

	if (sheet_failed(s) || n == top)
		return;
	while (top < n && sheet_line(s, top)->n == 1)
		top++;
	if (top == n)
		sheet_decide_lines(s, complete);
	else
		sheet_decide_table(s, top);
}

/* --- rows as they come --- */

void
sheet_begin(struct sheet *s, uint32_t title_level)
{
	s->title_level = title_level;
	s->begun = s->was_named = s->named = s->apart = false;
	for (uint32_t i = 0; i < s->columns; i++)
		s->place_of[s->column_at[i]] = 0;
	s->columns = s->width = 0;
}

/* How many bytes the blank or line end at `i` has (the builder ends a line at U+0085, U+2028 and
 * U+2029 too); 0: there is none. */
static size_t
sheet_blank(struct span text, size_t i)
{
	struct span rest = span_sub(text, i, 3);

	if (rest.n == 0)
		return 0;
	if (rest.p[0] == ' ' || (rest.p[0] >= '\t' && rest.p[0] <= '\r'))
		return 1;
	if (span_starts(rest, SPAN("\xc2\x85")))
		return 2;
	return span_is(rest, "\xe2\x80\xa8") || span_is(rest, "\xe2\x80\xa9") ? 3 : 0;
}

/* Line ends and runs of blanks become one blank. */
static void
sheet_fold(struct buf *to, struct span text)
{
	size_t i = 0;

	while (i < text.n) {
		size_t from = i, n;

		while (i < text.n && sheet_blank(text, i) == 0)
			i++;
		buf_put_span(to, span_sub(text, from, i - from));
		if (i < text.n)
			buf_put_char(to, ' ');
		while ((n = sheet_blank(text, i)) > 0)
			i += n;
	}
}

void
sheet_put(struct sheet *s, const struct sheet_cell *cell)
{
	struct sheet_held held = {.column = cell->column,
				  .kind = cell->kind,
				  .bold = cell->bold,
				  .at = s->bytes.n};
	struct span text = heading_trim(cell->text);

	if (text.n == 0 || s->row_cut)
		return;
	if (cell->column >= SHEET_COLUMNS_MAX) {
		builder_cut(s->b, "A sheet has more than 16,384 columns; those further right are "
				  "left out.");
		return;
	}
	if (s->bytes.n - s->row_byte + text.n + cell->link.n > SHEET_ROW_BYTES ||
	    sheet_cells_held(s) - s->row_cell >= SHEET_COLUMNS_MAX) {
		builder_cut(s->b, "A row of a sheet is longer than 4 MiB; the rest of it is left "
				  "out.");
		s->row_cut = true;
		return;
	}
	sheet_fold(&s->bytes, text);
	held.n = s->bytes.n - held.at;
	held.link_at = s->bytes.n;
	held.link_n = cell->link.n;
	buf_put_span(&s->bytes, cell->link);
	if (!s->bytes.failed && held.kind == SHEET_UNKNOWN)
		held.kind = sheet_kind_of(sheet_text(s, &held));
	if (!s->bytes.failed)
		buf_put(&s->cells, &held, sizeof held);
}

/* In CSV a shorter row of one cell is a title between two tables without a blank line. */
static bool
sheet_is_between(const struct sheet *s, const struct sheet_line *line)
{
	size_t n = sheet_lines_held(s);

	if (line->width == 0 || line->n != 1)
		return false;
	if (n == s->titles)
		return s->open && line->width < s->width;
	for (size_t i = n; i-- > s->titles;)
		if (sheet_line(s, i)->n > 1)
			return sheet_line(s, i)->width > line->width &&
			       sheet_line(s, i)->n >= SHEET_PLAIN_WIDTH;
	return false;
}

/*
 * Ends the block before the row under way, whose cells lie behind the block's: they move
 * to the front when sheet_decide() has let those go.
 */
static void
sheet_end_block(struct sheet *s, struct sheet_line *line)
{
	struct buf bytes = {0}, cells = {0};
	size_t byte = s->row_byte;

	if (sheet_lines_held(s) == 0)
		goto out;
	buf_put_span(&bytes, span_sub(buf_span(&s->bytes), byte, s->bytes.n));
	buf_put(&cells, sheet_cells(s, line), line->n * sizeof(struct sheet_held));
	sheet_decide(s, true);
	if (sheet_lines_held(s) > 0)
		goto out; /* titles, which are held still */
	buf_put_span(&s->bytes, buf_span(&bytes));
	for (uint32_t i = 0; i < line->n && !cells.failed; i++) {
		struct sheet_held *cell = (struct sheet_held *)(void *)cells.p + i;

		cell->at -= byte;
		cell->link_at -= byte;
		buf_put(&s->cells, cell, sizeof *cell);
	}
	s->lines.failed |= bytes.failed || cells.failed;
	line->first = 0;
out:
	s->apart = true;
	buf_clear(&bytes);
	buf_clear(&cells);
}

bool
sheet_row_is_empty(const struct sheet *s)
{
	return sheet_cells_held(s) == s->row_cell;
}

void
sheet_row(struct sheet *s, uint32_t width, uint32_t times)
{
	struct sheet_line line = {.first = s->row_cell,
				  .n = (uint32_t)(sheet_cells_held(s) - s->row_cell),
				  .width = width};
	bool goes_on;

	s->row_cut = false;
	if (sheet_failed(s))
		return;
	if (line.n == 0) {
		sheet_decide(s, true);
		s->apart = true;
		return;
	}
	goes_on = s->open && !s->apart && sheet_lines_held(s) == 0;
	if (sheet_is_between(s, &line) || (goes_on && sheet_table_is_names(s, &line))) {
		sheet_end_block(s, &line);
		goes_on = false;
	}
	for (uint32_t i = 0; i < times && !sheet_failed(s) && !builder_full(s->b); i++) {
		if (goes_on)
			sheet_table_row(s, &line);
		else
			buf_put(&s->lines, &line, sizeof line);
	}
	if (goes_on) {
		sheet_let_go(s);
		return;
	}
	s->apart = false;
	s->row_cell = sheet_cells_held(s);
	s->row_byte = s->bytes.n;
	if (sheet_lines_held(s) >= s->titles + SHEET_LOOK_ROWS || s->bytes.n >= SHEET_LOOK_BYTES)
		sheet_decide(s, false);
}

enum err
sheet_end(struct sheet *s)
{
	sheet_decide(s, true);
	if (s->titles > 0 && !sheet_failed(s)) {
		sheet_table_close(s);
		sheet_put_titles(s, 0, s->titles, false);
	}
	sheet_table_close(s);
	if (sheet_failed(s))
		return ERR_NOMEM;
	sheet_let_go(s);
	return OK;
}

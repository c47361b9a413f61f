/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv - values separated by commas, semicolons, TABs or bars (RFC 4180, and what is
 * written in its place).
 *
 * A cell may be quoted, with quotation marks inside doubled, and line ends. One quoting
 * that does not end is no quoting. Excel's first line "sep=;" names the separator;
 * otherwise it is the one by which neighbouring lines have the same number of cells.
 * Values stay as they are written; rows become tables as sheet.h says.
 */
#include "extract/readers/charset.h"
#include "extract/readers/csv.h"
#include "extract/readers/failure.h"
#include "extract/readers/selftests.h"
#include "extract/readers/sheet.h"

#include <strings.h>

#define CSV_QUOTED_MAX (1024u * 1024)     /* how far the end of a quoting is looked for … */
#define CSV_IN_VAIN    (8u * 1024 * 1024) /* … until so many bytes were looked at in vain */
#define CSV_LOOK_BYTES 65536              /* by which the separator is found */
#define CSV_LOOK_ROWS  500
#define CSV_SURE_PART  80 /* per cent of lines that agree: no doubt */
#define CSV_SURE_ROWS  3  /* without a name that says so: at least so many lines … */
#define CSV_SURE_CELLS 3  /* … of so many cells … */
#define CSV_SURE_BYTES 60 /* … of no more than so many bytes on average */

static const char csv_separators[] = {'\t', ';', '|', ','}; /* the rarer in prose, the earlier */

struct csv {
	struct span rest;
	char separator;
	size_t in_vain;
	struct buf cell; /* one with doubled quotation marks */
	/* of the row that was taken last */
	uint32_t width;
	bool ended; /* the cell that was taken last is its row's last */
	bool quoted;
};

/* Takes the line end at the front of `rest`, whichever it is. */
static void
csv_skip_line_end(struct csv *c)
{
	size_t n = c->rest.n > 1 && c->rest.p[0] == '\r' && c->rest.p[1] == '\n' ? 2 : 1;

	c->rest = span_sub(c->rest, n, c->rest.n);
}

static bool
csv_ends_cell(const struct csv *c, struct span s, size_t at)
{
	while (at < s.n && s.p[at] == ' ')
		at++;
	return at >= s.n || s.p[at] == c->separator || s.p[at] == '\n' || s.p[at] == '\r';
}

/* Where the quoting that begins at the front of `s` ends (at its mark); 0: it does not. */
static size_t
csv_quoted_end(struct csv *c, struct span s)
{
	size_t most = s.n < CSV_QUOTED_MAX ? s.n : CSV_QUOTED_MAX;

	if (c->in_vain > CSV_IN_VAIN)
		return 0;
	for (size_t i = 1; i < most; i++) {
		if (s.p[i] != '"')
			continue;
		if (i + 1 < s.n && s.p[i + 1] == '"')
			i++;
		else if (csv_ends_cell(c, s, i + 1))
			return i;
	}
	c->in_vain += most;
	return 0;
}

static struct span
csv_unquote(struct csv *c, struct span s)
{
	if (s.n == 0 || memchr(s.p, '"', s.n) == NULL)
		return s;
	buf_reset(&c->cell);
	for (size_t i = 0; i < s.n; i++) {
		buf_put_char(&c->cell, s.p[i]);
		i += s.p[i] == '"' && i + 1 < s.n && s.p[i + 1] == '"';
	}
	return buf_span(&c->cell);
}

/* Takes the next cell of the row; c->ended says whether it was the last. */
static struct span
csv_next_cell(struct csv *c)
{
	size_t blanks = 0, n, end;
	struct span cell;

	while (blanks < c->rest.n && c->rest.p[blanks] == ' ')
		blanks++;
	n = blanks;
	end = n < c->rest.n && c->rest.p[n] == '"'
		  ? csv_quoted_end(c, span_sub(c->rest, n, c->rest.n))
		  : 0;
	c->quoted = end > 0;
	if (end > 0) {
		cell = csv_unquote(c, span_sub(c->rest, n + 1, end - 1));
		n += end + 1;
		while (n < c->rest.n && c->rest.p[n] == ' ')
			n++;
	} else {
		while (n < c->rest.n && c->rest.p[n] != c->separator && c->rest.p[n] != '\n' &&
		       c->rest.p[n] != '\r')
			n++;
		cell = span_sub(c->rest, 0, n);
	}
	c->ended = n >= c->rest.n || c->rest.p[n] != c->separator;
	c->rest = span_sub(c->rest, n, c->rest.n);
	if (!c->ended)
		c->rest = span_sub(c->rest, 1, c->rest.n);
	else if (c->rest.n > 0)
		csv_skip_line_end(c);
	return cell;
}

/* --- which separator --- */

struct csv_look {
	size_t rows, agree; /* of them, neighbours with the same number of cells, more than one */
	uint32_t least, most;
	size_t bytes, cells; /* of cells with text */
	bool prose;          /* a blank behind a comma, a long cell: words, not values */
};

static void
csv_look_at_cell(struct csv_look *look, const struct csv *c, struct span cell, uint32_t i)
{
	look->bytes += cell.n;
	look->cells += cell.n > 0;
	if (!c->quoted && i > 0 && cell.n > 1 && cell.p[0] == ' ')
		look->prose = true;
}

/* Goes over the first lines with this separator. */
static void
csv_look(struct span text, char separator, struct csv_look *look)
{
	struct csv c = {.rest = span_sub(text, 0, CSV_LOOK_BYTES), .separator = separator};
	bool cut = text.n > CSV_LOOK_BYTES;
	uint32_t before = 0;

	*look = (struct csv_look){.least = UINT32_MAX};
	while (c.rest.n > 0 && look->rows < CSV_LOOK_ROWS) {
		uint32_t width = 0, filled = 0;

		do {
			struct span cell = csv_next_cell(&c);

			csv_look_at_cell(look, &c, cell, width);
			filled += cell.n > 0;
			width++;
		} while (!c.ended);
		if (filled == 0)
			continue;
		if (cut && c.rest.n == 0)
			break; /* the last line is not whole */
		look->rows++;
		look->agree += width > 1 && width == before;
		before = width;
		look->least = width < look->least ? width : look->least;
		look->most = width > look->most ? width : look->most;
	}
	buf_clear(&c.cell);
}

static char
csv_find_separator(struct span text)
{
	size_t best = 0;
	char found = ',';

	for (size_t i = 0; i < sizeof csv_separators; i++) {
		struct csv_look look;
		size_t share;

		csv_look(text, csv_separators[i], &look);
		if (look.rows == 0)
			continue;
		/* The first line has none before it to agree with. */
		share =
		    look.rows > 1 ? look.agree * 100 / (look.rows - 1) : (look.most > 1 ? 100 : 0);
		if (share >= CSV_SURE_PART)
			return csv_separators[i];
		if (share > best) {
			best = share;
			found = csv_separators[i];
		}
	}
	return found;
}

/* Takes Excel's first line "sep=;", if it is there, and gives its separator; 0: none. */
static char
csv_take_sep_line(struct span *text)
{
	char separator;

	if (text->n < 6 || strncasecmp(text->p, "sep=", 4) != 0 ||
	    (text->p[5] != '\r' && text->p[5] != '\n'))
		return 0;
	separator = text->p[4];
	if (separator == '"' || separator == ' ' || (separator & 0x80) != 0)
		return 0;
	*text = span_sub(*text, text->p[5] == '\r' && text->n > 6 && text->p[6] == '\n' ? 7 : 6,
			 text->n);
	return separator;
}

bool
csv_is_sure(struct span text)
{
	struct csv_look look;
	const char *cut = text.n == 0 ? NULL : memrchr(text.p, '\n', text.n);

	if (csv_take_sep_line(&text) != 0)
		return true;
	/* The head of a file: its last line may not be whole. */
	if (cut != NULL)
		text.n = (size_t)(cut - text.p) + 1;
	if (text.n == 0 || strchr("{[<#/}*>-", text.p[0]) != NULL)
		return false;
	for (size_t i = 0; i < sizeof csv_separators; i++) {
		csv_look(text, csv_separators[i], &look);
		if (look.rows >= CSV_SURE_ROWS && look.least == look.most &&
		    look.least >= CSV_SURE_CELLS && !look.prose && look.cells >= look.rows * 2 &&
		    look.bytes <= look.cells * CSV_SURE_BYTES)
			return true;
	}
	return false;
}

/* --- reading --- */

static enum err
csv_put(struct csv *c, struct builder *b)
{
	struct sheet *s = sheet_new(b);
	enum err e = s == NULL ? ERR_NOMEM : OK;

	if (e == OK)
		sheet_begin(s, 1);
	while (e == OK && c->rest.n > 0 && !builder_full(b)) {
		struct sheet_cell cell = {0};

		do {
			cell.text = csv_next_cell(c);
			sheet_put(s, &cell);
			cell.column++;
		} while (!c->ended);
		sheet_row(s, cell.column, 1);
		e = buf_err(&c->cell);
	}
	if (e == OK)
		e = sheet_end(s);
	sheet_free(s);
	return e;
}

/* What a person would call the document: its first line, if it has but one cell. */
static void
csv_put_title(struct csv c, struct builder *b)
{
	struct span first;
	bool alone;

	c.cell = (struct buf){0};
	first = csv_next_cell(&c);
	alone = c.ended;
	while (!c.ended)
		if (csv_next_cell(&c).n > 0)
			break;
	if ((alone || c.ended) && first.n <= DOC_TITLE_MAX &&
	    memchr(first.p, '\n', first.n) == NULL)
		builder_title(b, first);
	buf_clear(&c.cell);
}

static enum err
csv_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct buf keep = {0};
	struct csv c = {0};
	enum err e;

	builder_format(b, "csv");
	e = charset_to_utf8(in->bytes, (struct span){0}, &keep, &c.rest);
	if (e == ERR_FORMAT)
		failure_set(failure, e, "unsupported", "This file is not text.", "");
	if (e != OK)
		goto out;
	c.separator = csv_take_sep_line(&c.rest);
	if (c.separator == 0)
		c.separator = csv_find_separator(c.rest);
	if (c.rest.n > 0)
		csv_put_title(c, b);
	e = csv_put(&c, b);
	if (e == OK && keep.n >= CHARSET_BYTES_MAX)
		builder_cut(b, "The end of this text is missing: it is too long.");
out:
	buf_clear(&c.cell);
	buf_clear(&keep);
	return e;
}

const struct reader reader_csv = {
    .name = "CSV",
    .format = "csv",
    .read = csv_read,
    .selftest = selftests_csv,
};

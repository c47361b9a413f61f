/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * markdown - Markdown as a reader sees it rendered: headings, tables and links
 * become marks, the signs that make them go. Line by line, in linear time; what
 * is not understood stays as it is written.
 */
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/heading.h"
#include "extract/readers/selftests.h"

#define MARKDOWN_LEVELS    6
#define MARKDOWN_URL_BYTES 4000
#define MARKDOWN_LOOK      8192 /* how far a closing bracket is looked for … */
#define MARKDOWN_IN_VAIN                                                                           \
	(8u * 1024 * 1024) /* … until so many bytes of a document were looked at in vain */

struct markdown {
	struct builder *b;
	struct span rest;
	bool in_code; /* between fences */
	char fence;
	bool in_table;
	size_t table;
	uint32_t tables, rows;
	size_t in_vain;
};

static struct span
markdown_next_line(struct span *rest)
{
	size_t n = 0;
	struct span line;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line = span_sub(*rest, 0, n);
	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = span_sub(*rest, n + 1, rest->n);
	return line;
}

/* --- inside a line --- */

static bool
markdown_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c & 0x80) != 0;
}

/* Where the bracket that closes the one at `at` stands, or s.n. */
static size_t
markdown_close(struct markdown *m, struct span s, size_t at, char open, char close)
{
	size_t depth = 0, end = at + MARKDOWN_LOOK < s.n ? at + MARKDOWN_LOOK : s.n;

	if (m->in_vain > MARKDOWN_IN_VAIN)
		return s.n;
	for (size_t i = at; i < end; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == open)
			depth++;
		else if (s.p[i] == close && --depth == 0)
			return i;
	}
	m->in_vain += end - at;
	return s.n;
}

static void markdown_inline(struct markdown *m, struct span s, bool in_link);

/* "[words](url "title")" at s.p[0]; returns how many bytes it is, 0 when it is none. */
static size_t
markdown_link(struct markdown *m, struct span s)
{
	size_t words_end = markdown_close(m, s, 0, '[', ']'), url_end, token;
	struct span url;

	if (words_end + 1 >= s.n || s.p[words_end + 1] != '(')
		return 0;
	url_end = markdown_close(m, s, words_end + 1, '(', ')');
	if (url_end == s.n)
		return 0;
	url = heading_trim(span_sub(s, words_end + 2, url_end - words_end - 2));
	if (url.n > 1 && url.p[0] == '<') {
		size_t end = markdown_close(m, url, 0, '<', '>');

		url = span_sub(url, 1, end - 1);
	} else {
		for (size_t i = 0; i < url.n; i++)
			if (url.p[i] == ' ')
				url.n = i;
	}
	token = builder_open(m->b, MARK_LINK, 0, span_sub(url, 0, MARKDOWN_URL_BYTES));
	markdown_inline(m, span_sub(s, 1, words_end - 1), true);
	builder_close(m->b, token);
	return url_end + 1;
}

/* "<https://…>" at s.p[0]. */
static size_t
markdown_autolink(struct markdown *m, struct span s)
{
	size_t end = markdown_close(m, s, 0, '<', '>'), token;
	struct span url = span_sub(s, 1, end < s.n ? end - 1 : 0);

	if (!span_starts(url, SPAN("http://")) && !span_starts(url, SPAN("https://")) &&
	    !span_starts(url, SPAN("mailto:")))
		return 0;
	token = builder_open(m->b, MARK_LINK, 0, url);
	builder_text(m->b, url);
	builder_close(m->b, token);
	return end + 1;
}

/* Is the run of n signs at `at` one of emphasis: a word on exactly one side, or nothing but signs?
 */
static bool
markdown_is_emphasis(struct span s, size_t at, size_t n)
{
	bool before = at > 0 && s.p[at - 1] != ' ' && s.p[at - 1] != '\t';
	bool after = at + n < s.n && s.p[at + n] != ' ' && s.p[at + n] != '\t';

	if (n > 3 || (!before && !after))
		return false;
	if (s.p[at] == '_' && before && after)
		return !(markdown_is_word(s.p[at - 1]) && markdown_is_word(s.p[at + n]));
	return true;
}

/* Handles the sign at `at`; returns how many bytes were used, 0 when it is an ordinary character.
 */
static size_t
markdown_sign(struct markdown *m, struct span s, size_t at, bool in_link)
{
	struct span here = span_sub(s, at, s.n);
	size_t n = 1, used;

	switch (here.p[0]) {
	case '\\':
		if (here.n < 2 || markdown_is_word(here.p[1]) || here.p[1] == ' ')
			return 0;
		builder_text(m->b, span_sub(here, 1, 1));
		return 2;
	case '!':
		if (here.n < 2 || here.p[1] != '[' || in_link)
			return 0;
		used = markdown_link(m, span_sub(here, 1, here.n));
		return used == 0 ? 0 : used + 1;
	case '[':
		return in_link ? 0 : markdown_link(m, here);
	case '<':
		return in_link ? 0 : markdown_autolink(m, here);
	case '`':
		return 1;
	default:
		while (n < here.n && here.p[n] == here.p[0])
			n++;
		if (markdown_is_emphasis(s, at, n))
			return n;
		builder_text(m->b, span_sub(here, 0, n));
		return n;
	}
}

static void
markdown_inline(struct markdown *m, struct span s, bool in_link)
{
	size_t from = 0, at = 0;

	while (at < s.n && !builder_full(m->b)) {
		size_t used = 0;

		if (strchr("\\![<`*_", s.p[at]) != NULL && s.p[at] != '\0') {
			builder_text(m->b, span_sub(s, from, at - from));
			from = at;
			used = markdown_sign(m, s, at, in_link);
			from += used;
		}
		at += used == 0 ? 1 : used;
	}
	builder_text(m->b, span_sub(s, from, s.n));
}

/* --- tables --- */

static bool
markdown_is_rule_row(struct span line)
{
	size_t dashes = 0, bars = 0;

	line = heading_trim(line);
	for (size_t i = 0; i < line.n; i++) {
		if (strchr("|-: \t", line.p[i]) == NULL)
			return false;
		dashes += line.p[i] == '-';
		bars += line.p[i] == '|';
	}
	return dashes > 0 && bars > 0;
}

/* Takes the next cell of a row off *row; false when there is none. */
static bool
markdown_next_cell(struct span *row, struct span *cell)
{
	size_t n = 0;

	if (row->p == NULL)
		return false;
	while (n < row->n && row->p[n] != '|')
		n += row->p[n] == '\\' && n + 1 < row->n ? 2 : 1;
	*cell = heading_trim(span_sub(*row, 0, n));
	if (n < row->n)
		*row = span_sub(*row, n + 1, row->n);
	else
		row->p = NULL;
	return true;
}

static struct span
markdown_without_bars(struct span line)
{
	line = heading_trim(line);
	if (line.n > 0 && line.p[0] == '|')
		line = span_sub(line, 1, line.n);
	if (line.n > 0 && line.p[line.n - 1] == '|')
		line.n--;
	return line;
}

static void
markdown_put_cells(struct markdown *m, struct span line)
{
	struct span row = markdown_without_bars(line), cell;
	bool first = true;

	while (markdown_next_cell(&row, &cell)) {
		if (!first)
			builder_text(m->b, SPAN("\t"));
		markdown_inline(m, cell, false);
		first = false;
	}
	builder_newline(m->b);
}

static void
markdown_table_begin(struct markdown *m, struct span line)
{
	struct buf names = {0};
	struct span row = markdown_without_bars(line), cell;

	while (markdown_next_cell(&row, &cell)) {
		if (names.n > 0)
			buf_put_char(&names, '\t');
		buf_put_span(&names, cell);
	}
	builder_paragraph(m->b);
	m->table = builder_open(m->b, MARK_TABLE, ++m->tables, buf_span(&names));
	m->in_table = true;
	m->rows = 0;
	markdown_put_cells(m, line);
	buf_clear(&names);
}

static void
markdown_table_row(struct markdown *m, struct span line)
{
	size_t token = builder_open(m->b, MARK_ROW, ++m->rows, (struct span){0});

	markdown_put_cells(m, line);
	builder_close(m->b, token);
}

static void
markdown_table_end(struct markdown *m)
{
	builder_close(m->b, m->table);
	builder_paragraph(m->b);
	m->in_table = false;
}

/* --- lines --- */

static void
markdown_heading(struct markdown *m, uint32_t level, struct span words)
{
	size_t token;

	builder_paragraph(m->b);
	if (level == 1)
		builder_title(m->b, words);
	token = builder_open(m->b, MARK_HEADING, level, (struct span){0});
	markdown_inline(m, words, false);
	builder_close(m->b, token);
	builder_paragraph(m->b);
}

/* "## Words ##": the level, and the words in *words; 0 when it is no heading. */
static uint32_t
markdown_atx(struct span line, struct span *words)
{
	uint32_t level = 0;

	line = heading_trim(line);
	while (level < line.n && line.p[level] == '#')
		level++;
	if (level == 0 || level > MARKDOWN_LEVELS ||
	    (level < line.n && line.p[level] != ' ' && line.p[level] != '\t'))
		return 0;
	*words = heading_trim(span_sub(line, level, line.n));
	while (words->n > 0 && words->p[words->n - 1] == '#')
		words->n--;
	*words = heading_trim(*words);
	return level;
}

/* Is `line` a run of one of the given signs, as under a heading? */
static bool
markdown_is_rule(struct span line, char sign, size_t least)
{
	line = heading_trim(line);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != sign)
			return false;
	return line.n >= least;
}

/* "```" or "~~~": begins or ends a block that is taken as it stands. */
static bool
markdown_fence(struct markdown *m, struct span line)
{
	line = heading_trim(line);
	if (!span_starts(line, SPAN("```")) && !span_starts(line, SPAN("~~~")))
		return false;
	if (m->in_code && m->fence != line.p[0])
		return false;
	m->in_code = !m->in_code;
	m->fence = line.p[0];
	return true;
}

static struct span
markdown_without_quote_sign(struct span line)
{
	while (span_starts(heading_trim(line), SPAN(">"))) {
		line = span_sub(heading_trim(line), 1, line.n);
		if (span_starts(line, SPAN(" ")))
			line = span_sub(line, 1, line.n);
	}
	return line;
}

static void
markdown_line(struct markdown *m, struct span line)
{
	struct span after = m->rest, next = markdown_next_line(&after), words;
	uint32_t level = markdown_atx(line, &words);
	bool has_bar = line.n > 0 && memchr(line.p, '|', line.n) != NULL;

	if (m->in_table && !has_bar)
		markdown_table_end(m);
	if (heading_trim(line).n == 0) {
		builder_paragraph(m->b);
	} else if (m->in_table) {
		markdown_table_row(m, line);
	} else if (level > 0) {
		markdown_heading(m, level, words);
	} else if (has_bar && markdown_is_rule_row(next)) {
		m->rest = after;
		markdown_table_begin(m, line);
	} else if (markdown_is_rule(next, '=', 2) || markdown_is_rule(next, '-', 3)) {
		m->rest = after;
		markdown_heading(m, heading_trim(next).p[0] == '-' ? 2 : 1, heading_trim(line));
	} else if (markdown_is_rule(line, '-', 3) || markdown_is_rule(line, '*', 3)) {
		builder_paragraph(m->b);
	} else {
		markdown_inline(m, markdown_without_quote_sign(line), false);
		builder_newline(m->b);
	}
}

static enum err
markdown_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct markdown m = {.b = b};
	struct buf keep = {0};
	enum err e;

	builder_format(b, "markdown");
	e = charset_to_utf8(in->bytes, (struct span){0}, &keep, &m.rest);
	if (e == ERR_FORMAT)
		failure_set(failure, e, "unsupported", "This file is not text.", "");
	while (e == OK && m.rest.n > 0 && !builder_full(b)) {
		struct span line = markdown_next_line(&m.rest);

		if (markdown_fence(&m, line)) {
			builder_paragraph(b);
		} else if (m.in_code) {
			builder_text(b, line);
			builder_newline(b);
		} else {
			markdown_line(&m, line);
		}
	}
	if (m.in_table)
		markdown_table_end(&m);
	buf_clear(&keep);
	return e;
}

const struct reader reader_markdown = {
    .name = "Markdown",
    .format = "markdown",
    .read = markdown_read,
    .selftest = selftests_markdown,
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_flow - lines of a PDF to pages, paragraphs and headings.
 */
#include "extract/readers/pdf.h"

#include "common/utf8.h"
#include "extract/readers/heading.h"

#include <stdlib.h>
#include <strings.h>

#define FLOW_HEADING_BYTES 200
#define FLOW_HEADING_LINES 3
#define FLOW_LARGER        1.15f /* times the body's size: the letters of a heading */
#define FLOW_LARGEST       1.5f
#define FLOW_SEARCH_BYTES                                                                          \
	(1024u * 1024) /* longer documents are not searched for a word's other forms */
#define FLOW_WORD_BYTES 60
#define FLOW_HYPHENS    40 /* one line in so many ends in a hyphen: the program hyphenated */

struct flow {
	struct pdf *pdf;
	struct builder *b;
	struct pdf_layout layout;
	bool hyphenated; /* by the program that set the lines, not by the writer */
	size_t prev;     /* the body line put last */
	bool any;
	size_t page; /* token */
	bool page_open;
};

/* The next body line from `i` on, or the count. */
static size_t
flow_next(const struct pdf *pdf, size_t i)
{
	while (i < pdf_line_count(pdf) && pdf_line(pdf, i)->place != PDF_BODY)
		i++;
	return i;
}

/* --- hyphens --- */

static bool
flow_is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
}

static bool
flow_is_letter(char c)
{
	return flow_is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* "micro-" + "simulation": the two parts of a word around a line's end; false when it is none. */
static bool
flow_parts(struct span a, struct span b, struct span *first, struct span *second)
{
	size_t from, to = 0;

	if (a.n < 3 || b.n < 2 || a.p[a.n - 1] != '-' || !flow_is_letter(a.p[a.n - 2]) ||
	    !flow_is_lower(b.p[0]))
		return false;
	from = a.n - 1;
	while (from > 0 && flow_is_letter(a.p[from - 1]))
		from--;
	while (to < b.n && flow_is_letter(b.p[to]))
		to++;
	*first = span_sub(a, from, a.n - 1 - from);
	*second = span_sub(b, 0, to);
	return first->n + second->n < FLOW_WORD_BYTES;
}

static bool
flow_contains(const struct flow *f, struct span first, const char *between, struct span second)
{
	char word[FLOW_WORD_BYTES + 2];
	size_t n = 0;

	if (f->pdf->text.n > FLOW_SEARCH_BYTES)
		return false;
	memcpy(word, first.p, first.n);
	n = first.n;
	memcpy(word + n, between, strlen(between));
	n += strlen(between);
	memcpy(word + n, second.p, second.n);
	n += second.n;
	return memmem(f->pdf->text.p, f->pdf->text.n, word, n) != NULL;
}

/*
 * Does the hyphen at the end of `a` belong to the word? What the document writes
 * elsewhere decides; then whether its program hyphenates at all: word processors
 * mostly do not, so that a hyphen there is the writer's.
 */
static bool
flow_keeps_hyphen(const struct flow *f, struct span a, struct span b)
{
	struct span first, second;

	if (!flow_parts(a, b, &first, &second))
		return true;
	if (flow_contains(f, first, "-", second))
		return true;
	if (flow_contains(f, first, "", second))
		return false;
	return !f->hyphenated;
}

static bool
flow_hyphenates(const struct pdf *pdf)
{
	size_t hyphens = 0, lines = 0;

	for (size_t i = 0; i < pdf_line_count(pdf); i++) {
		struct span s = pdf_words(pdf, pdf_line(pdf, i));

		lines += s.n > 20;
		hyphens += s.n > 20 && s.p[s.n - 1] == '-' && flow_is_lower(s.p[s.n - 2]);
	}
	return hyphens * FLOW_HYPHENS > lines;
}

/* Was an address or a DOI cut in two? Then its parts touch. */
static bool
flow_is_address(struct span a, struct span b)
{
	size_t from = a.n;
	struct span token;

	while (from > 0 && a.p[from - 1] != ' ')
		from--;
	token = span_sub(a, from, a.n);
	if (token.p == NULL || token.n < 4 || b.n == 0 ||
	    memchr("/-_=&?%.~", token.p[token.n - 1], 9) == NULL)
		return false;
	if (token.p[token.n - 1] == '.' && !(b.p[0] >= 'a' && b.p[0] <= 'z'))
		return false;
	return memmem(token.p, token.n, "://", 3) != NULL ||
	       memmem(token.p, token.n, "www.", 4) != NULL ||
	       memmem(token.p, token.n, "10.", 3) != NULL;
}

/* --- putting --- */

/* A line's words; private characters of symbol fonts in front of it are bullets. */
static void
flow_put_words(struct flow *f, struct span words)
{
	uint32_t cp = 0;
	size_t n = words.n == 0 ? 0 : utf8_decode(words, &cp);

	if (cp >= 0xf000 && cp <= 0xf0ff) {
		builder_text(f->b, SPAN("\xe2\x80\xa2 "));
		words = heading_trim(span_sub(words, n, words.n));
	}
	builder_text(f->b, words);
}

static void
flow_put_line(struct flow *f, size_t i, bool drop_hyphen)
{
	const struct pdf_line *line = pdf_line(f->pdf, i);
	struct span words = pdf_words(f->pdf, line);

	if (line->label != 0) {
		flow_put_words(f, pdf_words(f->pdf, pdf_line(f->pdf, line->label - 1)));
		builder_text(f->b, SPAN(" "));
	}
	if (drop_hyphen)
		words.n--;
	flow_put_words(f, words);
}

/* Is line `i` joined to `next` without its hyphen? */
static bool
flow_drops_hyphen(const struct flow *f, size_t i, size_t next)
{
	struct span a, b;

	if (next >= pdf_line_count(f->pdf) ||
	    pdf_layout_break(f->pdf, &f->layout, i, next) != PDF_JOIN)
		return false;
	a = pdf_words(f->pdf, pdf_line(f->pdf, i));
	b = pdf_words(f->pdf, pdf_line(f->pdf, next));
	return a.n > 0 && a.p[a.n - 1] == '-' && !flow_is_address(a, b) &&
	       !flow_keeps_hyphen(f, a, b);
}

/* What stands between the last line and line `i`. */
static void
flow_put_break(struct flow *f, size_t i)
{
	struct span a = pdf_words(f->pdf, pdf_line(f->pdf, f->prev));
	struct span b = pdf_words(f->pdf, pdf_line(f->pdf, i));
	bool touches;

	switch (pdf_layout_break(f->pdf, &f->layout, f->prev, i)) {
	case PDF_JOIN:
		touches = (a.n > 1 && a.p[a.n - 1] == '-' && a.p[a.n - 2] != ' ') ||
			  flow_is_address(a, b);
		if (!touches)
			builder_text(f->b, SPAN(" "));
		break;
	case PDF_CELL:
		builder_text(f->b, SPAN("\t"));
		break;
	case PDF_NEWLINE:
		builder_newline(f->b);
		break;
	case PDF_PARAGRAPH:
		builder_paragraph(f->b);
		break;
	}
}

/* --- headings --- */

static bool
flow_is_prominent(const struct flow *f, const struct pdf_line *line)
{
	return line->bold || line->size > f->layout.body_size * FLOW_LARGER;
}

static uint32_t
flow_level(const struct flow *f, const struct pdf_line *line, struct span words)
{
	if (heading_is_known(words) || line->size > f->layout.body_size * FLOW_LARGEST)
		return 1;
	return line->size > f->layout.body_size * FLOW_LARGER ? 2 : 3;
}

static bool
flow_reads_as_heading(struct span words)
{
	size_t letters = 0;

	words = heading_trim(words);
	for (size_t i = 0; i < words.n; i++)
		letters += flow_is_letter(words.p[i]);
	if (words.n < 3 || letters * 2 < words.n)
		return false;
	return heading_is_known(words) || strchr(".,;", words.p[words.n - 1]) == NULL;
}

/*
 * How many lines from `i` on are a heading: prominent, joined to each other and to
 * nothing else. 0 when they are none.
 */
static size_t
flow_heading_lines(const struct flow *f, size_t i)
{
	size_t lines = 0, bytes = 0, at = i, next;

	if (f->any) {
		enum pdf_break before = pdf_layout_break(f->pdf, &f->layout, f->prev, i);

		if (before == PDF_JOIN || before == PDF_CELL)
			return 0;
	}
	for (;; at = next) {
		const struct pdf_line *line = pdf_line(f->pdf, at);
		enum pdf_break after = PDF_PARAGRAPH;

		lines++;
		bytes += line->n;
		/* Templates print half of their headings' lines in plain letters. */
		if ((!flow_is_prominent(f, line) && !heading_is_known(pdf_words(f->pdf, line))) ||
		    lines > FLOW_HEADING_LINES || bytes > FLOW_HEADING_BYTES)
			return 0;
		next = flow_next(f->pdf, at + 1);
		if (next < pdf_line_count(f->pdf))
			after = pdf_layout_break(f->pdf, &f->layout, at, next);
		if (after == PDF_CELL)
			return 0;
		if (after != PDF_JOIN)
			return flow_reads_as_heading(pdf_words(f->pdf, line)) ? lines : 0;
	}
}

/* --- the whole --- */

/* Ends the page of the last line and begins those up to line `i`'s. */
static void
flow_turn_pages(struct flow *f, uint32_t from, uint32_t to)
{
	for (uint32_t p = from; p <= to; p++) {
		f->page = builder_open(f->b, MARK_PAGE, p + 1, (struct span){0});
		f->page_open = true;
		if (p < to)
			builder_close(f->b, f->page);
	}
}

/* Puts body line `i`, with what stands before it; returns the next one. */
static size_t
flow_put(struct flow *f, size_t i, uint32_t *next_page)
{
	const struct pdf_line *line = pdf_line(f->pdf, i);
	size_t next = flow_next(f->pdf, i + 1);

	if (line->page >= *next_page && f->page_open)
		builder_close(f->b, f->page);
	if (f->any)
		flow_put_break(f, i);
	if (line->page >= *next_page) {
		flow_turn_pages(f, *next_page, line->page);
		*next_page = line->page + 1;
	}
	flow_put_line(f, i, flow_drops_hyphen(f, i, next));
	f->prev = i;
	f->any = true;
	return next;
}

/* A heading is put as a paragraph of its own, and the first one may be the title. */
static size_t
flow_put_heading(struct flow *f, size_t i, size_t lines, uint32_t *next_page)
{
	const struct pdf_line *line = pdf_line(f->pdf, i);
	struct span words = pdf_words(f->pdf, line);
	size_t token;

	builder_paragraph(f->b);
	if (line->page >= *next_page) {
		if (f->page_open)
			builder_close(f->b, f->page);
		flow_turn_pages(f, *next_page, line->page);
		*next_page = line->page + 1;
	}
	token = builder_open(f->b, MARK_HEADING, flow_level(f, line, words), (struct span){0});
	for (size_t n = 0; n < lines; n++)
		i = flow_put(f, i, next_page);
	builder_close(f->b, token);
	builder_paragraph(f->b);
	return i;
}

/* The document's title, where its properties have none: the first line in the largest letters. */
static void
flow_put_title(struct flow *f)
{
	const struct pdf_line *best = NULL;

	for (size_t i = 0; i < pdf_line_count(f->pdf); i++) {
		const struct pdf_line *line = pdf_line(f->pdf, i);

		if (line->page > 0)
			break;
		if (line->place == PDF_BODY && line->size > f->layout.body_size * FLOW_LARGER &&
		    (best == NULL || line->size > best->size) &&
		    flow_reads_as_heading(pdf_words(f->pdf, line)))
			best = line;
	}
	if (best != NULL)
		builder_title(f->b, pdf_words(f->pdf, best));
}

bool
pdf_flow(struct pdf *pdf, struct builder *b)
{
	struct flow f = {.pdf = pdf, .b = b};
	uint32_t next_page = 0;
	bool ok = pdf_layout_measure(pdf, &f.layout);

	f.hyphenated = flow_hyphenates(pdf);
	for (size_t i = flow_next(pdf, 0); ok && i < pdf_line_count(pdf) && !builder_full(b);) {
		size_t lines = flow_heading_lines(&f, i);

		i = lines > 0 ? flow_put_heading(&f, i, lines, &next_page)
			      : flow_put(&f, i, &next_page);
	}
	if (ok) {
		flow_put_title(&f);
		if (f.page_open)
			builder_close(b, f.page);
		if (next_page < pdf_page_count(pdf))
			flow_turn_pages(&f, next_page, (uint32_t)pdf_page_count(pdf) - 1);
	}
	pdf_layout_clear(&f.layout);
	return ok;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_heads - running heads and feet.
 *
 * One is a line near the upper or lower border that stands, but for its numbers,
 * with the same words at the same height on enough pages. On documents of two
 * pages that is both of them.
 */
#include "extract/readers/pdf.h"

#include "extract/readers/heading.h"
#include "text/date.h"

#include <math.h>
#include <stdlib.h>

#define HEADS_ZONE      0.12f /* of the page's height, at either border */
#define HEADS_BYTES_MAX 300
#define HEADS_A_PAGE    6    /* lines looked at, from each border */
#define HEADS_TOLERANCE 4.0f /* points */
#define HEADS_PART      40   /* per cent of the pages */
#define HEADS_META_MAX  4

struct heads_line {
	uint64_t hash; /* of the words without their numbers */
	float y;
	size_t line;
};

/* FNV-1a over the words; a run of digits counts as one '#', blanks do not count. */
static uint64_t
heads_hash(struct span words)
{
	uint64_t hash = 14695981039346656037u;
	bool digits = false;

	for (size_t i = 0; i < words.n; i++) {
		unsigned char c = (unsigned char)words.p[i];
		bool digit = c >= '0' && c <= '9';

		if (c == ' ' || (digit && digits))
			continue;
		digits = digit;
		hash = (hash ^ (digit ? '#' : c)) * 1099511628211u;
	}
	return hash;
}

static bool
heads_in_zone(const struct pdf_page *page, const struct pdf_line *line)
{
	return line->y1 > line->y0 && line->n <= HEADS_BYTES_MAX &&
	       (line->y0 < page->height * HEADS_ZONE || line->y1 > page->height * (1 - HEADS_ZONE));
}

/* How many lines of the page stand further out than this one, up to HEADS_A_PAGE. */
static size_t
heads_rank(const struct pdf *pdf, const struct pdf_page *page, const struct pdf_line *line)
{
	bool top = line->y0 < page->height * HEADS_ZONE;
	size_t rank = 0;

	for (size_t i = 0; i < page->count && rank < HEADS_A_PAGE; i++) {
		const struct pdf_line *other = pdf_line(pdf, page->first + i);

		rank += top ? other->y1 < line->y0 : other->y0 > line->y1;
	}
	return rank;
}

static void
heads_collect(const struct pdf *pdf, struct buf *found)
{
	for (size_t p = 0; p < pdf_page_count(pdf); p++) {
		const struct pdf_page *page = pdf_page(pdf, p);
		size_t taken = 0;

		for (size_t i = 0; i < page->count && taken < 4 * HEADS_A_PAGE; i++) {
			const struct pdf_line *line = pdf_line(pdf, page->first + i);
			struct heads_line h = {.y = line->y0, .line = page->first + i};

			if (!heads_in_zone(page, line))
				continue;
			taken++;
			if (heads_rank(pdf, page, line) >= HEADS_A_PAGE)
				continue;
			h.hash = heads_hash(pdf_words(pdf, line));
			buf_put(found, &h, sizeof h);
		}
	}
}

static int
heads_compare(const void *x, const void *y)
{
	const struct heads_line *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->y != b->y)
		return a->y < b->y ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* An address or a date in a head tells where and when a page was printed. */
static void
heads_put_meta(struct builder *b, struct span words)
{
	const char *url = words.n == 0 ? NULL : memmem(words.p, words.n, "http", 4);
	struct date_range date;

	if (url != NULL) {
		struct span s = span_sub(words, (size_t)(url - words.p), words.n);

		for (size_t i = 0; i < s.n; i++)
			if (s.p[i] == ' ' || s.p[i] == '\t')
				s.n = i;
		if (span_starts(s, SPAN("http://")) || span_starts(s, SPAN("https://")))
			builder_meta(b, "url", s);
	}
	if (date_parse(words, &date, NULL, NULL) && strlen(date.from) == DATE_BYTES - 1 &&
	    strcmp(date.from, date.to) == 0)
		builder_meta(b, "saved", span_of(date.from));
}

/* Are the n lines of one wording at one height on enough pages? */
static bool
heads_enough(const struct pdf *pdf, const struct heads_line *h, size_t n)
{
	size_t pages = pdf_page_count(pdf), on = 0;
	uint32_t last = UINT32_MAX;

	/* Sorted by height and line, so nearly by page: a page counts once where its lines meet. */
	for (size_t i = 0; i < n; i++) {
		uint32_t page = pdf_line(pdf, h[i].line)->page;

		on += page != last;
		last = page;
	}
	return on >= 2 && on <= pages && on * 100 >= pages * HEADS_PART;
}

bool
pdf_heads_drop(struct pdf *pdf, struct builder *b)
{
	struct buf found = {0};
	struct heads_line *list;
	size_t n, from = 0, named = 0;
	bool ok;

	if (pdf_page_count(pdf) < 2)
		return true;
	heads_collect(pdf, &found);
	ok = !found.failed;
	n = ok ? found.n / sizeof *list : 0;
	list = (struct heads_line *)(void *)found.p;
	if (n > 0)
		qsort(list, n, sizeof *list, heads_compare);
	while (from < n) {
		size_t to = from + 1;
		struct span words = pdf_words(pdf, pdf_line(pdf, list[from].line));

		while (to < n && list[to].hash == list[from].hash &&
		       list[to].y - list[to - 1].y <= HEADS_TOLERANCE)
			to++;
		if (heads_enough(pdf, list + from, to - from)) {
			for (size_t i = from; i < to; i++)
				pdf_line(pdf, list[i].line)->place = PDF_RUNNING;
			if (named++ < HEADS_META_MAX)
				builder_meta(b, "running_head", heading_trim(words));
			heads_put_meta(b, words);
		}
		from = to;
	}
	buf_clear(&found);
	return ok;
}

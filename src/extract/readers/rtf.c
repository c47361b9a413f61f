/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf - Rich Text Format: its tokens and groups. Read twice, once for its tables' kinds,
 * once for the text; as HTML where Outlook made it of that.
 */
#include "extract/readers/failure.h"
#include "extract/readers/html.h"
#include "extract/readers/rtf_inside.h"
#include "extract/readers/selftests.h"

#include <stdlib.h>

#define RTF_NUMBER_MAX 10000000

/* --- groups --- */

static void
rtf_open_group(struct rtf *r)
{
	r->skip = 0;
	if (r->depth + 1 >= RTF_DEPTH_MAX) {
		r->beyond++;
		return;
	}
	r->groups[r->depth + 1] = r->groups[r->depth];
	r->depth++;
	r->now = &r->groups[r->depth];
	r->now->begins = false;
}

static void
rtf_close_group(struct rtf *r)
{
	r->skip = 0;
	if (r->beyond > 0) {
		r->beyond--;
		return;
	}
	if (r->depth == 0)
		return;
	if (r->now->begins)
		rtf_end(r);
	r->depth--;
	r->now = &r->groups[r->depth];
}

/* --- tokens --- */

static bool
rtf_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
rtf_take(struct rtf *r)
{
	char c = r->rest.p[0];

	r->rest = span_sub(r->rest, 1, r->rest.n);
	return c;
}

/* A number, maybe negative, kept within RTF_NUMBER_MAX. */
static bool
rtf_number(struct rtf *r, long *n)
{
	bool minus =
	    r->rest.n > 1 && r->rest.p[0] == '-' && r->rest.p[1] >= '0' && r->rest.p[1] <= '9';
	bool has = false;

	*n = 0;
	if (minus)
		rtf_take(r);
	while (r->rest.n > 0 && r->rest.p[0] >= '0' && r->rest.p[0] <= '9') {
		int digit = rtf_take(r) - '0';

		has = true;
		if (*n < RTF_NUMBER_MAX)
			*n = *n * 10 + digit;
	}
	if (minus)
		*n = -*n;
	return has;
}

static void
rtf_control_word(struct rtf *r)
{
	char word[RTF_WORD_MAX + 1];
	size_t n = 0;
	long number;
	bool has;

	while (r->rest.n > 0 && rtf_is_letter(r->rest.p[0])) {
		char c = rtf_take(r);

		if (n < RTF_WORD_MAX)
			word[n++] = c;
	}
	word[n] = '\0';
	has = rtf_number(r, &number);
	if (r->rest.n > 0 && r->rest.p[0] == ' ')
		rtf_take(r);
	if (strcmp(word, "bin") == 0) {
		if (number > 0)
			r->rest = span_sub(r->rest, (size_t)number, r->rest.n);
		return;
	}
	/* Halves of a character may follow one another. */
	if (strcmp(word, "u") != 0 || r->run.n > 0)
		rtf_flush(r);
	rtf_word(r, word, has, number);
}

static int
rtf_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
rtf_hex(struct rtf *r)
{
	int high, low;

	if (r->rest.n < 2)
		return;
	high = rtf_hex_digit(r->rest.p[0]);
	low = rtf_hex_digit(r->rest.p[1]);
	if (high < 0 || low < 0)
		return;
	r->rest = span_sub(r->rest, 2, r->rest.n);
	if (high * 16 + low >= ' ' || r->skip > 0)
		rtf_byte(r, (unsigned char)(high * 16 + low));
}

/* Behind a backslash. */
static void
rtf_control(struct rtf *r)
{
	char c;

	if (r->rest.n == 0)
		return;
	if (rtf_is_letter(r->rest.p[0])) {
		rtf_control_word(r);
		return;
	}
	c = rtf_take(r);
	if (c == '\'') {
		rtf_hex(r);
		return;
	}
	rtf_flush(r);
	if (c == '*') {
		r->starred = true;
	} else if (c == '\n' || c == '\r') {
		rtf_paragraph(r);
	} else if (r->skip > 0) {
		r->skip--;
	} else if (c == '\\' || c == '{' || c == '}') {
		rtf_put_char(r, (unsigned char)c);
	} else if (c == '~') {
		rtf_put_char(r, 0xa0);
	} else if (c == '_') {
		rtf_put_char(r, 0x2011);
	}
}

/* Does the byte stand for itself? */
static bool
rtf_is_plain(const struct rtf *r, char c)
{
	bool described =
	    r->now->dest == RTF_STYLES || r->now->dest == RTF_AUTHORS || r->now->dest == RTF_FONTS;

	return (unsigned char)c >= ' ' && (unsigned char)c < 0x7f && c != '\\' && c != '{' &&
	       c != '}' && !(described && c == ';') && r->fonts[r->now->font].symbol == 0;
}

static void
rtf_plain(struct rtf *r)
{
	size_t n = 0;

	while (r->skip > 0 && r->rest.n > 0 && rtf_is_plain(r, r->rest.p[0])) {
		rtf_take(r);
		r->skip--;
	}
	while (n < r->rest.n && rtf_is_plain(r, r->rest.p[n]))
		n++;
	if (n > 0) {
		rtf_flush(r);
		rtf_put_text(r, span_sub(r->rest, 0, n));
	}
	r->rest = span_sub(r->rest, n, r->rest.n);
}

static void
rtf_token(struct rtf *r)
{
	char c = r->rest.p[0];

	if (rtf_is_plain(r, c) && rtf_wants_byte(r)) {
		rtf_byte(r, (unsigned char)rtf_take(r));
	} else if (rtf_is_plain(r, c)) {
		r->starred = false;
		rtf_plain(r);
	} else if (rtf_take(r) == '\\') {
		rtf_control(r);
	} else if (c == '{') {
		rtf_flush(r);
		rtf_open_group(r);
	} else if (c == '}') {
		rtf_flush(r);
		rtf_close_group(r);
	} else if (c == '\t') {
		rtf_flush(r);
		rtf_tab(r);
	} else if ((unsigned char)c >= ' ') {
		rtf_byte(r, (unsigned char)c);
	}
}

/* --- the whole --- */

/* To the end of the outermost group; false: the bytes end before. */
static bool
rtf_pass(struct rtf *r, struct span bytes)
{
	r->rest = bytes;
	r->depth = r->beyond = r->skip = 0;
	r->now = &r->groups[0];
	*r->now = (struct rtf_group){.unicode_skip = 1};
	r->page = 1252;
	r->author_count = 0;
	r->footnotes = r->endnotes = 0;
	r->high_surrogate = 0;
	r->link = r->change = 0;
	r->note_open = r->endnote = r->header_row = r->row_head = r->from_html = r->starred = false;
	r->property = NULL;
	buf_reset(&r->authors);
	buf_reset(&r->html);
	buf_reset(&r->deleted);
	buf_reset(&r->url);
	buf_reset(&r->run);
	do {
		if (r->rest.n == 0 || (r->b != NULL && builder_full(r->b)))
			break;
		rtf_token(r);
	} while (r->depth > 0 && !r->failed && para_err(&r->para) == OK);
	rtf_flush(r);
	return r->depth == 0 || r->rest.n > 0;
}

static bool
rtf_out_of_memory(const struct rtf *r)
{
	return r->failed || para_err(&r->para) != OK || r->run.failed || r->side.failed ||
	       r->name.failed || r->url.failed || r->deleted.failed || r->author.failed ||
	       r->html.failed || r->authors.failed;
}

static enum err
rtf_put_html(struct rtf *r, bool forwarded, struct builder *b)
{
	struct html_options options = {.charset = SPAN("utf-8"),
				       .mail = true,
				       .forwarded = forwarded};

	return r->html.n == 0 ? OK : html_put(buf_span(&r->html), &options, b);
}

enum err
rtf_put(struct span bytes, bool forwarded, struct builder *b)
{
	struct rtf *r = calloc(1, sizeof *r);
	bool whole;
	enum err e = OK;

	if (r == NULL)
		return ERR_NOMEM;
	if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
		bytes = span_sub(bytes, 3, bytes.n);
	if (!span_starts(bytes, SPAN("{\\rtf")))
		e = ERR_FORMAT;
	if (e == OK) {
		whole = rtf_pass(r, bytes);
		if (r->from_html) {
			e = rtf_out_of_memory(r) ? ERR_NOMEM : rtf_put_html(r, forwarded, b);
		} else {
			rtf_finish(r);
			r->b = b;
			para_second_pass(&r->para, b);
			rtf_pass(r, bytes);
			rtf_finish(r);
			para_finish(&r->para);
		}
		if (!whole)
			builder_cut(b, "The file breaks off: its end is missing.");
	}
	if (e == OK && rtf_out_of_memory(r))
		e = ERR_NOMEM;
	para_clear(&r->para);
	buf_clear(&r->run);
	buf_clear(&r->authors);
	buf_clear(&r->side);
	buf_clear(&r->name);
	buf_clear(&r->url);
	buf_clear(&r->deleted);
	buf_clear(&r->author);
	buf_clear(&r->html);
	free(r);
	return e;
}

static enum err
rtf_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	enum err e;

	builder_format(b, "rtf");
	e = rtf_put(in->bytes, false, b);
	if (e == ERR_FORMAT)
		return failure_set(failure, e, "damaged",
				   "This RTF document is damaged: it does not begin like one.",
				   "Open it in its program and save it again.");
	return e;
}

const struct reader reader_rtf = {
    .name = "RTF",
    .format = "rtf",
    .read = rtf_read,
    .selftest = selftests_rtf,
};

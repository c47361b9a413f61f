/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_words - encoded words (RFC 2047) and parameters (RFC 2231) of mail headers.
 *
 * Not left to GMime: where one of its converters is missing it gives wrong text
 * without a word. Read loosely: mail programs also write encoded words longer than
 * 75 characters, with blanks in them, inside quotation marks and in parameters.
 */
#include "extract/readers/charset.h"
#include "extract/readers/eml.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define WORDS_CHARSET_MAX  60
#define WORDS_SEGMENTS_MAX 64 /* pieces of one parameter: filename*0, filename*1 … */

/* --- bytes --- */

static bool
words_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
words_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "=E9" of an encoded word or "%E9" of a parameter. */
static void
words_put_hex(struct span s, char sign, bool underscore, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == sign && i + 2 < s.n ? words_hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? words_hex(s.p[i + 2]) : -1;

		if (low >= 0) {
			buf_put_char(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_put_char(out, underscore && s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
}

static int
words_base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void
words_put_base64(struct span s, struct buf *out)
{
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int digit = words_base64_digit(s.p[i]);

		if (digit < 0)
			continue;
		bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			buf_put_char(out, (char)(bits >> n));
		}
	}
}

/* Appends bytes of an encoding as UTF-8; what cannot be decoded stays for the builder to mend. */
static void
words_put_decoded(struct span bytes, struct span label, struct buf *out)
{
	struct buf keep = {0};
	struct span text = {0};

	if (bytes.n == 0)
		return;
	if (label.n == 0 && memmem(bytes.p, bytes.n, "\x1b$", 2) != NULL)
		label = SPAN("iso-2022-jp");
	if (charset_to_utf8(bytes, label, &keep, &text) == OK)
		buf_put_span(out, text);
	else
		buf_put_span(out, bytes);
	buf_clear(&keep);
}

/* --- encoded words --- */

struct word {
	struct span charset, text;
	bool base64;
	size_t length; /* with its signs */
};

/* "=?utf-8?Q?caf=C3=A9?=" at the beginning of `s`. */
static bool
words_parse(struct span s, struct word *w)
{
	const char *mark, *end;
	char how;

	if (!span_starts(s, SPAN("=?")))
		return false;
	mark = memchr(s.p + 2, '?', s.n - 2 < WORDS_CHARSET_MAX ? s.n - 2 : WORDS_CHARSET_MAX);
	if (mark == NULL || (size_t)(mark - s.p) + 3 >= s.n || mark[2] != '?')
		return false;
	how = mark[1];
	if (strchr("bBqQ", how) == NULL)
		return false;
	w->charset = (struct span){s.p + 2, (size_t)(mark - s.p) - 2};
	w->base64 = how == 'b' || how == 'B';
	w->text = span_sub(s, (size_t)(mark - s.p) + 3, s.n);
	end = memmem(w->text.p, w->text.n, "?=", 2);
	if (end == NULL || memchr(w->charset.p, ' ', w->charset.n) != NULL)
		return false;
	w->text.n = (size_t)(end - w->text.p);
	w->length = (size_t)(end - s.p) + 2;
	mark = memchr(w->charset.p, '*', w->charset.n); /* a language stands behind it */
	if (mark != NULL)
		w->charset.n = (size_t)(mark - w->charset.p);
	return true;
}

static size_t
words_skip_space(struct span s)
{
	size_t n = 0;

	while (n < s.n && words_is_space(s.p[n]))
		n++;
	return n;
}

/*
 * Decodes the words that begin `s`, one after the other. Those of one encoding are joined
 * before: a character may be cut in two by their border. Returns their length.
 */
static size_t
words_take(struct span s, struct buf *out)
{
	struct buf bytes = {0};
	struct word w, first;
	size_t at = 0, done = 0;

	while (words_parse(span_sub(s, at, s.n), &w)) {
		if (done > 0 && (w.charset.n != first.charset.n ||
				 strncasecmp(w.charset.p, first.charset.p, w.charset.n) != 0)) {
			words_put_decoded(buf_span(&bytes), first.charset, out);
			buf_reset(&bytes);
		}
		first = w;
		if (w.base64)
			words_put_base64(w.text, &bytes);
		else
			words_put_hex(w.text, '=', true, &bytes);
		done = at + w.length;
		at = done + words_skip_space(span_sub(s, done, s.n));
	}
	if (done > 0)
		words_put_decoded(buf_span(&bytes), first.charset, out);
	buf_clear(&bytes);
	return done;
}

/* Text in which encoded words may stand, on one line. */
static void
words_put_text(struct span s, struct buf *out)
{
	size_t from = 0, i = 0;

	while (i < s.n) {
		struct word w;

		if (s.p[i] == '=' && words_parse(span_sub(s, i, s.n), &w)) {
			words_put_decoded(span_sub(s, from, i - from), (struct span){0}, out);
			i += words_take(span_sub(s, i, s.n), out);
			from = i;
		} else if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\t') {
			/* A folded line: one blank. */
			words_put_decoded(span_sub(s, from, i - from), (struct span){0}, out);
			i += words_skip_space(span_sub(s, i, s.n));
			from = i;
			if (out->n > 0 && out->p[out->n - 1] != ' ' && i < s.n)
				buf_put_char(out, ' ');
		} else {
			i++;
		}
	}
	words_put_decoded(span_sub(s, from, s.n), (struct span){0}, out);
}

/* --- addresses --- */

/* A name as it is shown: in quotation marks only where it would be taken for several. */
static void
words_put_name(struct span name, struct buf *out)
{
	bool quote = false;

	for (size_t i = 0; i < name.n; i++)
		quote |= strchr(",;:<>\"", name.p[i]) != NULL;
	if (quote)
		buf_put_char(out, '"');
	buf_put_span(out, name);
	if (quote)
		buf_put_char(out, '"');
}

/* A string in quotation marks at the beginning of `s`; returns its length. */
static size_t
words_take_quoted(struct span s, struct buf *out)
{
	struct buf inside = {0}, name = {0};
	size_t i = 1;

	while (i < s.n && s.p[i] != '"') {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		buf_put_char(&inside, s.p[i++]);
	}
	words_put_text(buf_span(&inside), &name);
	words_put_name(buf_span(&name), out);
	buf_clear(&inside);
	buf_clear(&name);
	return i < s.n ? i + 1 : i;
}

static void
words_put_addresses(struct span s, struct buf *out)
{
	size_t from = 0, i = 0;
	struct word w;

	while (i < s.n) {
		struct buf name = {0};

		if (s.p[i] != '"' && (s.p[i] != '=' || !words_parse(span_sub(s, i, s.n), &w))) {
			i++;
			continue;
		}
		words_put_text(span_sub(s, from, i - from), out);
		if (s.p[i] == '"') {
			i += words_take_quoted(span_sub(s, i, s.n), out);
		} else {
			i += words_take(span_sub(s, i, s.n), &name);
			words_put_name(buf_span(&name), out);
		}
		from = i;
		buf_clear(&name);
	}
	words_put_text(span_sub(s, from, s.n), out);
}

void
eml_words(struct span raw, bool addresses, struct buf *out)
{
	raw = span_sub(raw, 0, EML_HEADER_BYTES);
	raw = span_sub(raw, words_skip_space(raw), raw.n);
	while (raw.n > 0 && words_is_space(raw.p[raw.n - 1]))
		raw.n--;
	if (addresses)
		words_put_addresses(raw, out);
	else
		words_put_text(raw, out);
}

/* --- parameters --- */

struct segment {
	unsigned number;
	bool encoded; /* with %-signs */
	struct span value;
};

struct parameter {
	struct segment segments[WORDS_SEGMENTS_MAX];
	size_t n;
	struct span plain; /* filename="…", as written */
	bool has_plain;
};

/* A value at the beginning of `s`, in quotation marks or not; returns its length with them. */
static size_t
words_value(struct span s, struct span *value)
{
	size_t n = 0;

	if (s.n > 0 && s.p[0] == '"') {
		for (n = 1; n < s.n && s.p[n] != '"'; n++)
			n += s.p[n] == '\\' && n + 1 < s.n;
		*value = span_sub(s, 1, n - 1);
		return n < s.n ? n + 1 : s.n;
	}
	while (n < s.n && s.p[n] != ';')
		n++;
	*value = span_sub(s, 0, n);
	while (value->n > 0 && words_is_space(value->p[value->n - 1]))
		value->n--;
	return n;
}

/* What stands between name and '=': "", "*", "*0", "*0*". */
static void
words_note_segment(struct parameter *p, struct span rest, struct span value)
{
	struct segment seg = {.value = value};

	if (rest.n == 0) {
		p->plain = value;
		p->has_plain = true;
		return;
	}
	if (rest.p[0] != '*' || p->n == WORDS_SEGMENTS_MAX)
		return;
	seg.encoded = rest.p[rest.n - 1] == '*';
	for (size_t i = 1; i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9' && i < 6; i++)
		seg.number = seg.number * 10 + (unsigned)(rest.p[i] - '0');
	p->segments[p->n++] = seg;
}

static void
words_find(struct span raw, const char *name, struct parameter *p)
{
	size_t length = strlen(name);
	const char *begin = memchr(raw.p, ';', raw.n);
	struct span s =
	    begin == NULL ? (struct span){0} : span_sub(raw, (size_t)(begin - raw.p) + 1, raw.n);

	while (s.n > 0) {
		struct span key, value;
		size_t n = 0;

		s = span_sub(s, words_skip_space(s), s.n);
		while (n < s.n && s.p[n] != '=' && s.p[n] != ';')
			n++;
		key = span_sub(s, 0, n);
		while (key.n > 0 && words_is_space(key.p[key.n - 1]))
			key.n--;
		if (n < s.n && s.p[n] == '=') {
			s = span_sub(s, n + 1, s.n);
			s = span_sub(s, words_skip_space(s), s.n);
			n = words_value(s, &value);
			if (key.n >= length && strncasecmp(key.p, name, length) == 0)
				words_note_segment(p, span_sub(key, length, key.n), value);
		}
		s = span_sub(s, n, s.n);
		s = span_sub(s, s.n > 0 && s.p[0] == ';' ? 1 : 0, s.n);
	}
}

static int
words_compare_segments(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* "UTF-8'en'caf%C3%A9", in pieces of which the first alone names the encoding. */
static void
words_put_segments(struct parameter *p, struct buf *out)
{
	struct buf bytes = {0};
	struct span label = {0};

	qsort(p->segments, p->n, sizeof p->segments[0], words_compare_segments);
	for (size_t i = 0; i < p->n; i++) {
		struct span value = p->segments[i].value;
		const char *first = memchr(value.p, '\'', value.n), *second = NULL;

		if (i == 0 && p->segments[i].encoded && first != NULL) {
			label = span_sub(value, 0, (size_t)(first - value.p));
			value = span_sub(value, label.n + 1, value.n);
			second = memchr(value.p, '\'', value.n);
			if (second != NULL)
				value = span_sub(value, (size_t)(second - value.p) + 1, value.n);
		}
		if (p->segments[i].encoded)
			words_put_hex(value, '%', false, &bytes);
		else
			buf_put_span(&bytes, value);
	}
	if (label.n > 0)
		words_put_decoded(buf_span(&bytes), label, out);
	else
		words_put_text(buf_span(&bytes), out);
	buf_clear(&bytes);
}

bool
eml_parameter(struct span raw, const char *name, struct buf *out)
{
	struct parameter p = {.n = 0};
	struct buf plain = {0};

	raw = span_sub(raw, 0, EML_HEADER_BYTES);
	if (raw.n > 0)
		words_find(raw, name, &p);
	if (p.n > 0) {
		words_put_segments(&p, out);
	} else {
		for (size_t i = 0; i < p.plain.n; i++) {
			i += p.plain.p[i] == '\\' && i + 1 < p.plain.n &&
			     strchr("\\\"", p.plain.p[i + 1]) != NULL;
			buf_put_char(&plain, p.plain.p[i]);
		}
		words_put_text(buf_span(&plain), out);
		buf_clear(&plain);
	}
	return p.n > 0 || p.has_plain;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * output - escaping, measuring, CSV, colour.
 */
#include "cli/output.h"

#include "common/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#define COLOUR_MATCH "\x1b[1;33m"
#define COLOUR_END   "\x1b[0m"
#define WORD_MIN     2 /* bytes of a query's word that is worth colouring */

/* Characters that a terminal obeys instead of showing, or that reorder what stands around. */
static bool
output_is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
	       cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

static bool
output_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void
output_safe(struct buf *out, struct span text, bool fold)
{
	size_t at = 0, n;
	uint32_t cp;

	while (at < text.n) {
		if (fold && output_is_space(text.p[at])) {
			while (at < text.n && output_is_space(text.p[at]))
				at++;
			buf_put_char(out, ' ');
			continue;
		}
		n = utf8_decode((struct span){text.p + at, text.n - at}, &cp);
		if (!fold && cp == '\n')
			buf_put_char(out, '\n');
		else if (output_is_unsafe(cp) || (n == 1 && cp == 0xfffd))
			for (size_t i = 0; i < n; i++)
				buf_printf(out, "\\x%02x", (unsigned char)text.p[at + i]);
		else
			buf_put(out, text.p + at, n);
		at += n;
	}
}

static size_t
output_char_width(uint32_t cp)
{
	int width = wcwidth((wchar_t)cp);

	return width < 0 ? 1 : (size_t)width;
}

size_t
output_width(struct span safe)
{
	size_t width = 0, at = 0;
	uint32_t cp;

	while (at < safe.n) {
		at += utf8_decode((struct span){safe.p + at, safe.n - at}, &cp);
		width += output_char_width(cp);
	}
	return width;
}

size_t
output_fit(struct span safe, size_t columns)
{
	size_t width = 0, at = 0, n;
	uint32_t cp;

	while (at < safe.n) {
		n = utf8_decode((struct span){safe.p + at, safe.n - at}, &cp);
		width += output_char_width(cp);
		if (width > columns)
			break;
		at += n;
	}
	return at;
}

void
output_value(struct buf *out, const json_t *value)
{
	if (json_is_string(value)) {
		buf_put(out, json_string_value(value), json_string_length(value));
	} else if (json_is_integer(value)) {
		buf_printf(out, "%lld", (long long)json_integer_value(value));
	} else if (json_is_real(value)) {
		buf_printf(out, "%.15g", json_real_value(value));
	} else if (json_is_boolean(value)) {
		buf_put_str(out, json_is_true(value) ? "true" : "false");
	} else if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i > 0)
				buf_put_str(out, "; ");
			output_value(out, json_array_get(value, i));
		}
	} else if (json_is_object(value)) {
		const char *name;
		json_t *member;
		bool first = true;

		json_object_foreach((json_t *)value, name, member)
		{
			buf_put_str(out, first ? "" : " ");
			buf_put_str(out, name);
			buf_put_char(out, '=');
			output_value(out, member);
			first = false;
		}
	}
}

void
output_csv_text(struct buf *out, struct span text, bool first)
{
	bool guarded = text.n > 0 && text.p[0] != '\0' && strchr("=+-@\t\r", text.p[0]) != NULL;
	bool quoted = guarded;

	if (!first)
		buf_put_char(out, ',');
	for (size_t i = 0; i < text.n && !quoted; i++)
		quoted = text.p[i] != '\0' && strchr("\",\r\n", text.p[i]) != NULL;
	if (!quoted) {
		buf_put_span(out, text);
		return;
	}
	buf_put_str(out, guarded ? "\"'" : "\"");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_put_char(out, '"');
		buf_put_char(out, text.p[i]);
	}
	buf_put_char(out, '"');
}

void
output_csv(struct buf *out, const json_t *value, bool first)
{
	struct buf text = {0};

	output_value(&text, value);
	if (json_is_number(value)) {
		buf_put_str(out, first ? "" : ",");
		buf_put_span(out, buf_span(&text));
	} else {
		output_csv_text(out, buf_span(&text), first);
	}
	buf_clear(&text);
}

bool
output_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

bool
output_has_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return output_is_terminal() && (no == NULL || no[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

size_t
output_columns(void)
{
	struct winsize size;

	if (!output_is_terminal())
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

void
output_csv_begin(void)
{
	if (!output_is_terminal())
		fputs("\xef\xbb\xbf", stdout);
}

/* --- colour --- */

static bool
output_is_word(uint32_t cp)
{
	return iswalnum((wint_t)cp) != 0;
}

/* Does the text at `at` begin with the word, without regard to case? The length in the text, or 0.
 */
static size_t
output_match(struct span text, size_t at, struct span word)
{
	size_t i = 0, from = at, n, m;
	uint32_t a, b;

	while (i < word.n) {
		if (at >= text.n)
			return 0;
		n = utf8_decode((struct span){text.p + at, text.n - at}, &a);
		m = utf8_decode((struct span){word.p + i, word.n - i}, &b);
		if (towlower((wint_t)a) != towlower((wint_t)b))
			return 0;
		at += n;
		i += m;
	}
	return at - from;
}

/* The next run of letters and digits of the query, from *at on; names of fields are left out. */
static bool
output_next_word(struct span query, size_t *at, struct span *word)
{
	for (;;) {
		size_t from, n;
		uint32_t cp = 0;

		while (*at < query.n) {
			n = utf8_decode((struct span){query.p + *at, query.n - *at}, &cp);
			if (output_is_word(cp))
				break;
			*at += n;
		}
		if (*at >= query.n)
			return false;
		from = *at;
		while (*at < query.n) {
			n = utf8_decode((struct span){query.p + *at, query.n - *at}, &cp);
			if (!output_is_word(cp) && cp != '_')
				break;
			*at += n;
		}
		*word = span_sub(query, from, *at - from);
		if (*at < query.n && query.p[*at] == ':') {
			/* The value of `kind` names no words. */
			if (span_is(*word, "kind"))
				while (*at < query.n && !output_is_space(query.p[*at]))
					(*at)++;
			continue;
		}
		if (word->n >= WORD_MIN && !span_is(*word, "AND") && !span_is(*word, "OR") &&
		    !span_is(*word, "NOT"))
			return true;
	}
}

static size_t
output_match_any(struct span text, size_t at, struct span query)
{
	size_t from = 0, n, best = 0;
	struct span word;

	while (output_next_word(query, &from, &word)) {
		n = output_match(text, at, word);
		if (n > best)
			best = n;
	}
	return best;
}

void
output_highlight(struct buf *out, struct span safe, struct span query)
{
	bool inside = false;
	size_t at = 0, n;
	uint32_t cp;

	if (query.n == 0 || !output_has_colour()) {
		buf_put_span(out, safe);
		return;
	}
	while (at < safe.n) {
		n = inside ? 0 : output_match_any(safe, at, query);
		if (n > 0) {
			buf_put_str(out, COLOUR_MATCH);
			buf_put(out, safe.p + at, n);
			buf_put_str(out, COLOUR_END);
			inside = true;
		} else {
			n = utf8_decode((struct span){safe.p + at, safe.n - at}, &cp);
			buf_put(out, safe.p + at, n);
			inside = output_is_word(cp);
		}
		at += n;
	}
}

void
output_flush(struct buf *b)
{
	if (b->n > 0)
		fwrite(b->p, 1, b->n, stdout);
	if (b->failed)
		fprintf(stderr, "evidence: %s\n", err_text(ERR_NOMEM));
	buf_reset(b);
}

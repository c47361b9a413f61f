/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heading - which lines are headings, where a format does not say so.
 */
#include "extract/readers/heading.h"
#include "common/utf8.h"

#include <strings.h>

#define HEADING_WORDS_MAX   14
#define HEADING_COMMAS_MAX  1
#define HEADING_COLON_WORDS 5 /* "Grants:" heads a list, a longer line begins a sentence */

/* What assessment exercises print in their templates, and what stands above lists of references. */
static const char *const heading_known[] = {
    "summary of the impact",
    "summary of impact",
    "underpinning research",
    "references to the research",
    "references to research",
    "references to the underpinning research",
    "references",
    "bibliography",
    "works cited",
    "reference list",
    "details of the impact",
    "details of impact",
    "sources to corroborate the impact",
    "sources to corroborate impact",
    "sources to corroborate",
    "sources of corroboration",
    "corroborating sources",
    "summary impact type",
    "context",
    "acknowledgements",
    "cyfeiriadau",
    "llyfryddiaeth",
};

/* Openings and endings of letters, and other short lines that head nothing. */
static const char *const heading_not[] = {
    "dear ",        "yours ",   "to whom ",   "kind regards", "best wishes", "sincerely",
    "regards",      "annwyl ",  "yn gywir",   "download ",    "doi",         "issn",
    "isbn",         "tel",      "email",      "e-mail",       "page ",       "listed in",
    "submitted in", "http",     "www.",       "re:",          "from:",       "to:",
    "date:",        "subject:", "available ", "figure ",      "table ",      "in reply",
};

struct span
heading_trim(struct span s)
{
	for (;;) {
		size_t before = s.n;

		if (s.n > 0 && strchr(" \t\r\n\f", s.p[0]) != NULL && s.p[0] != '\0')
			s = span_sub(s, 1, s.n);
		else if (span_starts(s, SPAN("\xc2\xa0")))
			s = span_sub(s, 2, s.n);
		if (s.n > 0 && strchr(" \t\r\n\f", s.p[s.n - 1]) != NULL && s.p[s.n - 1] != '\0')
			s.n--;
		else if (s.n > 1 && memcmp(s.p + s.n - 2, "\xc2\xa0", 2) == 0)
			s.n -= 2;
		if (s.n == before)
			return s;
	}
}

static bool
heading_starts_any_case(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

static bool
heading_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Without "3.", "4.1 ", "Section 2:", "(a)" in front. */
static struct span
heading_without_number(struct span line)
{
	struct span rest = line;
	size_t digits = 0;

	if (heading_starts_any_case(rest, "section "))
		rest = span_sub(rest, 8, rest.n);
	if (rest.n > 0 && rest.p[0] == '(')
		rest = span_sub(rest, 1, rest.n);
	if (rest.n > 1 && rest.p[0] >= 'a' && rest.p[0] <= 'z' &&
	    (rest.p[1] == ')' || rest.p[1] == '.'))
		return heading_trim(span_sub(rest, 2, rest.n));
	while (rest.n > 0 && (heading_is_digit(rest.p[0]) || (digits > 0 && rest.p[0] == '.'))) {
		digits += heading_is_digit(rest.p[0]);
		rest = span_sub(rest, 1, rest.n);
	}
	if (digits == 0 || digits > 3)
		return line;
	while (rest.n > 0 && strchr(").: \t-", rest.p[0]) != NULL && rest.p[0] != '\0')
		rest = span_sub(rest, 1, rest.n);
	return heading_trim(rest);
}

/* Without "(indicative maximum 100 words)" and ":" behind. */
static struct span
heading_without_tail(struct span line)
{
	const char *bracket = line.n == 0 ? NULL : memchr(line.p, '(', line.n);

	line = heading_trim(line);
	if (bracket != NULL && line.p[line.n - 1] == ')')
		line.n = (size_t)(bracket - line.p);
	line = heading_trim(line);
	while (line.n > 0 && (line.p[line.n - 1] == ':' || line.p[line.n - 1] == '.'))
		line.n--;
	return heading_trim(line);
}

bool
heading_is_known(struct span line)
{
	struct span words = heading_trim(line);

	if (words.n > HEADING_BYTES_MAX)
		return false;
	words = heading_without_tail(heading_without_number(words));
	for (size_t i = 0; i < sizeof heading_known / sizeof heading_known[0]; i++)
		if (words.n == strlen(heading_known[i]) &&
		    strncasecmp(words.p, heading_known[i], words.n) == 0)
			return true;
	return false;
}

/* A capital of any script cannot be told without tables: past ASCII, any letter of Latin-1 and on.
 */
static bool
heading_begins_with_capital(struct span s)
{
	uint32_t cp = 0;

	if (s.n == 0)
		return false;
	utf8_decode(s, &cp);
	return (cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp <= 0xde && cp != 0xd7) ||
	       (cp >= 0x391 && cp <= 0x3a9) || (cp >= 0x410 && cp <= 0x42f) || cp == 0x174 ||
	       cp == 0x176;
}

/* Does the line lead over to what follows it, as half a sentence? */
static bool
heading_goes_on(struct span s, size_t words)
{
	static const char *const last[] = {"of",   "the", "for",  "are",       "and",
					   "in",   "by",  "to",   "with",      "that",
					   "is",   "on",  "a",    "include",   "includes",
					   "were", "at",  "from", "including", "as"};
	const char *blank = memrchr(s.p, ' ', s.n);
	struct span word = {0};

	if (s.p[s.n - 1] == ':')
		return words > HEADING_COLON_WORDS;
	if (blank != NULL)
		word = span_sub(s, (size_t)(blank - s.p) + 1, s.n);
	for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
		if (word.n == strlen(last[i]) && strncasecmp(word.p, last[i], word.n) == 0)
			return true;
	return false;
}

bool
heading_has_shape(struct span line)
{
	struct span s = heading_without_number(heading_trim(line));
	size_t words = 1, commas = 0, letters = 0;

	if (s.n < 3 || s.p == NULL || line.n > HEADING_BYTES_MAX || !heading_begins_with_capital(s))
		return false;
	for (size_t i = 0; i < sizeof heading_not / sizeof heading_not[0]; i++)
		if (heading_starts_any_case(s, heading_not[i]))
			return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (heading_is_digit(c) || strchr("\"`@|<>=;[]\t", c) != NULL)
			return false;
		if (c == '\xe2' && i + 2 < s.n && s.p[i + 1] == '\x80' &&
		    (s.p[i + 2] == '\x9c' || s.p[i + 2] == '\x9d' || s.p[i + 2] == '\x98' ||
		     s.p[i + 2] == '\xa2'))
			return false; /* quotation marks, bullets */
		words += c == ' ';
		commas += c == ',';
		letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
		if (c == '.' && i + 1 < s.n && s.p[i + 1] == ' ' && i > 2)
			return false; /* a sentence, or initials of a name */
	}
	if (heading_goes_on(s, words) || memmem(s.p, s.n, "://", 3) != NULL)
		return false;
	return strchr(".,!-", s.p[s.n - 1]) == NULL && words <= HEADING_WORDS_MAX &&
	       commas <= HEADING_COMMAS_MAX && letters * 2 > s.n;
}

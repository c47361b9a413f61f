/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * passage - looking for borders outwards from a place.
 *
 * A full stop ends a sentence unless the word before it is known to be shortened
 * or one letter, or what follows begins in lower case. That errs towards longer
 * sentences: half a sentence is worse evidence than two.
 */
#include "extract/passage.h"

#include "common/utf8.h"

#define PASSAGE_WORD_MAX    12  /* bytes of the longest abbreviation, and more */
#define PASSAGE_LINE_MAX    512 /* how far a TAB is looked for in a line */
#define PASSAGE_CLOSERS_MAX 12  /* bytes of the marks that close a sentence */

static const char *const passage_abbreviations[] = {
    "al",   "approx", "assoc", "ave",    "ca",   "capt", "cf",  "ch",   "co",   "col",  "cllr",
    "dept", "dr",     "ed",    "eds",    "edn",  "eg",   "e.g", "esp",  "est",  "et",   "fig",
    "figs", "gen",    "gov",   "hon",    "ibid", "ie",   "i.e", "incl", "inst", "jr",   "lt",
    "mr",   "mrs",    "ms",    "messrs", "no",   "nos",  "op",  "p",    "para", "ph.d", "pp",
    "prof", "pt",     "ref",   "refs",   "rep",  "rev",  "rt",  "sec",  "sen",  "ser",  "sgt",
    "sr",   "st",     "supp",  "trans",  "univ", "v",    "viz", "vol",  "vols", "vs",
};

static bool
passage_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static bool
passage_is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (unsigned char)c >= 0x80;
}

static struct passage
passage_trim(struct span text, size_t from, size_t to)
{
	while (from < to && passage_is_space(text.p[from]))
		from++;
	while (to > from && passage_is_space(text.p[to - 1]))
		to--;
	return (struct passage){from, to};
}

/* A place inside the text that is no white space, if one is near before it. */
static size_t
passage_settle(struct span text, size_t at)
{
	size_t i;

	if (at >= text.n)
		at = text.n == 0 ? 0 : text.n - 1;
	for (i = at; i > 0 && passage_is_space(text.p[i]); i--)
		;
	if (text.n > 0 && passage_is_space(text.p[i]))
		for (i = at; i + 1 < text.n && passage_is_space(text.p[i]); i++)
			;
	return i;
}

/* Cuts at `limit` where there was no border: at a blank, else at a character. */
static size_t
passage_cut_back(struct span text, size_t limit, size_t at)
{
	for (size_t i = limit; i < at && i < limit + 200; i++)
		if (passage_is_space(text.p[i]))
			return i;
	while (limit < at && utf8_is_continuation(text.p[limit]))
		limit++;
	return limit;
}

static size_t
passage_cut_forward(struct span text, size_t limit, size_t at)
{
	for (size_t i = limit; i > at && i + 200 > limit; i--)
		if (passage_is_space(text.p[i]))
			return i;
	while (limit > at && utf8_is_continuation(text.p[limit]))
		limit--;
	return limit;
}

struct passage
passage_paragraph(struct span text, size_t at)
{
	size_t from, to;

	if (text.n == 0)
		return (struct passage){0, 0};
	at = passage_settle(text, at);
	for (from = at; from > 0 && at - from < PASSAGE_PARAGRAPH_MAX; from--)
		if (text.p[from] == '\n' && text.p[from - 1] == '\n')
			break;
	if (at - from == PASSAGE_PARAGRAPH_MAX && from > 0)
		from = passage_cut_back(text, from, at);
	for (to = at; to < text.n && to - at < PASSAGE_PARAGRAPH_MAX; to++)
		if (text.p[to] == '\n' && (to + 1 == text.n || text.p[to + 1] == '\n'))
			break;
	if (to - at == PASSAGE_PARAGRAPH_MAX && to < text.n)
		to = passage_cut_forward(text, to, at);
	return passage_trim(text, from, to);
}

/* Is the word that ends before `stop` one that a full stop shortens? */
static bool
passage_is_abbreviation(struct span text, size_t low, size_t stop)
{
	char word[PASSAGE_WORD_MAX + 1];
	size_t from = stop, n;

	while (from > low && stop - from <= PASSAGE_WORD_MAX &&
	       (passage_is_alnum(text.p[from - 1]) || text.p[from - 1] == '.'))
		from--;
	n = stop - from;
	if (n == 0 || n > PASSAGE_WORD_MAX)
		return false;
	if (n == 1 && text.p[from] >= 'A' && text.p[from] <= 'Z' && text.p[from] != 'I')
		return true; /* an initial */
	if (n >= 3 && text.p[stop - 2] == '.' && text.p[stop - 1] >= 'A' && text.p[stop - 1] <= 'Z')
		return true; /* J.K. */
	for (size_t i = 0; i < n; i++) {
		char c = text.p[from + i];

		word[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	for (size_t i = 0; i < sizeof passage_abbreviations / sizeof *passage_abbreviations; i++)
		if (span_is((struct span){word, n}, passage_abbreviations[i]))
			return true;
	return false;
}

/* Marks that close after a sentence's end: quotation marks and brackets. Their length, or 0. */
static size_t
passage_closer(struct span s)
{
	static const char *const closers[] = {"\"",           "'",       ")", "]", "\xe2\x80\x9d",
					      "\xe2\x80\x99", "\xc2\xbb"};

	for (size_t i = 0; i < sizeof closers / sizeof *closers; i++)
		if (span_starts(s, span_of(closers[i])))
			return strlen(closers[i]);
	return 0;
}

/* May a sentence begin here? Everything but a lower-case letter and what joins clauses. */
static bool
passage_may_begin(struct span s)
{
	char c = s.n == 0 ? '\n' : s.p[0];

	return !(c >= 'a' && c <= 'z') && strchr(",;:)]", c) == NULL;
}

static bool
passage_is_bullet(struct span s)
{
	static const char *const bullets[] = {"- ",           "* ",
					      "\xe2\x80\xa2", "\xe2\x80\x93 ",
					      "\xe2\x96\xaa", "\xc2\xb7"};

	while (s.n > 0 && s.p[0] == ' ')
		s = span_sub(s, 1, s.n);
	for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
		if (span_starts(s, span_of(bullets[i])))
			return true;
	return false;
}

static bool
passage_row_follows(struct span s)
{
	for (size_t i = 0; i < s.n && i < PASSAGE_LINE_MAX && s.p[i] != '\n'; i++)
		if (s.p[i] == '\t')
			return true;
	return false;
}

static bool
passage_row_precedes(struct span text, size_t at)
{
	for (size_t n = 0; at > 0 && n < PASSAGE_LINE_MAX && text.p[at - 1] != '\n'; at--, n++)
		if (text.p[at - 1] == '\t')
			return true;
	return false;
}

/* The length of an ending mark (". ! ? …") at `at`, 0 when there is none or it only shortens. */
static size_t
passage_ending(struct span text, size_t low, size_t at)
{
	char c = text.p[at];

	if (c == '!' || c == '?')
		return 1;
	if (c == '.')
		return passage_is_abbreviation(text, low, at) ? 0 : 1;
	if (c == (char)0xe2 && span_starts(span_sub(text, at, 3), SPAN("\xe2\x80\xa6")))
		return 3;
	return 0;
}

/* Does the sentence end at `at`? Then *next is where the one after it begins, at the earliest. */
static bool
passage_is_border(struct span text, size_t low, size_t at, size_t *next)
{
	struct span rest;
	char c = text.p[at];
	size_t n;

	if (c != '.' && c != '\n' && c != '\t' && c != '!' && c != '?' && c != (char)0xe2)
		return false;
	rest = span_sub(text, at + 1, text.n);
	*next = at + 1;
	if (c == '\t')
		return true;
	if (c == '\n')
		return (rest.n > 0 && rest.p[0] == '\n') || passage_is_bullet(rest) ||
		       passage_row_follows(rest) || passage_row_precedes(text, at);
	n = passage_ending(text, low, at);
	if (n == 0)
		return false;
	*next = at + n;
	while ((n = passage_closer(span_sub(text, *next, 4))) > 0)
		*next += n;
	if (*next < text.n && !passage_is_space(text.p[*next]))
		return false;
	for (n = *next; n < text.n && (text.p[n] == ' ' || text.p[n] == '\n'); n++)
		;
	return passage_may_begin(span_sub(text, n, 1));
}

struct passage
passage_sentence(struct span text, size_t at)
{
	size_t low, high, next, from, to;

	if (text.n == 0)
		return (struct passage){0, 0};
	at = passage_settle(text, at);
	low = at > PASSAGE_SENTENCE_MAX ? passage_cut_back(text, at - PASSAGE_SENTENCE_MAX, at) : 0;
	high = text.n - at > PASSAGE_SENTENCE_MAX
		   ? passage_cut_forward(text, at + PASSAGE_SENTENCE_MAX, at)
		   : text.n;
	for (from = at; from > low; from--)
		if (passage_is_border(text, low, from - 1, &next) && next <= at)
			break;
	if (from > low) /* past the marks that close the sentence before */
		from = next;
	/* a little earlier: `at` may be a mark that closes the sentence */
	for (to = at - from > PASSAGE_CLOSERS_MAX ? at - PASSAGE_CLOSERS_MAX : from; to < high;
	     to++) {
		if (!passage_is_border(text, from, to, &next) || next <= at)
			continue;
		to = text.p[to] == '\n' || text.p[to] == '\t' ? to : next;
		break;
	}
	return passage_trim(text, from, to < high ? to : high);
}

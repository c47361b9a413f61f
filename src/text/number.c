/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * number - a number in digits with its groups and fraction, or in words; then a
 * multiplier ("million"), which both may have.
 */
#include "text/number.h"

#include <stdlib.h>

#define NUMBER_MAX       1e15
#define NUMBER_DIGIT_MAX 40 /* of a number with its point */
#define NUMBER_WORD_MAX  10

struct number_word {
	const char *word;
	double value;
};

static const struct number_word number_small[] = {
    {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
    {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
    {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
    {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
    {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fourty", 40},   {"fifty", 50},
    {"sixty", 60},   {"seventy", 70}, {"eighty", 80},    {"ninety", 90},
};

static const struct number_word number_scales[] = {
    {"dozen", 12},     {"dozens", 12},   {"score", 20},    {"hundred", 1e2},
    {"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9},
};

static bool
number_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
number_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       ((unsigned char)c >= 0xc3 && (unsigned char)c <= 0xdf);
}

/* Blanks, U+00A0, U+2009, U+202F. */
static size_t
number_blank(struct span s)
{
	if (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n'))
		return 1;
	if (span_starts(s, SPAN("\xc2\xa0")))
		return 2;
	if (span_starts(s, SPAN("\xe2\x80\x89")) || span_starts(s, SPAN("\xe2\x80\xaf")))
		return 3;
	return 0;
}

static size_t
number_blanks(struct span s)
{
	size_t at = 0, n;

	while ((n = number_blank(span_sub(s, at, 3))) > 0)
		at += n;
	return at;
}

/* The word at the start in lower case; its length, 0 when there is none that fits. */
static size_t
number_word(struct span s, char word[NUMBER_WORD_MAX + 1])
{
	size_t n = 0;

	while (n < s.n && number_is_letter(s.p[n])) {
		if (n == NUMBER_WORD_MAX)
			return 0;
		word[n] = (char)(s.p[n] | 0x20);
		n++;
	}
	word[n] = '\0';
	return n;
}

static bool
number_look_up(const struct number_word *words, size_t n, const char *word, double *value)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].word, word) == 0) {
			*value = words[i].value;
			return true;
		}
	}
	return false;
}

static bool
number_is_small(const char *word, double *value)
{
	return number_look_up(number_small, sizeof number_small / sizeof *number_small, word,
			      value);
}

static bool
number_is_scale(const char *word, double *value)
{
	return number_look_up(number_scales, sizeof number_scales / sizeof *number_scales, word,
			      value);
}

/* After blanks or a hyphen: is there the word of a scale? Its length with what stands before. */
static size_t
number_scale(struct span s, double *scale)
{
	char word[NUMBER_WORD_MAX + 1];
	size_t at = number_blanks(s), n;

	if (at == 0 && s.n > 0 && s.p[0] == '-')
		at = 1;
	n = number_word(span_sub(s, at, s.n), word);
	return at > 0 && n > 0 && number_is_scale(word, scale) ? at + n : 0;
}

/* "1,200", "1 200", "1200.5": what is taken; digits without groups go to `digits`. */
static size_t
number_digits(struct span s, char digits[NUMBER_DIGIT_MAX + 1])
{
	size_t at = 0, n = 0;

	while (at < s.n && number_is_digit(s.p[at]) && n < NUMBER_DIGIT_MAX)
		digits[n++] = s.p[at++];
	/* Groups: all of three digits, after at most three that do not begin with 0. */
	for (bool first = true; n <= NUMBER_DIGIT_MAX - 4; first = false) {
		struct span rest = span_sub(s, at, s.n);
		size_t gap = rest.n > 0 && rest.p[0] == ',' ? 1 : number_blank(rest);

		if (gap == 0 || rest.p[0] == '\n' || (first && (n > 3 || digits[0] == '0')) ||
		    rest.n < gap + 3 || !number_is_digit(rest.p[gap]) ||
		    !number_is_digit(rest.p[gap + 1]) || !number_is_digit(rest.p[gap + 2]) ||
		    (rest.n > gap + 3 && number_is_digit(rest.p[gap + 3])))
			break;
		memcpy(digits + n, rest.p + gap, 3);
		n += 3;
		at += gap + 3;
	}
	if (at + 1 < s.n && s.p[at] == '.' && number_is_digit(s.p[at + 1])) {
		digits[n++] = s.p[at++];
		while (at < s.n && number_is_digit(s.p[at]) && n < NUMBER_DIGIT_MAX)
			digits[n++] = s.p[at++];
	}
	digits[n] = '\0';
	return n == NUMBER_DIGIT_MAX ? 0 : at;
}

static bool
number_parse_digits(struct span s, double *value, size_t *used)
{
	char digits[NUMBER_DIGIT_MAX + 1];
	size_t at = number_digits(s, digits), n;
	double scale;

	if (at == 0)
		return false;
	*value = strtod(digits, NULL);
	if (at < s.n && (s.p[at] == 'k' || s.p[at] == 'K') &&
	    (at + 1 == s.n || !number_is_letter(s.p[at + 1]))) {
		*value *= 1000;
		at++;
	} else if (at < s.n && number_is_letter(s.p[at])) {
		return false; /* "3rd", "20km", "3D" */
	}
	while ((n = number_scale(span_sub(s, at, s.n), &scale)) > 0) {
		*value *= scale;
		at += n;
	}
	*used = at;
	return *value <= NUMBER_MAX;
}

/*
 * Words: `total` is what a scale of a thousand and above has closed, `current`
 * the part below. "two hundred and fifty thousand": current 2, 200, 250; total
 * 250,000.
 */
struct number_state {
	double total, current, last; /* last: the word before, 0 at the start */
	bool some;
};

/* Takes one word; false when it does not go on the number. */
static bool
number_add_word(struct number_state *st, const char *word)
{
	double value;

	if (number_is_small(word, &value)) {
		bool fits = !st->some ||
			    (st->last >= 20 && st->last < 100 && value > 0 && value < 10) ||
			    st->last >= 100;

		if (!fits)
			return false;
		st->current += value;
	} else if (number_is_scale(word, &value)) {
		if (!st->some || st->current == 0)
			return false;
		if (value >= 1000) {
			st->total += st->current * value;
			st->current = 0;
		} else {
			st->current *= value;
		}
	} else {
		return false;
	}
	st->last = value;
	st->some = true;
	return true;
}

/* "half a million", "a dozen", "half a dozen": what is taken of them, the factor in *current. */
static size_t
number_article(struct span s, double *current)
{
	char word[NUMBER_WORD_MAX + 1];
	size_t at = 0, n = number_word(s, word);
	double scale;

	*current = 1;
	if (n > 0 && strcmp(word, "half") == 0) {
		*current = 0.5;
		at = n + number_blanks(span_sub(s, n, s.n));
		n = number_word(span_sub(s, at, s.n), word);
	}
	if (n == 0 || (strcmp(word, "a") != 0 && strcmp(word, "an") != 0))
		return 0;
	at += n;
	return number_scale(span_sub(s, at, s.n), &scale) > 0 ? at : 0;
}

static bool
number_parse_words(struct span s, double *value, size_t *used)
{
	struct number_state st = {0};
	char word[NUMBER_WORD_MAX + 1];
	size_t at = number_article(s, &st.current), end;

	st.some = at > 0;
	if (!st.some)
		st.current = 0;
	end = at;
	for (;;) {
		size_t begin = end, n;

		if (st.some && begin < s.n && s.p[begin] == '-')
			begin++;
		else
			begin += number_blanks(span_sub(s, begin, s.n));
		n = number_word(span_sub(s, begin, s.n), word);
		/* "and" goes on only behind a scale: "two hundred and six". */
		if (n > 0 && st.last >= 100 && strcmp(word, "and") == 0) {
			double below;

			begin += n + number_blanks(span_sub(s, begin + n, s.n));
			n = number_word(span_sub(s, begin, s.n), word);
			if (n > 0 && !number_is_small(word, &below))
				break;
		}
		if (n == 0 || (st.some && begin == end) || !number_add_word(&st, word))
			break;
		end = begin + n;
	}
	if (end == 0 || !st.some || (at > 0 && end == at))
		return false;
	*value = st.total + st.current;
	*used = end;
	return *value <= NUMBER_MAX;
}

bool
number_parse(struct span text, double *value, size_t *used)
{
	size_t blanks = number_blanks(text), n;
	struct span s = span_sub(text, blanks, text.n);
	bool found;

	if (s.n == 0)
		return false;
	found = number_is_digit(s.p[0]) ? number_parse_digits(s, value, &n)
					: number_parse_words(s, value, &n);
	if (found && used != NULL)
		*used = blanks + n;
	return found;
}

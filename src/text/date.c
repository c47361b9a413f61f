/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * date - points (day, month, year, of which some may be missing) are read at
 * each place where a word or number begins; two joined by "to", "and" or a dash
 * are a span, and the first takes from the second what it lacks.
 */
#include "text/date.h"

#include <stdio.h>

#define YEAR_MIN       1500
#define YEAR_MAX       2199
#define MONTH_WORD_MAX 10

struct date_point { /* 0: not given */
	int year, month, day;
	size_t used;
};

struct date_month {
	const char *word;
	int month;
};

/* English, its short forms, Welsh (plain and after "o", "i": softened forms). */
static const struct date_month date_months[] = {
    {"january", 1},   {"february", 2},  {"march", 3},   {"april", 4},      {"may", 5},
    {"june", 6},      {"july", 7},      {"august", 8},  {"september", 9},  {"october", 10},
    {"november", 11}, {"december", 12}, {"jan", 1},     {"feb", 2},        {"mar", 3},
    {"apr", 4},       {"jun", 6},       {"jul", 7},     {"aug", 8},        {"sep", 9},
    {"sept", 9},      {"oct", 10},      {"nov", 11},    {"dec", 12},       {"ionawr", 1},
    {"chwefror", 2},  {"mawrth", 3},    {"fawrth", 3},  {"ebrill", 4},     {"mai", 5},
    {"fai", 5},       {"mehefin", 6},   {"fehefin", 6}, {"gorffennaf", 7}, {"orffennaf", 7},
    {"awst", 8},      {"medi", 9},      {"fedi", 9},    {"hydref", 10},    {"tachwedd", 11},
    {"dachwedd", 11}, {"rhagfyr", 12},
};

static const int date_month_days[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool
date_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
date_is_word(char c)
{
	return date_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       ((unsigned char)c >= 0xc3 && (unsigned char)c <= 0xdf);
}

static char
date_at(struct span s, size_t at)
{
	return at < s.n ? s.p[at] : '\0';
}

/* Blanks and a single line end, and U+00A0. */
static size_t
date_blanks(struct span s, size_t at)
{
	size_t n = 0;

	for (;;) {
		char c = date_at(s, at + n);

		if (c == ' ' || c == '\t' || c == '\n')
			n++;
		else if (span_starts(span_sub(s, at + n, 2), SPAN("\xc2\xa0")))
			n += 2;
		else
			return n;
	}
}

/* Digits at `at`, at most `max`; more give 0. */
static size_t
date_digits(struct span s, size_t at, size_t max, int *value)
{
	size_t n = 0;

	*value = 0;
	while (date_is_digit(date_at(s, at + n)) && n <= max)
		*value = *value * 10 + (s.p[at + n++] - '0');
	return n > max ? 0 : n;
}

/* Letters at `at` in lower case; 0 when there are none or too many. */
static size_t
date_word(struct span s, size_t at, char word[MONTH_WORD_MAX + 1])
{
	size_t n = 0;

	while (date_is_word(date_at(s, at + n)) && !date_is_digit(s.p[at + n])) {
		if (n == MONTH_WORD_MAX)
			return 0;
		word[n] = (char)(s.p[at + n] | 0x20);
		n++;
	}
	word[n] = '\0';
	return date_is_digit(date_at(s, at + n)) ? 0 : n;
}

static size_t
date_month(struct span s, size_t at, int *month)
{
	char word[MONTH_WORD_MAX + 1];
	size_t n = date_word(s, at, word);

	for (size_t i = 0; n > 0 && i < sizeof date_months / sizeof *date_months; i++) {
		if (strcmp(date_months[i].word, word) != 0)
			continue;
		*month = date_months[i].month;
		/* A short form may have its full stop. */
		return n + (n <= 4 && date_at(s, at + n) == '.');
	}
	return 0;
}

/* A year in four digits that no further digit, letter or fraction goes on. */
static size_t
date_year(struct span s, size_t at, int *year)
{
	size_t n = date_digits(s, at, 4, year);
	char next = date_at(s, at + n), second = date_at(s, at + n + 1);

	if (n != 4 || *year < YEAR_MIN || *year > YEAR_MAX || date_is_word(next) ||
	    ((next == '.' || next == ',') && date_is_digit(second)))
		return 0;
	return n;
}

/* "12", "12th", "12 of"; the words that may stand between day and month are taken. */
static size_t
date_day(struct span s, size_t at, int *day)
{
	static const char *const endings[] = {"st", "nd",  "rd",  "th", "af",
					      "il", "ydd", "fed", "eg", "ain"};
	char word[MONTH_WORD_MAX + 1];
	size_t n = date_digits(s, at, 2, day), letters;

	if (n == 0 || *day < 1 || *day > 31)
		return 0;
	letters = date_word(s, at + n, word);
	if (letters == 0)
		return date_is_word(date_at(s, at + n)) ? 0 : n;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (strcmp(endings[i], word) == 0)
			return n + letters;
	return 0;
}

static bool
date_point_valid(const struct date_point *p)
{
	if (p->month == 0 || p->day == 0)
		return true;
	return p->day <= date_month_days[p->month] &&
	       !(p->month == 2 && p->day == 29 && p->year != 0 &&
		 (p->year % 4 != 0 || (p->year % 100 == 0 && p->year % 400 != 0)));
}

/* "2011-03-12", "2011-03" where it cannot be the years 2011 to 2003; "12/03/2011". */
static bool
date_numeric(struct span s, size_t at, struct date_point *p)
{
	int first, second, third;
	size_t n = date_digits(s, at, 4, &first), m, o;
	char mark = date_at(s, at + n);

	if (n == 0 || (mark != '-' && mark != '/' && mark != '.'))
		return false;
	m = date_digits(s, at + n + 1, 2, &second);
	if (m == 0)
		return false;
	if (date_at(s, at + n + 1 + m) == mark) {
		o = date_digits(s, at + n + m + 2, 4, &third);
		if (o == 0 || date_is_word(date_at(s, at + n + m + o + 2)))
			return false;
		if (n == 4 && mark == '-' && o <= 2)
			*p = (struct date_point){.year = first, .month = second, .day = third};
		else if (n <= 2 && o == 4 && mark != '-')
			*p = (struct date_point){.year = third, .month = second, .day = first};
		else
			return false;
		p->used = n + m + o + 2;
		return p->year >= YEAR_MIN && p->year <= YEAR_MAX && p->month >= 1 &&
		       p->month <= 12 && p->day >= 1 && p->day <= 31;
	}
	if (n != 4 || m != 2 || mark != '-' || second < 1 || second > 12 || second > first % 100 ||
	    first < YEAR_MIN || first > YEAR_MAX || date_is_word(date_at(s, at + n + 1 + m)))
		return false;
	*p = (struct date_point){.year = first, .month = second, .used = n + 1 + m};
	return true;
}

/* A comma, blanks, "of", "o" between the parts of one date. */
static size_t
date_between(struct span s, size_t at)
{
	size_t n = date_blanks(s, at);
	char word[MONTH_WORD_MAX + 1];
	size_t letters;

	if (date_at(s, at + n) == ',')
		return n + 1 + date_blanks(s, at + n + 1);
	letters = date_word(s, at + n, word);
	if (letters > 0 && n > 0 && (strcmp(word, "of") == 0 || strcmp(word, "o") == 0)) {
		size_t blanks = date_blanks(s, at + n + letters);

		return blanks > 0 ? n + letters + blanks : n;
	}
	return n;
}

/* The year behind a month or day, if one follows. */
static void
date_add_year(struct span s, size_t at, struct date_point *p)
{
	size_t gap = date_between(s, at + p->used);
	size_t n = gap > 0 ? date_year(s, at + p->used + gap, &p->year) : 0;

	if (n == 0)
		p->year = 0;
	else
		p->used += gap + n;
}

/* Whatever of a date stands at `at`: a day, a month, a year, or more of them. */
static bool
date_point(struct span s, size_t at, struct date_point *p)
{
	size_t n, gap, m;
	int value;

	*p = (struct date_point){0};
	if (date_numeric(s, at, p))
		return date_point_valid(p);
	*p = (struct date_point){0};
	if ((n = date_year(s, at, &p->year)) > 0) {
		p->used = n;
		return true;
	}
	p->year = 0;
	if ((n = date_day(s, at, &value)) > 0) {
		p->day = value;
		p->used = n;
		gap = date_between(s, at + n);
		m = gap > 0 ? date_month(s, at + n + gap, &p->month) : 0;
		if (m > 0) {
			p->used += gap + m;
			date_add_year(s, at, p);
		}
		return date_point_valid(p);
	}
	if ((n = date_month(s, at, &p->month)) == 0)
		return false;
	p->used = n;
	gap = date_blanks(s, at + n);
	m = gap > 0 ? date_day(s, at + n + gap, &value) : 0;
	if (m > 0) {
		p->day = value;
		p->used += gap + m;
	}
	date_add_year(s, at, p);
	return date_point_valid(p);
}

/* What joins two points of a span; *loose when it is "and", which also lists. */
static size_t
date_joint(struct span s, size_t at, bool *loose)
{
	static const char *const words[] = {"to", "until", "till", "through", "i", "hyd", "and"};
	static const char *const dashes[] = {
	    "-", "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x93", "\xe2\x80\x94", "/"};
	char word[MONTH_WORD_MAX + 1];
	size_t blanks = date_blanks(s, at), n;

	*loose = false;
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
		n = strlen(dashes[i]);
		if (span_starts(span_sub(s, at + blanks, n), span_of(dashes[i])))
			return blanks + n + date_blanks(s, at + blanks + n);
	}
	n = date_word(s, at + blanks, word);
	for (size_t i = 0; n > 0 && blanks > 0 && i < sizeof words / sizeof *words; i++) {
		size_t after = date_blanks(s, at + blanks + n);

		if (strcmp(words[i], word) != 0 || after == 0)
			continue;
		*loose = strcmp(word, "and") == 0;
		return blanks + n + after;
	}
	return 0;
}

/* "13" or "2013" behind "2011-". */
static bool
date_end_year(struct span s, size_t at, const struct date_point *first, struct date_point *p)
{
	size_t n;
	int year;

	*p = (struct date_point){0};
	n = date_digits(s, at, 2, &year);
	if (n != 2 || date_is_word(date_at(s, at + n)) || year <= first->year % 100 ||
	    (date_at(s, at + n) == '-' && date_is_digit(date_at(s, at + n + 1))))
		return false;
	p->year = first->year / 100 * 100 + year;
	p->used = n;
	return true;
}

/* Do the words before `at` end with "between" or "rhwng"? Then "and" makes a span. */
static bool
date_after_between(struct span s, size_t at)
{
	while (at > 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == '\n'))
		at--;
	return (at >= 7 && memcmp(s.p + at - 6, "etween", 6) == 0) ||
	       (at >= 5 && memcmp(s.p + at - 4, "hwng", 4) == 0);
}

/* The second point of a span that `first` begins; fills in what `first` lacks. */
static bool
date_span(struct span s, size_t at, struct date_point *first, struct date_point *second)
{
	bool loose;
	size_t joint = date_joint(s, at + first->used, &loose), to = at + first->used + joint;
	bool only_year = first->year != 0 && first->month == 0;
	char before = date_at(s, to - 1);

	if (joint == 0)
		return false;
	if (only_year && !loose && before != ' ' && before != '\n' &&
	    date_end_year(s, to, first, second)) {
		second->used += joint;
		return true;
	}
	if (!date_point(s, to, second) || second->year == 0)
		return false;
	if (only_year != (second->month == 0) || (first->day != 0 && second->day == 0) ||
	    (first->day != 0 && first->month == 0 && second->month == 0))
		return false;
	if (loose && (only_year || first->month == 0) && !date_after_between(s, at))
		return false;
	if (first->year == 0)
		first->year = second->year;
	if (first->month == 0)
		first->month = second->month;
	second->used += joint;
	return date_point_valid(first) &&
	       first->year * 10000 + first->month * 100 + first->day <=
		   second->year * 10000 + second->month * 100 + second->day;
}

static void
date_write(const struct date_point *p, char out[DATE_BYTES])
{
	unsigned year = (unsigned)p->year % 10000, month = (unsigned)p->month % 100;

	if (p->month == 0)
		snprintf(out, DATE_BYTES, "%04u", year);
	else if (p->day == 0)
		snprintf(out, DATE_BYTES, "%04u-%02u", year, month);
	else
		snprintf(out, DATE_BYTES, "%04u-%02u-%02u", year, month, (unsigned)p->day % 100);
}

bool
date_parse(struct span text, struct date_range *out, size_t *at, size_t *used)
{
	for (size_t i = 0; i < text.n; i++) {
		struct date_point first, second;
		bool is_span;
		char before = i > 0 ? text.p[i - 1] : ' ';

		if (!date_is_word(text.p[i]) || date_is_word(before) ||
		    ((before == '.' || before == ',' || before == '/') && i > 1 &&
		     date_is_digit(text.p[i - 2])))
			continue;
		if (!date_point(text, i, &first))
			continue;
		is_span = date_span(text, i, &first, &second);
		if (!is_span && (first.year == 0 || !date_point_valid(&first)))
			continue;
		if (!is_span)
			second = first;
		date_write(&first, out->from);
		date_write(&second, out->to);
		if (at != NULL)
			*at = i;
		if (used != NULL)
			*used = is_span ? first.used + second.used : first.used;
		return true;
	}
	return false;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, by counting from March. */
static int32_t
date_day_number(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = y / 400, of_era = y - era * 400;
	int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool
date_days(struct span iso, int32_t *first, int32_t *last)
{
	int year = 0, month = 0, day = 0;
	struct date_point p;

	if ((iso.n != 4 && iso.n != 7 && iso.n != 10) || date_digits(iso, 0, 4, &year) != 4)
		return false;
	if (iso.n >= 7 &&
	    (iso.p[4] != '-' || date_digits(iso, 5, 2, &month) != 2 || month < 1 || month > 12))
		return false;
	if (iso.n == 10 && (iso.p[7] != '-' || date_digits(iso, 8, 2, &day) != 2 || day < 1))
		return false;
	p = (struct date_point){.year = year, .month = month, .day = day};
	if (!date_point_valid(&p))
		return false;
	*first = date_day_number(year, month == 0 ? 1 : month, day == 0 ? 1 : day);
	if (day != 0)
		*last = *first;
	else if (month == 0 || month == 12)
		*last = date_day_number(year + 1, 1, 1) - 1;
	else
		*last = date_day_number(year, month + 1, 1) - 1;
	return true;
}

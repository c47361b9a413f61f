/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_kind - what a cell's words are: a number, a date, an address, words; and
 * whether they are what people write above a column.
 */
#include "extract/readers/heading.h"
#include "extract/readers/sheet_kind.h"

#include <strings.h>

#define KIND_VALUE_BYTES 48 /* a longer cell is no number and no date */
#define KIND_NAME_BYTES  48 /* a longer one no column's name of those known */

static bool
kind_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
kind_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
kind_is_any(struct span s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == s.n && strncasecmp(s.p, *words, s.n) == 0)
			return true;
	return false;
}

static bool
kind_is_address(struct span s)
{
	if (memchr(s.p, ' ', s.n) != NULL)
		return false;
	return memchr(s.p, '@', s.n) != NULL || span_starts(s, SPAN("http://")) ||
	       span_starts(s, SPAN("https://")) || span_starts(s, SPAN("www."));
}

/* Digits and what stands between them in numbers: "1,240.5", "-3", "£2,900", "45 %". */
static bool
kind_is_number(struct span s)
{
	static const char *const signs[] = {"-", "+", "£", "$", "€", "~", "c."};
	size_t digits = 0;

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (span_starts(s, span_of(signs[i])))
			s = heading_trim(span_sub(s, strlen(signs[i]), s.n));
	if (s.n > 0 && s.p[s.n - 1] == '%')
		s = heading_trim(span_sub(s, 0, s.n - 1));
	for (size_t i = 0; i < s.n; i++) {
		digits += kind_is_digit(s.p[i]);
		if (!kind_is_digit(s.p[i]) && strchr(",. '", s.p[i]) == NULL)
			return false;
	}
	return digits > 0;
}

/* Words that dates, times and durations are made of besides digits. */
static bool
kind_is_date_word(struct span s)
{
	static const char *const words[] = {
	    "am",         "pm",       "h",        "hr",       "hrs",      "hours",   "m",
	    "min",        "mins",     "minutes",  "s",        "sec",      "secs",    "seconds",
	    "t",          "z",        "st",       "nd",       "rd",       "th",      "of",
	    "jan",        "feb",      "mar",      "apr",      "may",      "jun",     "jul",
	    "aug",        "sep",      "sept",     "oct",      "nov",      "dec",     "january",
	    "february",   "march",    "april",    "june",     "july",     "august",  "september",
	    "october",    "november", "december", "mon",      "tue",      "tues",    "wed",
	    "thu",        "thurs",    "fri",      "sat",      "sun",      "monday",  "tuesday",
	    "wednesday",  "thursday", "friday",   "saturday", "sunday",   "utc",     "gmt",
	    "bst",        "ionawr",   "chwefror", "mawrth",   "ebrill",   "mai",     "mehefin",
	    "gorffennaf", "awst",     "medi",     "hydref",   "tachwedd", "rhagfyr", NULL};

	return kind_is_any(s, words);
}

static bool
kind_is_date(struct span s)
{
	size_t digits = 0, marks = 0, words = 0;

	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		if (kind_is_letter(s.p[i])) {
			while (i < s.n && kind_is_letter(s.p[i]))
				i++;
			if (!kind_is_date_word(span_sub(s, from, i - from)))
				return false;
			words++;
			continue;
		}
		digits += kind_is_digit(s.p[i]);
		marks += strchr("/:-.", s.p[i]) != NULL;
		/* U+202F stands before AM in what newer programs write. */
		if (!kind_is_digit(s.p[i]) && strchr("/:-.+, \xe2\x80\xaf\xc2\xa0", s.p[i]) == NULL)
			return false;
		i++;
	}
	return digits > 0 && marks + words > 0;
}

enum sheet_kind
sheet_kind_of(struct span s)
{
	static const char *const answers[] = {"yes",          "no",    "y", "n",
					      "true",         "false", "x", "\xe2\x9c\x93",
					      "\xe2\x9c\x94", NULL};

	if (s.n == 0)
		return SHEET_TEXT;
	if (kind_is_any(s, answers))
		return SHEET_ANSWER;
	if (kind_is_address(s))
		return SHEET_ADDRESS;
	if (s.n > KIND_VALUE_BYTES)
		return SHEET_TEXT;
	if (kind_is_number(s))
		return SHEET_NUMBER;
	return kind_is_date(s) ? SHEET_DATE : SHEET_TEXT;
}

bool
sheet_kind_is_year(struct span s)
{
	return s.n == 4 && (s.p[0] == '1' || s.p[0] == '2') && kind_is_digit(s.p[1]) &&
	       kind_is_digit(s.p[2]) && kind_is_digit(s.p[3]);
}

bool
sheet_kind_is_name(struct span s)
{
	static const char *const names[] = {
	    "name",        "names",       "forename",      "surname",
	    "firstname",   "lastname",    "email",         "e-mail",
	    "mail",        "phone",       "telephone",     "mobile",
	    "address",     "postcode",    "town",          "city",
	    "county",      "country",     "region",        "place",
	    "location",    "venue",       "site",          "room",
	    "date",        "dates",       "day",           "month",
	    "quarter",     "year",        "period",        "time",
	    "start",       "end",         "duration",      "timestamp",
	    "join",        "leave",       "action",        "event",
	    "events",      "activity",    "session",       "sessions",
	    "workshop",    "title",       "topic",         "subject",
	    "type",        "category",    "description",   "notes",
	    "note",        "comment",     "comments",      "feedback",
	    "remarks",     "status",      "role",          "position",
	    "job",         "profession",  "organisation",  "organization",
	    "affiliation", "institution", "company",       "school",
	    "department",  "group",       "attendance",    "attendances",
	    "attended",    "attendees",   "participants",  "visitors",
	    "audience",    "registered",  "registrations", "tickets",
	    "downloads",   "views",       "number",        "no",
	    "no.",         "count",       "total",         "quantity",
	    "amount",      "cost",        "price",         "value",
	    "id",          "ref",         "reference",     "code",
	    "url",         "link",        "doi",           "author",
	    "authors",     "journal",     "publisher",     "source",
	    "signature",   "signed",      "age",           "gender",
	    "question",    "answer",      "score",         "rating",
	    "funder",      "leader",      "trainer",       "speaker",
	    "presenter",   "contact",     "host",          "participant",
	    "enw",         "enwau",       "ebost",         "e-bost",
	    "ff\xc3\xb4n", "cyfeiriad",   "sefydliad",     "dyddiad",
	    "amser",       "lleoliad",    "safle",         "nifer",
	    "cyfanswm",    "blwyddyn",    "teitl",         "digwyddiad",
	    "disgrifiad",  "nodiadau",    "sylwadau",      "r\xc3\xb4l",
	    "swydd",       "llofnod",     "ysgol",         "adborth",
	    NULL};
	size_t at;

	if (s.n > KIND_NAME_BYTES)
		return false;
	/* "Duration (minutes)", "Email?" */
	for (at = 1; at < s.n && s.p[at] != '('; at++)
		;
	s = heading_trim(span_sub(s, 0, at));
	while (s.n > 0 && strchr("?:*.", s.p[s.n - 1]) != NULL && !span_is(s, "No."))
		s.n--;
	if (s.n == 0)
		return false;
	if (kind_is_any(s, names))
		return true;
	for (at = s.n; at > 0 && s.p[at - 1] != ' '; at--)
		;
	return kind_is_any(span_sub(s, at, s.n), names);
}

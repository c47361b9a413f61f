/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_names - is the first row of a table its columns' names?
 *
 * Wrongly taken for names a row of data is lost to whoever counts rows; wrongly taken for
 * data the names are. So nothing is taken for names that has a number, a date or an
 * address in it, or less than nearly all columns.
 */
#include "extract/readers/sheet_inside.h"

#define NAMES_BYTES_MAX 160 /* of one name */
#define NAMES_PAIRS     2   /* columns of a list of pairs */
#define NAMES_DISTINCT  64  /* so many names are compared with each other */
#define NAMES_SAME_PART 5   /* all but one in so many cells below are of one kind */

static bool
names_distinct(const struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t n = line->n < NAMES_DISTINCT ? line->n : NAMES_DISTINCT;

	for (uint32_t i = 1; i < n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (span_eq(sheet_text(s, &cells[i]), sheet_text(s, &cells[j])))
				return false;
	return true;
}

/* Years and dates may be names, behind a first that is words: "Site, 2017, 2018". */
static bool
names_could_be(const struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t years = 0;

	for (uint32_t i = 0; i < line->n; i++) {
		struct span text = sheet_text(s, &cells[i]);

		if (text.n > NAMES_BYTES_MAX || text.p[text.n - 1] == ':')
			return false;
		if (cells[i].kind == SHEET_TEXT)
			continue;
		if (i == 0 || !(cells[i].kind == SHEET_DATE || sheet_kind_is_year(text)))
			return false;
		years++;
	}
	return (years == 0 || years + 1 == line->n) && names_distinct(s, line);
}

/* Pairs: what stands first in the rows are names themselves, "Start time", "Host:". */
static bool
names_are_pairs(const struct sheet *s, size_t first, size_t end)
{
	size_t rows = 0, keys = 0;

	for (size_t i = first; i < end; i++) {
		const struct sheet_line *line = sheet_line(s, i);
		struct span key = sheet_text(s, sheet_cells(s, line));

		if (line->n > NAMES_PAIRS)
			return false;
		rows++;
		keys += sheet_kind_is_name(key) || key.p[key.n - 1] == ':';
	}
	return rows > 1 && keys * 2 > rows;
}

static bool
names_bold(const struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);

	for (uint32_t i = 0; i < line->n; i++)
		if (!cells[i].bold)
			return false;
	return true;
}

static bool
names_known(const struct sheet *s, const struct sheet_line *line)
{
	const struct sheet_held *cells = sheet_cells(s, line);
	uint32_t known = 0;

	for (uint32_t i = 0; i < line->n; i++)
		known += sheet_kind_is_name(sheet_text(s, &cells[i]));
	if (line->n <= NAMES_PAIRS)
		return known == line->n;
	return known >= 3 || known * 2 >= line->n;
}

/* Does a name that is words stand above cells that are something else? */
static bool
names_above_values(struct sheet *s, size_t first, size_t end)
{
	const struct sheet_line *line = sheet_line(s, first);
	const struct sheet_held *cells = sheet_cells(s, line);
	bool found = false;

	if (line->n <= NAMES_PAIRS && end - first < 3)
		return false;
	for (size_t i = first + 1; i < end; i++) {
		const struct sheet_line *below = sheet_line(s, i);
		const struct sheet_held *their = sheet_cells(s, below);

		for (uint32_t c = 0; c < below->n; c++)
			s->counts[their[c].column][their[c].kind]++;
	}
	for (uint32_t i = 0; i < line->n; i++) {
		const uint32_t *counts = s->counts[cells[i].column];
		unsigned all = 0, most = 0;

		for (unsigned k = 0; k < SHEET_KINDS; k++) {
			all += counts[k];
			if (k != SHEET_TEXT && counts[k] > most)
				most = counts[k];
		}
		if (cells[i].kind == SHEET_TEXT && all > 0 &&
		    most * NAMES_SAME_PART >= all * (NAMES_SAME_PART - 1))
			found = true;
	}
	for (size_t i = first + 1; i < end; i++) {
		const struct sheet_line *below = sheet_line(s, i);
		const struct sheet_held *their = sheet_cells(s, below);

		for (uint32_t c = 0; c < below->n; c++)
			memset(s->counts[their[c].column], 0, sizeof s->counts[0]);
	}
	return found;
}

enum sheet_names
sheet_names_of(struct sheet *s, size_t first, size_t end)
{
	const struct sheet_line *line = sheet_line(s, first);
	uint32_t widest = 0;

	for (size_t i = first + 1; i < end; i++)
		if (sheet_line(s, i)->n > widest)
			widest = sheet_line(s, i)->n;
	if (line->n == 0 || !names_could_be(s, line) ||
	    (uint64_t)line->n * 10 < (uint64_t)widest * 8)
		return NAMES_NONE;
	if (line->n <= NAMES_PAIRS && names_are_pairs(s, first, end))
		return NAMES_NONE;
	if (names_known(s, line))
		return NAMES_CERTAIN;
	if (names_bold(s, line) && (end - first == 1 || !names_bold(s, sheet_line(s, first + 1))))
		return NAMES_CERTAIN;
	return names_above_values(s, first, end) ? NAMES_CERTAIN : NAMES_MAYBE;
}

bool
sheet_goes_on(const struct sheet *s, size_t first, size_t end)
{
	if (s->columns == 0 || (uint64_t)sheet_line(s, first)->n * 2 < s->columns)
		return false;
	for (size_t i = first; i < end; i++) {
		const struct sheet_line *line = sheet_line(s, i);
		const struct sheet_held *cells = sheet_cells(s, line);

		for (uint32_t c = 0; c < line->n; c++) {
			uint32_t place = s->place_of[cells[c].column];

			if (place == 0)
				return false;
			if (s->kind_at[place - 1] != SHEET_UNKNOWN &&
			    s->kind_at[place - 1] != cells[c].kind)
				return false;
		}
	}
	return true;
}

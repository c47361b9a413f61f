/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_number - numbers of spreadsheet cells as people see them.
 *
 * Dates and times become ISO ("2019-05-12", "2019-05-12 10:30", "10:30"), never more
 * exact than the cell's format shows ("2019-05"). Of a number's format count its
 * decimals, its grouping of thousands, per cent, and what stands before or behind it
 * ("£2,900"); without one it is written in full, without an exponent.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

#define SHEET_NUMBER_BYTES   96 /* of a number as text, with its NUL */
#define SHEET_FORMAT_BYTES   512
#define SHEET_FORMAT_AROUND  16 /* bytes of a unit before or behind a number */
#define SHEET_DECIMALS_MAX   15
#define SHEET_FORMAT_GENERAL (-1)

struct sheet_format {
	bool year, month, day, hour, minute, second;
	bool elapsed; /* hours go on past 24 */
	bool percent, grouped;
	int decimals; /* SHEET_FORMAT_GENERAL: as many as there are */
	char before[SHEET_FORMAT_AROUND], after[SHEET_FORMAT_AROUND];
};

/* What a format code says: "#,##0.00", "d-mmm-yy", "[h]:mm". Of its sections the first counts. */
void sheet_format_parse(struct span code, struct sheet_format *f);

/* The format with the number `id` that XLSX files need not spell out; false for another. */
bool sheet_format_builtin(unsigned id, struct sheet_format *f);
bool sheet_format_is_date(const struct sheet_format *f);

/*
 * Writes `v`. Dates count days: from 1 January 1900 as 1, with a 29 February in that
 * year, which there was not, or from 1 January 1904 as 0. What is no date of 1900 to
 * 9999 is written as a number.
 */
void sheet_number_write(double v, const struct sheet_format *f, bool from_1904,
			char out[SHEET_NUMBER_BYTES]);

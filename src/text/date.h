/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * date - dates as documents write them, and ISO dates as intervals of days.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

#define DATE_BYTES 11 /* YYYY-MM-DD and a NUL */

struct date_range { /* from == to when one date is given; each YYYY, YYYY-MM or YYYY-MM-DD */
	char from[DATE_BYTES], to[DATE_BYTES];
};

/*
 * Finds the first date or span of dates in `text`: "12 March 2011", "March 12,
 * 2011", "12/03/2011" (day first), "2011-03-12", "March 2011", "2011", "November
 * 2011 and May 2013", "2011-13", "12-14 May 2012", "May to July 2012"; English and Welsh months.
 * Never more exact than the words. *at and *used (may be NULL) say where it stands. Years 1500 to
 * 2199. False when there is none.
 */
bool date_parse(struct span text, struct date_range *out, size_t *at, size_t *used);

/* First and last day (days since 1970-01-01) of YYYY, YYYY-MM or YYYY-MM-DD; false when it is none.
 */
bool date_days(struct span iso, int32_t *first, int32_t *last);

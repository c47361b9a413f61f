/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_kind - what a cell's words are, and whether they are what people write above a
 * column. From the words alone; wrong now and then, so no cell is judged alone.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

enum sheet_kind {
	SHEET_UNKNOWN, /* to be told by sheet_kind_of() */
	SHEET_TEXT,
	SHEET_NUMBER,
	SHEET_DATE, /* or a time, or a duration */
	SHEET_ADDRESS,
	SHEET_ANSWER, /* yes, no, a tick */
	SHEET_KINDS
};

/* Never SHEET_UNKNOWN. `s` has no blanks at its ends. */
enum sheet_kind sheet_kind_of(struct span s);
bool sheet_kind_is_year(struct span s);

/* Are the words, or the last of them, a known name of a column ("Name", "Join time")? */
bool sheet_kind_is_name(struct span s);

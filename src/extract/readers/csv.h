/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv - values separated by commas, semicolons, TABs or bars.
 */
#pragma once

#include "extract/reader.h"

/*
 * Is this the head of a table of separated values, whatever the file is called? Prose
 * never is: each of at least three lines has the same three or more cells, which are
 * short, and no blank stands behind a separator. Reports of several tables are not sure
 * in this sense; their names say what they are (.csv, .tsv).
 */
bool csv_is_sure(struct span text);

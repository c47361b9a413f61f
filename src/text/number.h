/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * number - numbers as documents write them.
 */
#pragma once

#include "common/span.h"

/*
 * Reads the number that `text` begins with, after blanks: "1,200", "1 200",
 * "3.5", "1.2 million", "12k", "twelve hundred", "two hundred and fifty",
 * "a dozen", "half a million". *used (may be NULL) is how many bytes it took.
 * False when there is none; ordinals ("third") and "a", "an" alone are none,
 * "one" is 1. At most 1e15.
 */
bool number_parse(struct span text, double *value, size_t *used);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nearest - Levenshtein's distance, one row at a time.
 */
#include "extract/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t
nearest_distance(const char *a, const char *b)
{
	size_t row[NEAREST_BYTES_MAX + 1];
	size_t n = strnlen(a, NEAREST_BYTES_MAX), m = strnlen(b, NEAREST_BYTES_MAX);

	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

const char *
nearest_name(const char *name, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		size_t d = nearest_distance(name, names[i]);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

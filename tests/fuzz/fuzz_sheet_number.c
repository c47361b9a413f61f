/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any number in any format: text that fits. The first eight
 * bytes are the number, the next says the system of dates, the others are the format.
 */
#include "extract/readers/sheet_number.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[SHEET_NUMBER_BYTES];
	struct sheet_format f;
	double v;

	if (size < 9)
		return 0;
	memcpy(&v, data, 8);
	sheet_format_parse((struct span){(const char *)data + 9, size - 9}, &f);
	for (int pass = 0; pass < 2; pass++) {
		memset(out, 1, sizeof out);
		sheet_number_write(v, &f, (data[8] & 1) != 0, out);
		if (memchr(out, 0, sizeof out) == NULL)
			abort();
		if (!sheet_format_builtin(data[8], &f))
			break;
	}
	return 0;
}

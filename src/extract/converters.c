/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * converters - one name for each module of iconv. All 1,180 names would cost 97 ms and
 * 14 MB at each start, and each module is four more mappings that every fork copies.
 */
#include "extract/converters.h"

#include <iconv.h>
#include <stdlib.h>

/* The encodings of the web (encoding.spec.whatwg.org), then what mails, and the code pages that
 * RTF and old Word files, come in. A document in another one is partial, and says which. */
static const char *const converters_names[] = {
    "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",    "ISO-8859-6",
    "ISO-8859-7",   "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-11",   "ISO-8859-13",
    "ISO-8859-14",  "ISO-8859-15",  "ISO-8859-16",  "WINDOWS-1250", "WINDOWS-1251",  "WINDOWS-1252",
    "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257",  "WINDOWS-1258",
    "WINDOWS-874",  "TIS-620",      "IBM866",       "KOI8-R",       "KOI8-U",        "MACINTOSH",
    "MAC-CYRILLIC", "GB18030",      "GBK",          "GB2312",       "BIG5",          "BIG5-HKSCS",
    "EUC-JP",       "SHIFT_JIS",    "CP932",        "ISO-2022-JP",  "ISO-2022-JP-2", "EUC-KR",
    "CP949",        "ISO-2022-KR",  "ISO-2022-CN",  "UTF-16",       "UTF-32",        "UTF-7",
    "CP437",        "CP850",        "CP852",
};

#define CONVERTERS (sizeof converters_names / sizeof converters_names[0])

struct converters {
	iconv_t list[CONVERTERS];
};

struct converters *
converters_open(void)
{
	struct converters *c = calloc(1, sizeof *c);

	for (size_t i = 0; c != NULL && i < CONVERTERS; i++)
		c->list[i] = iconv_open("UTF-8", converters_names[i]);
	return c;
}

void
converters_close(struct converters *c)
{
	for (size_t i = 0; c != NULL && i < CONVERTERS; i++)
		if (c->list[i] != (iconv_t)-1)
			iconv_close(c->list[i]);
	free(c);
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * converters - one name for each module of iconv. All 1,180 names would cost 97 ms and
 * 14 MB at each start; these cost a few.
 */
#include "extract/converters.h"

#include <iconv.h>
#include <stdlib.h>

/* The encodings of the web (encoding.spec.whatwg.org), then what older mails and files of DOS,
 * Macintosh and mainframes come in. */
static const char *const converters_names[] = {
    "ISO-8859-1",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-9",
    "ISO-8859-10",
    "ISO-8859-11",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WINDOWS-874",
    "TIS-620",
    "IBM866",
    "KOI8-R",
    "KOI8-U",
    "KOI8-T",
    "MACINTOSH",
    "MAC-CYRILLIC",
    "MAC-UK",
    "MAC-CENTRALEUROPE",
    "MAC-IS",
    "GB18030",
    "GBK",
    "GB2312",
    "BIG5",
    "BIG5-HKSCS",
    "EUC-JP",
    "EUC-JP-MS",
    "SHIFT_JIS",
    "CP932",
    "ISO-2022-JP",
    "ISO-2022-JP-2",
    "ISO-2022-JP-3",
    "EUC-KR",
    "CP949",
    "JOHAB",
    "ISO-2022-KR",
    "ISO-2022-CN",
    "ISO-2022-CN-EXT",
    "EUC-TW",
    "UTF-16",
    "UTF-32",
    "UTF-7",
    "CP437",
    "CP737",
    "CP775",
    "CP850",
    "CP852",
    "CP855",
    "CP857",
    "CP858",
    "CP860",
    "CP861",
    "CP862",
    "CP863",
    "CP864",
    "CP865",
    "CP869",
    "CP1125",
    "CP037",
    "CP500",
    "CP1047",
    "VISCII",
    "TCVN",
    "ARMSCII-8",
    "GEORGIAN-PS",
    "HP-ROMAN8",
    "CWI",
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

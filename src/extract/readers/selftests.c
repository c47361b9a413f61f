/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftests - small documents in every group of character sets, as bytes; those of
 * formats that are packed are in selftests_packed.c.
 */
#include "extract/readers/selftests.h"

static const char selftests_text_1252[] = "Caf\xe9 \x96 r\xe9sum\xe9\n";

static const char selftests_text_utf16[] = "\xff\xfe\xdc\x00"
					   "b\x00"
					   "e\x00r\x00 \x00\x13  \x00\xe5"
					   "e,g\n"
					   "\x00";

const struct reader_selftest selftests_text[] = {
    SELFTEST("1252.txt", selftests_text_1252, "Café – résumé"),
    SELFTEST("utf16.txt", selftests_text_utf16, "Über – 日本"),
    {0},
};

static const char selftests_html_shift_jis[] =
    "<html><head><meta charset=shift_jis></head><body><p>\x93\xfa\x96{\x8c\xea\x82\xcc"
    "\x95\xb6\x8f\x91</p></body></html>";

static const char selftests_html_gb2312[] =
    "<html><head><meta charset=gb2312></head><body><p>\xd6\xd0\xce\xc4\xce\xc4\xbc\xfe"
    "</p></body></html>";

static const char selftests_html_1252[] =
    "<html><head><meta charset=windows-1252></head><body><p>Caf\xe9 \x96 \x93r\xe9su"
    "m\xe9\x94</p></body></html>";

const struct reader_selftest selftests_html[] = {
    SELFTEST("shift_jis.html", selftests_html_shift_jis, "日本語の文書"),
    SELFTEST("gb2312.html", selftests_html_gb2312, "中文文件"),
    SELFTEST("1252.html", selftests_html_1252, "Café – “résumé”"),
    {0},
};

static const char selftests_eml_iso_2022_jp[] = "From: a@example.org\n"
						"To: b@example.org\n"
						"Subject: =?iso-2022-jp?B?GyRCMnE1RBsoQg==?=\n"
						"MIME-Version: 1.0\n"
						"Content-Type: text/plain; charset=iso-2022-jp\n"
						"\n"
						"\x1b$BF|K\\8l$NJ8=q\x1b(B\n";

static const char selftests_eml_koi8_u[] =
    "From: a@example.org\n"
    "To: b@example.org\n"
    "Subject: =?koi8-u?B?+tXT1NKm3g==?=\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=koi8-u\n"
    "\n"
    "\xb7\xd6\xc1, \xad\xc1\xce\xcf\xcb \xa6 \xa4\xc4\xce\xa6\xd3\xd4\xd8\n";

static const char selftests_eml_1252[] = "From: a@example.org\n"
					 "To: b@example.org\n"
					 "Subject: =?windows-1252?B?Q2Fm6Q==?=\n"
					 "MIME-Version: 1.0\n"
					 "Content-Type: text/plain; charset=windows-1252\n"
					 "\n"
					 "\x93r\xe9sum\xe9\x94 \x96 5 \x80\n";

const struct reader_selftest selftests_eml[] = {
    SELFTEST("iso-2022-jp.eml", selftests_eml_iso_2022_jp, "会議\n日本語の文書"),
    SELFTEST("koi8-u.eml", selftests_eml_koi8_u, "Зустріч\nЇжа, ґанок і єдність"),
    SELFTEST("1252.eml", selftests_eml_1252, "Café\n“résumé” – 5 €"),
    {0},
};

static const char selftests_pdf_latin[] =
    "%PDF-1.4\n"
    "1 0 obj\n"
    "<</Type/Catalog/Pages 2 0 R>>\n"
    "endobj\n"
    "2 0 obj\n"
    "<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
    "endobj\n"
    "3 0 obj\n"
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/"
    "Contents 4 0 R>>\n"
    "endobj\n"
    "4 0 obj\n"
    "<</Length 55>>\n"
    "stream\n"
    "BT /F 24 Tf 72 700 Td (Caf\\351 \\226 r\\351sum\\351) Tj ET\n"
    "endstream\n"
    "endobj\n"
    "5 0 obj\n"
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\n"
    "endobj\n"
    "xref\n"
    "0 6\n"
    "0000000000 65535 f \n"
    "0000000009 00000 n \n"
    "0000000054 00000 n \n"
    "0000000105 00000 n \n"
    "0000000216 00000 n \n"
    "0000000319 00000 n \n"
    "trailer\n"
    "<</Size 6/Root 1 0 R>>\n"
    "startxref\n"
    "407\n"
    "%%EOF\n";

static const char selftests_pdf_90ms_rksj[] =
    "%PDF-1.4\n"
    "1 0 obj\n"
    "<</Type/Catalog/Pages 2 0 R>>\n"
    "endobj\n"
    "2 0 obj\n"
    "<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
    "endobj\n"
    "3 0 obj\n"
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/"
    "Contents 4 0 R>>\n"
    "endobj\n"
    "4 0 obj\n"
    "<</Length 54>>\n"
    "stream\n"
    "BT /F 24 Tf 72 700 Td <93fa967b8cea82cc95b68f91> Tj ET\n"
    "endstream\n"
    "endobj\n"
    "5 0 obj\n"
    "<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/90ms-RKSJ-H/Descendan"
    "tFonts[6 0 R]>>\n"
    "endobj\n"
    "6 0 obj\n"
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registr"
    "y(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor 7 0 R>>\n"
    "endobj\n"
    "7 0 obj\n"
    "<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontBBox[0 0 1000 1000]/It"
    "alicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>\n"
    "endobj\n"
    "xref\n"
    "0 8\n"
    "0000000000 65535 f \n"
    "0000000009 00000 n \n"
    "0000000054 00000 n \n"
    "0000000105 00000 n \n"
    "0000000216 00000 n \n"
    "0000000318 00000 n \n"
    "0000000428 00000 n \n"
    "0000000586 00000 n \n"
    "trailer\n"
    "<</Size 8/Root 1 0 R>>\n"
    "startxref\n"
    "741\n"
    "%%EOF\n";

static const char selftests_pdf_unigb_ucs2[] =
    "%PDF-1.4\n"
    "1 0 obj\n"
    "<</Type/Catalog/Pages 2 0 R>>\n"
    "endobj\n"
    "2 0 obj\n"
    "<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
    "endobj\n"
    "3 0 obj\n"
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/"
    "Contents 4 0 R>>\n"
    "endobj\n"
    "4 0 obj\n"
    "<</Length 46>>\n"
    "stream\n"
    "BT /F 24 Tf 72 700 Td <4e2d658765874ef6> Tj ET\n"
    "endstream\n"
    "endobj\n"
    "5 0 obj\n"
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/Descenda"
    "ntFonts[6 0 R]>>\n"
    "endobj\n"
    "6 0 obj\n"
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registr"
    "y(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 7 0 R>>\n"
    "endobj\n"
    "7 0 obj\n"
    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 0 1000 1000]/It"
    "alicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>\n"
    "endobj\n"
    "xref\n"
    "0 8\n"
    "0000000000 65535 f \n"
    "0000000009 00000 n \n"
    "0000000054 00000 n \n"
    "0000000105 00000 n \n"
    "0000000216 00000 n \n"
    "0000000310 00000 n \n"
    "0000000421 00000 n \n"
    "0000000576 00000 n \n"
    "trailer\n"
    "<</Size 8/Root 1 0 R>>\n"
    "startxref\n"
    "731\n"
    "%%EOF\n";

const struct reader_selftest selftests_pdf[] = {
    SELFTEST("latin.pdf", selftests_pdf_latin, "Café – résumé"),
    SELFTEST("90ms-rksj.pdf", selftests_pdf_90ms_rksj, "日本語の文書"),
    SELFTEST("unigb-ucs2.pdf", selftests_pdf_unigb_ucs2, "中文文件"),
    {0},
};

static const char selftests_csv_utf16[] =
    "\377\376C\0a\0f\0\351\0,\0\"\0\345e,g,\0 \0\334\0b\0e\0r\0\"\0\n"
    "\0\27\4C\4A\4,\0003\0\n"
    "\0";

static const char selftests_csv_1252[] = "Name;Caf\351 \226 r\351sum\351\n"
					 "Zo\353;5 \200\n";

const struct reader_selftest selftests_csv[] = {
    SELFTEST("utf16.csv", selftests_csv_utf16, "Café\t日本, Über\nЗус\t3"),
    SELFTEST("1252.csv", selftests_csv_1252, "Name\tCafé – résumé\nZoë\t5 €"),
    {0},
};

static const char selftests_markdown_utf8[] =
    "# Caf\303\251 \342\200\223 r\303\251sum\303\251\n"
    "\n"
    "*\346\227\245\346\234\254\350\252\236\343\201\256\346\226\207\346\233\270*\n";

static const char selftests_markdown_1252[] = "# Caf\351 \226 r\351sum\351\n";

const struct reader_selftest selftests_markdown[] = {
    SELFTEST("utf8.md", selftests_markdown_utf8, "Café – résumé\n日本語の文書"),
    SELFTEST("1252.md", selftests_markdown_1252, "Café – résumé"),
    {0},
};

static const char selftests_rtf_1252[] =
    "{\\rtf1\\ansi\\ansicpg1252 Caf\\'e9 \\'96 r\\'e9sum\\'e9\\par}\n";

static const char selftests_rtf_1251[] =
    "{\\rtf1\\ansi\\ansicpg1251 \\'c7\\'f3\\'f1\\'f2\\'f0\\'b3\\'f7, \\'bf\\'e6\\'e0\\par}\n";

static const char selftests_rtf_932[] =
    "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset128 Mincho;}}\\f0 "
    "\\'93\\'fa\\'96\\'7b\\'8c\\'ea\\'82\\'cc\\'95\\'b6\\'8f\\'91\\par}\n";

const struct reader_selftest selftests_rtf[] = {
    SELFTEST("1252.rtf", selftests_rtf_1252, "Café – résumé"),
    SELFTEST("1251.rtf", selftests_rtf_1251, "Зустріч, їжа"),
    SELFTEST("932.rtf", selftests_rtf_932, "日本語の文書"),
    {0},
};

static const char selftests_transcript_utf8[] =
    "WEBVTT\n"
    "\n"
    "00:00:01.000 --> 00:00:04.000\n"
    "<v Zo\303\253>Caf\303\251 \342\200\223 r\303\251sum\303\251, "
    "\346\227\245\346\234\254\350\252\236\343\201\256\346\226\207\346\233\270</v>\n";

static const char selftests_transcript_1252[] = "1\n"
						"00:00:01,000 --> 00:00:04,000\n"
						"Caf\351 \226 r\351sum\351\n";

const struct reader_selftest selftests_transcript[] = {
    SELFTEST("utf8.vtt", selftests_transcript_utf8, "Zoë: Café – résumé, 日本語の文書"),
    SELFTEST("1252.srt", selftests_transcript_1252, "Café – résumé"),
    {0},
};

static const char selftests_mbox_1252_1251[] = "From a@example.org Mon Jan  6 14:20:31 2020\n"
					       "From: a@example.org\n"
					       "Subject: =?windows-1252?Q?Caf=E9?=\n"
					       "MIME-Version: 1.0\n"
					       "Content-Type: text/plain; charset=windows-1252\n"
					       "\n"
					       "\223r\351sum\351\224 \226 5 \200\n"
					       "\n"
					       "From a@example.org Mon Jan  6 14:20:31 2020\n"
					       "From: a@example.org\n"
					       "Subject: =?windows-1251?Q?=C7=F3=F1=F2=F0=B3=F7?=\n"
					       "MIME-Version: 1.0\n"
					       "Content-Type: text/plain; charset=windows-1251\n"
					       "\n"
					       "\307\363\361\362\360\263\367, \277\346\340\n"
					       "\n";

const struct reader_selftest selftests_mbox[] = {
    SELFTEST("1252-1251.mbox", selftests_mbox_1252_1251,
	     "Subject: Café\n“résumé” – 5 €\nSubject: Зустріч\nЗустріч, їжа"),
    {0},
};

static const char selftests_mhtml_1252[] =
    "From: <Saved by Blink>\n"
    "Snapshot-Content-Location: https://a.example/\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\n"
    "\n"
    "--b\n"
    "Content-Type: text/html; charset=windows-1252\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "Content-Location: https://a.example/\n"
    "\n"
    "<html><body><p>Caf=E9 =96 =93r=E9sum=E9=94</p></body></html>\n"
    "--b--\n";

static const char selftests_mhtml_1251[] =
    "From: <Saved by Blink>\n"
    "Snapshot-Content-Location: https://a.example/\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\n"
    "\n"
    "--b\n"
    "Content-Type: text/html; charset=windows-1251\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Content-Location: https://a.example/\n"
    "\n"
    "<html><body><p>\307\363\361\362\360\263\367, \277\346\340</p></body></html>\n"
    "--b--\n";

const struct reader_selftest selftests_mhtml[] = {
    SELFTEST("1252.mhtml", selftests_mhtml_1252, "Café – “résumé”"),
    SELFTEST("1251.mhtml", selftests_mhtml_1251, "Зустріч, їжа"),
    {0},
};

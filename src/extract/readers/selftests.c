/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftests - small documents in every group of character sets, as bytes.
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

static const char selftests_docx_utf8[] =
    "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00\x1b\x14\xb4\xfe\xd0\x00\x00\x00"
    "\xd0\x00\x00\x00\x13\x00\x00\x00[Content_Types].xml<Types xmlns=\"http://schema"
    "s.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/d.xml\""
    " ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.d"
    "ocument.main+xml\"/></Types>PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00Y\xdf"
    "\xed\\\xef\x00\x00\x00\xef\x00\x00\x00\x0b\x00\x00\x00_rels/.rels<Relationships"
    " xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relati"
    "onship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/re"
    "lationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>PK\x03"
    "\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00n)i\x89\xca\x00\x00\x00\xca\x00\x00\x00"
    "\x11\x00\x00\x00word/document.xml<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:d"
    "ocument xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    "><w:body><w:p><w:r><w:t>Caf\xc3\xa9 \xe2\x80\x93 r\xc3\xa9sum\xc3\xa9</w:t></w:"
    "r></w:p></w:body></w:document>PK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00"
    "!\x00\x1b\x14\xb4\xfe\xd0\x00\x00\x00\xd0\x00\x00\x00\x13\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00[Content_Types].xmlPK\x01\x02\x14\x00"
    "\x14\x00\x00\x00\x00\x00\x00\x00!\x00Y\xdf\xed\\\xef\x00\x00\x00\xef\x00\x00\x00"
    "\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x01\x01\x00\x00_rels/."
    "relsPK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00!\x00n)i\x89\xca\x00\x00\x00"
    "\xca\x00\x00\x00\x11\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x19\x02"
    "\x00\x00word/document.xmlPK\x05\x06\x00\x00\x00\x00\x03\x00\x03\x00\xb9\x00\x00"
    "\x00\x12\x03\x00\x00\x00\x00";

const struct reader_selftest selftests_docx[] = {
    SELFTEST("utf8.docx", selftests_docx_utf8, "Café – résumé"),
    {0},
};

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * readers - what a file is by its content, and the reader for it.
 *
 *   signatures (PDF, ZIP, OLE2, RTF) -> text? -> HTML, mail, … -> libmagic
 *
 * libmagic comes last and only names what none of our readers reads: on text it
 * takes 2 ms for 15 KB, and calls one real case study in two hundred a bitmap or
 * a plotter's file.
 */
#include "extract/reader.h"

#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/sniff.h"

#include <magic.h>
#include <stdio.h>
#include <stdlib.h>

#define MAGIC_BYTES     (1024u * 1024) /* what libmagic gets to see */
#define READERS_NO_GAIN "Save it as a PDF, a Word document (.docx) or plain text beside it."

struct readers {
	magic_t magic;
};

static const struct reader *const readers_all[] = {
    &reader_text, &reader_markdown, &reader_html, &reader_pdf, &reader_docx, &reader_eml,
};

enum err
readers_prepare(struct readers **out)
{
	struct readers *r = calloc(1, sizeof *r);
	enum err e = OK;

	*out = NULL;
	if (r == NULL)
		return ERR_NOMEM;
	/* Unpacking and tar are not libmagic's business here: that would be more parsers. */
	r->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_CDF |
			      MAGIC_NO_CHECK_ELF);
	if (r->magic == NULL)
		e = ERR_NOMEM;
	else if (magic_load(r->magic, NULL) != 0)
		e = ERR_NOT_FOUND;
	if (e != OK) {
		readers_free(r);
		return e;
	}
	for (size_t i = 0; i < sizeof readers_all / sizeof readers_all[0]; i++)
		if (readers_all[i]->prepare != NULL)
			readers_all[i]->prepare();
	*out = r;
	return OK;
}

void
readers_free(struct readers *r)
{
	if (r == NULL)
		return;
	if (r->magic != NULL)
		magic_close(r->magic);
	free(r);
}

/* By what kind of thing the MIME type says it is, the sentence for a person. */
static const struct {
	const char *prefix, *what, *remedy;
} readers_media[] = {
    {"image/svg", "This is a drawing (SVG); there is no reader for drawings yet.", READERS_NO_GAIN},
    {"image/", "This is a picture (%s); there is no reader for pictures yet.",
     "If it shows words that matter, save it as a PDF with text."},
    {"audio/", "This is a sound recording (%s); there is no reader for recordings.",
     "Put a transcript beside it as a text file."},
    {"video/", "This is a film (%s); there is no reader for films.",
     "Put a transcript beside it as a text file."},
    {"application/ogg", "This is a recording (OGG); there is no reader for recordings.",
     "Put a transcript beside it as a text file."},
    {"application/gzip", "This is a packed file (gzip); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/x-7z-compressed", "This is an archive (7z); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/x-rar", "This is an archive (RAR); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/x-tar", "This is an archive (tar); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/x-bzip2", "This is a packed file (bzip2); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/x-xz", "This is a packed file (xz); there is no reader for archives yet.",
     "Unpack it into the folder."},
    {"application/postscript", "There is no reader for PostScript yet.", "Save it as a PDF."},
    {"application/vnd.ms-tnef", "There is no reader for winmail.dat (Outlook) yet.",
     "Save the mail's attachments into the folder."},
    {"application/x-ms-shortcut", "This is a shortcut to another file, not a document.",
     "Put the file itself into the folder."},
    {"application/x-sqlite3", "This is a database (SQLite), not a document.", ""},
    {"application/x-executable", "This is a program, not a document.", ""},
    {"application/x-dosexec", "This is a program, not a document.", ""},
    {"application/vnd.microsoft.portable-executable", "This is a program, not a document.", ""},
    {"font/", "This is a font, not a document.", ""},
};

/* "image/x-ms-bmp" -> "X-MS-BMP" without "X-": the part a person may have seen before. */
static void
readers_subtype(const char *mime, char out[24])
{
	const char *p = strchr(mime, '/');
	size_t n = 0;

	p = p == NULL ? mime : p + 1;
	if (strncmp(p, "x-", 2) == 0)
		p += 2;
	for (; *p != '\0' && n + 1 < 24; p++)
		out[n++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	out[n] = '\0';
}

/* Names what nothing here reads. */
static void
readers_refuse(const struct readers *r, struct span bytes, struct reader_failure *failure)
{
	size_t n = bytes.n < MAGIC_BYTES ? bytes.n : MAGIC_BYTES;
	const char *mime = magic_buffer(r->magic, bytes.p, n);
	char subtype[24], reason[300];

	if (mime == NULL)
		mime = "application/octet-stream";
	for (size_t i = 0; i < sizeof readers_media / sizeof readers_media[0]; i++) {
		const char *what = readers_media[i].what, *at = strstr(what, "%s");

		if (strncmp(mime, readers_media[i].prefix, strlen(readers_media[i].prefix)) != 0)
			continue;
		readers_subtype(mime, subtype);
		if (at == NULL)
			snprintf(reason, sizeof reason, "%s", what);
		else
			snprintf(reason, sizeof reason, "%.*s%s%s", (int)(at - what), what, subtype,
				 at + 2);
		failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason,
			    readers_media[i].remedy);
		return;
	}
	if (strcmp(mime, "application/octet-stream") == 0 || strncmp(mime, "text/", 5) == 0)
		snprintf(reason, sizeof reason,
			 "This file is neither text nor of a format that is known.");
	else
		snprintf(reason, sizeof reason, "There is no reader for this kind of file (%.80s).",
			 mime);
	failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason,
		    "If it is a document: " READERS_NO_GAIN);
}

const struct reader *
readers_find(const struct readers *r, const struct reader_input *in, struct reader_failure *failure)
{
	enum charset cs;

	*failure = (struct reader_failure){0};
	if (in->bytes.n == 0) {
		failure_set(failure, ERR_FORMAT, "empty", "The file is empty.", "");
		return NULL;
	}
	if (sniff_is_pdf(in->bytes))
		return &reader_pdf;
	if (span_starts(in->bytes, SPAN("PK\3\4")) || span_starts(in->bytes, SPAN("PK\5\6")))
		return sniff_zip(in, failure) ? &reader_docx : NULL;
	if (span_starts(in->bytes, SPAN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))) {
		sniff_ole2(in->bytes, failure);
		return NULL;
	}
	cs = charset_detect(in->bytes, NULL);
	if (cs == CHARSET_BINARY && !sniff_is_iso2022(in->bytes)) {
		readers_refuse(r, in->bytes, failure);
		return NULL;
	}
	return sniff_text(in, cs, failure);
}

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

#include "extract/converters.h"
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/sniff.h"
#include "extract/readers/tnef.h"

#include <magic.h>
#include <stdio.h>
#include <stdlib.h>

#define MAGIC_BYTES        (1024u * 1024)      /* what libmagic gets to see */
#define READERS_RATIO_FROM (10u * 1024 * 1024) /* less is unpacked whatever the ratio */
#define READERS_OTHER_FORM "Save it as a PDF, a Word document (.docx) or plain text beside it."

static const struct reader *const readers_all[] = {
    &reader_text,  &reader_markdown,   &reader_csv,  &reader_html, &reader_mhtml, &reader_pdf,
    &reader_docx,  &reader_odt,        &reader_rtf,  &reader_xlsx, &reader_ods,   &reader_pptx,
    &reader_odp,   &reader_eml,        &reader_mbox, &reader_msg,  &reader_doc,   &reader_archive,
    &reader_image, &reader_transcript, &reader_tnef,
};

/* What poppler reads only when a PDF asks for it: the characters of East Asian fonts. */
const char *const readers_data[] = {"/usr/share/poppler/", NULL};

#define READERS_COUNT (sizeof readers_all / sizeof readers_all[0])

struct readers {
	magic_t magic;
	struct converters *converters;
	struct ocr *ocr;
	bool off[READERS_COUNT];
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
	r->converters = converters_open();
	if (r->magic == NULL || r->converters == NULL)
		e = ERR_NOMEM;
	else if (magic_load(r->magic, NULL) != 0)
		e = ERR_NOT_FOUND;
	if (e != OK) {
		readers_free(r);
		return e;
	}
	for (size_t i = 0; i < READERS_COUNT; i++)
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
	converters_close(r->converters);
	free(r);
}

void
readers_use_ocr(struct readers *r, struct ocr *ocr)
{
	r->ocr = ocr;
}

struct ocr *
readers_ocr(const struct readers *r)
{
	return r->ocr;
}

const struct reader *const *
readers_list(size_t *n)
{
	*n = READERS_COUNT;
	return readers_all;
}

void
readers_switch_off(struct readers *r, size_t reader)
{
	r->off[reader] = true;
}

bool
readers_is_off(const struct readers *r, size_t reader)
{
	return r->off[reader];
}

/* What libmagic calls those that have a reader. */
static const struct {
	const char *prefix;
	const struct reader *reader;
} readers_known[] = {
    {"image/png", &reader_image},
    {"image/jpeg", &reader_image},
    {"image/tiff", &reader_image},
    {"image/webp", &reader_image},
    {"image/heic", &reader_image},
    {"image/heif", &reader_image},
    {"image/gif", &reader_image},
    {"image/bmp", &reader_image},
    {"image/x-ms-bmp", &reader_image},
    {"application/gzip", &reader_archive},
    {"application/x-7z-compressed", &reader_archive},
    {"application/x-rar", &reader_archive},
    {"application/x-tar", &reader_archive},
    {"application/x-bzip2", &reader_archive},
    {"application/x-xz", &reader_archive},
    {"application/vnd.ms-tnef", &reader_tnef},
};

#define READERS_SOUND      "This is a sound recording (%s), which no reader listens to."
#define READERS_FILM       "This is a film (%s), which no reader watches."
#define READERS_TRANSCRIPT "Put a transcript beside it (.vtt, .srt or text); that is read."

/* By its MIME type, the sentence for a person. Only types that libmagic is sure of: it takes noise
 * for rare kinds of pictures and sound. */
static const struct {
	const char *prefix, *what, *remedy;
	enum reader_next next;
} readers_media[] = {
    {"image/svg", "This is a drawing (%s), whose words are not read.",
     "If it shows words that matter, save it as a PDF.", NEXT_A_PERSON},
    {"audio/mpeg", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/mp4", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/ogg", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/opus", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/flac", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/amr", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/x-wav", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/x-m4a", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/x-hx-aac-adts", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"audio/x-aiff", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/mp4", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/quicktime", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/mpeg", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/webm", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/3gpp", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/ogg", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/x-matroska", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/x-msvideo", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/x-ms-asf", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/x-m4v", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"video/x-flv", READERS_FILM, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"application/ogg", READERS_SOUND, READERS_TRANSCRIPT, NEXT_A_PERSON},
    {"application/postscript", "There is no reader for PostScript yet.", "Save it as a PDF.",
     NEXT_NOTHING},
    {"application/x-ms-shortcut", "This is a shortcut to another file, not a document.",
     "Put the file itself into the folder.", NEXT_NOTHING},
    {"application/x-sqlite3", "This is a database (SQLite), not a document.", "", NEXT_NOTHING},
    {"application/x-executable", "This is a program, not a document.", "", NEXT_NOTHING},
    {"application/x-dosexec", "This is a program, not a document.", "", NEXT_NOTHING},
    {"application/vnd.microsoft.portable-executable", "This is a program, not a document.", "",
     NEXT_NOTHING},
    {"font/", "This is a font, not a document.", "", NEXT_NOTHING},
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

/* The reader for what is no text, by libmagic; NULL with *failure naming what it is. */
static const struct reader *
readers_by_magic(const struct readers *r, struct span bytes, struct reader_failure *failure)
{
	size_t n = bytes.n < MAGIC_BYTES ? bytes.n : MAGIC_BYTES;
	const char *mime = magic_buffer(r->magic, bytes.p, n);
	char subtype[24], reason[300];

	if (mime == NULL)
		mime = "application/octet-stream";
	for (size_t i = 0; i < sizeof readers_known / sizeof readers_known[0]; i++)
		if (strncmp(mime, readers_known[i].prefix, strlen(readers_known[i].prefix)) == 0)
			return readers_known[i].reader;
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
		failure->next = readers_media[i].next;
		return NULL;
	}
	if (strcmp(mime, "application/octet-stream") == 0 || strncmp(mime, "text/", 5) == 0)
		snprintf(reason, sizeof reason,
			 "This file is neither text nor of a format that is known.");
	else
		snprintf(reason, sizeof reason, "There is no reader for this kind of file (%.80s).",
			 mime);
	failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason,
		    "If it is a document: " READERS_OTHER_FORM);
	return NULL;
}

static const struct reader *
readers_choose(const struct readers *r, const struct reader_input *in,
	       struct reader_failure *failure)
{
	enum charset cs;

	if (in->bytes.n == 0) {
		failure_set(failure, ERR_FORMAT, "empty", "The file is empty.", "");
		return NULL;
	}
	if (tnef_is(in->bytes))
		return &reader_tnef;
	if (sniff_is_pdf(in->bytes))
		return &reader_pdf;
	/* Pictures in it may be any bytes, which would make text no text. */
	if (span_starts(in->bytes, SPAN("{\\rtf")))
		return &reader_rtf;
	if (span_starts(in->bytes, SPAN("PK\3\4")) || span_starts(in->bytes, SPAN("PK\5\6")))
		return sniff_zip(in, failure);
	if (span_starts(in->bytes, SPAN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
		return sniff_ole2(in->bytes, failure);
	cs = charset_detect(in->bytes, NULL);
	if (cs == CHARSET_BINARY && !sniff_is_iso2022(in->bytes))
		return readers_by_magic(r, in->bytes, failure);
	return sniff_text(in, cs, failure);
}

static bool
readers_lacks(const struct readers *r, const struct reader *reader)
{
	for (size_t i = 0; i < READERS_COUNT; i++)
		if (readers_all[i] == reader)
			return r->off[i];
	return false;
}

const struct reader *
readers_find(const struct readers *r, const struct reader_input *in, struct reader_failure *failure)
{
	const struct reader *reader;
	char reason[300];

	*failure = (struct reader_failure){0};
	reader = readers_choose(r, in, failure);
	if (reader == NULL || !readers_lacks(r, reader))
		return reader;
	snprintf(reason, sizeof reason,
		 "The reader for %s is switched off: it failed its own test in the sandbox.",
		 reader->name);
	failure_set(failure, ERR_UNSUPPORTED, "sandbox", reason,
		    "`evidence status` and the log say more; the file is tried again when the "
		    "reader works.");
	return NULL;
}

const struct reader *
readers_find_own(const struct reader_input *in)
{
	static const struct reader *const own[] = {&reader_text, &reader_markdown, &reader_csv,
						   &reader_transcript};
	struct reader_failure failure = {0};
	const struct reader *found;
	enum charset cs;

	if (sniff_is_pdf(in->bytes) || span_starts(in->bytes, SPAN("PK")))
		return NULL;
	cs = charset_detect(in->bytes, NULL);
	if (cs == CHARSET_BINARY)
		return NULL;
	found = sniff_text(in, cs, &failure);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (found == own[i] && !readers_lacks(in->work->readers, found))
			return found;
	return NULL;
}

/* --- what the readers of one document share --- */

uint64_t
reader_unpack_left(const struct reader_work *work)
{
	const struct limits *l = work->limits;
	uint64_t most = l->unpacked_bytes, by_ratio = l->unpacked_bytes;

	if (work->file_bytes < l->unpacked_bytes / l->unpacked_ratio)
		by_ratio = (work->file_bytes + 1) * l->unpacked_ratio - 1;
	if (by_ratio < READERS_RATIO_FROM)
		by_ratio = READERS_RATIO_FROM;
	if (by_ratio < most)
		most = by_ratio;
	return work->unpacked < most ? most - work->unpacked : 0;
}

bool
reader_unpacked(struct reader_work *work, uint64_t n)
{
	bool allowed = n <= reader_unpack_left(work);

	work->unpacked += n;
	return allowed;
}

void
reader_cut_unpacked(const struct reader_work *work, struct builder *b)
{
	char why[300];

	snprintf(why, sizeof why,
		 "It unpacks to more than %llu MiB (limits.unpacked_bytes) or to %llu times its "
		 "own size (limits.unpacked_ratio); the rest is left out.",
		 (unsigned long long)(work->limits->unpacked_bytes / (1024 * 1024)),
		 (unsigned long long)work->limits->unpacked_ratio);
	builder_cut(b, why);
}

void
reader_cut_part(struct span name, const char *reason, struct builder *b)
{
	char why[400];

	snprintf(why, sizeof why, "%.*s was left out: %s", (int)(name.n < 90 ? name.n : 90), name.p,
		 reason);
	builder_cut(b, why);
}

bool
reader_may_open_part(struct reader_work *work, struct span name, struct builder *b)
{
	const struct limits *l = work->limits;

	if (work->parts >= l->parts) {
		builder_cut(b, "It has more parts than limits.parts; the later ones are left out.");
		return false;
	}
	work->parts++;
	if (work->depth >= l->part_depth) {
		reader_cut_part(name, "it lies deeper than limits.part_depth.", b);
		return false;
	}
	return true;
}

enum err
reader_put_part(const struct reader_input *whole, struct span bytes, struct span name,
		bool decoration, struct builder *b)
{
	struct reader_work *work = whole->work;
	struct reader_input in = {.bytes = bytes, .name = name, .work = work};
	struct reader_failure failure = {0};
	const struct reader *reader;
	enum err e;
	size_t token;

	if (!reader_may_open_part(work, name, b))
		return OK;
	reader = readers_find(work->readers, &in, &failure);
	if (decoration && (reader == &reader_image || failure.next == NEXT_A_PERSON))
		return OK;
	e = reader == NULL ? ERR_UNSUPPORTED : OK;
	if (e == OK) {
		token = builder_part_open(b, name);
		work->depth++;
		e = reader->read(&in, b, &failure);
		work->depth--;
		builder_part_close(b, token);
	}
	if (e == ERR_NOMEM || e == OK)
		return e;
	if (failure.next == NEXT_OCR)
		builder_ocr(b, OCR_WANTED);
	reader_cut_part(name, failure.code != NULL ? failure.reason : "It could not be read.", b);
	return OK;
}

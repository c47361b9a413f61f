/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sniff - telling formats apart by their content.
 */
#include "extract/readers/sniff.h"
#include "extract/readers/csv.h"
#include "extract/readers/failure.h"
#include "extract/readers/ole.h"
#include "extract/readers/transcript.h"
#include "extract/readers/zip.h"

#include <stdio.h>
#include <strings.h>

#define SNIFF_PDF_BYTES    1024 /* where Adobe's readers look for a PDF's first line */
#define SNIFF_HEAD_BYTES   8192
#define SNIFF_MEMBER_BYTES 4096 /* of a member that says what the file is */
#define SNIFF_HEADERS      200  /* lines of a mail's head that are looked at */
#define SNIFF_OTHER_FORM   "Save it as a PDF, a Word document (.docx) or plain text beside it."

static void
sniff_no_reader(struct reader_failure *failure, const char *what, const char *remedy)
{
	char reason[200];

	snprintf(reason, sizeof reason, "There is no reader for %s yet.", what);
	failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason, remedy);
}

static bool
sniff_name_ends(struct span name, const char *end)
{
	size_t n = strlen(end);

	return name.n > n && strncasecmp(name.p + name.n - n, end, n) == 0;
}

static bool
sniff_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

static bool
sniff_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct span
sniff_skip_mark(struct span s)
{
	return span_starts(s, SPAN("\xef\xbb\xbf")) ? span_sub(s, 3, s.n) : s;
}

static struct span
sniff_skip_space(struct span s)
{
	s = sniff_skip_mark(s);
	while (s.n > 0 && sniff_is_space(s.p[0]))
		s = span_sub(s, 1, s.n);
	return s;
}

bool
sniff_is_pdf(struct span bytes)
{
	struct span head = span_sub(bytes, 0, SNIFF_PDF_BYTES);
	const char *at = head.n == 0 ? NULL : memmem(head.p, head.n, "%PDF-", 5);

	if (at == NULL)
		return false;
	/* A text may speak of "%PDF-"; only what is not text may have something before it. */
	return span_starts(sniff_skip_space(head), SPAN("%PDF-")) ||
	       charset_detect(bytes, NULL) == CHARSET_BINARY;
}

bool
sniff_is_iso2022(struct span bytes)
{
	size_t escapes = 0, sample = bytes.n < 65536 ? bytes.n : 65536;

	if (memchr(bytes.p, 0, bytes.n) != NULL)
		return false;
	for (size_t i = 0; i < sample; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c == 0x1b && i + 2 < bytes.n && strchr("$(", bytes.p[i + 1]) != NULL)
			escapes++;
		else if (c >= 0x80 ||
			 (c < 0x20 && !sniff_is_space(bytes.p[i]) && c != 0x0e && c != 0x0f))
			return false;
	}
	return escapes > 0;
}

/* --- ZIP --- */

enum sniff_zip {
	SNIFF_ZIP,
	SNIFF_DOCX,
	SNIFF_XLSX,
	SNIFF_PPTX,
	SNIFF_ODT,
	SNIFF_ODS,
	SNIFF_ODP,
	SNIFF_ODF,
	SNIFF_EPUB,
	SNIFF_PAGES
};

struct sniff_members {
	bool office, word, sheet, slides, odf, epub, pages;
};

static bool
sniff_on_member(void *ctx, const char *name)
{
	struct sniff_members *m = ctx;

	m->office |= strcmp(name, "[Content_Types].xml") == 0;
	m->word |= strncmp(name, "word/", 5) == 0;
	m->sheet |= strncmp(name, "xl/", 3) == 0;
	m->slides |= strncmp(name, "ppt/", 4) == 0;
	m->odf |= strcmp(name, "META-INF/manifest.xml") == 0;
	m->epub |= strcmp(name, "META-INF/container.xml") == 0;
	m->pages |= strncmp(name, "Index/", 6) == 0 || strcmp(name, "Index.zip") == 0;
	return true;
}

/* The beginning of a member, as far as `room` goes; 0: there is none. */
static size_t
sniff_member(struct span bytes, const char *name, char *to, size_t room)
{
	static const struct limits limits = {.unpacked_bytes = SNIFF_MEMBER_BYTES,
					     .unpacked_ratio = 1};
	struct reader_work work = {.limits = &limits, .file_bytes = bytes.n};
	struct reader_input in = {.bytes = bytes, .work = &work};
	struct zip_entry *entry;
	size_t n = 0;

	if (zip_open(&in, name, &entry) != OK)
		return 0;
	while (n < room) {
		int got = zip_read(entry, to + n, (int)(room - n));

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	zip_close(entry);
	return n;
}

/* OpenDocument says its type in a member of its own, and in the list of its members. */
static enum sniff_zip
sniff_odf(struct span bytes)
{
	static const struct {
		const char *type;
		enum sniff_zip kind;
	} types[] = {
	    {"application/vnd.oasis.opendocument.text", SNIFF_ODT},
	    {"application/vnd.oasis.opendocument.spreadsheet", SNIFF_ODS},
	    {"application/vnd.oasis.opendocument.presentation", SNIFF_ODP},
	};
	char head[SNIFF_MEMBER_BYTES];
	size_t n = sniff_member(bytes, "mimetype", head, sizeof head);

	if (n == 0)
		n = sniff_member(bytes, "META-INF/manifest.xml", head, sizeof head);
	for (size_t i = 0; n > 0 && i < sizeof types / sizeof types[0]; i++)
		if (memmem(head, n, types[i].type, strlen(types[i].type)) != NULL)
			return types[i].kind;
	return SNIFF_ODF;
}

static enum sniff_zip
sniff_zip_kind(struct span bytes, const struct sniff_members *m)
{
	if (m->office && m->word)
		return SNIFF_DOCX;
	if (m->office && m->sheet)
		return SNIFF_XLSX;
	if (m->office && m->slides)
		return SNIFF_PPTX;
	if (m->epub)
		return SNIFF_EPUB;
	if (m->odf)
		return sniff_odf(bytes);
	return m->pages ? SNIFF_PAGES : SNIFF_ZIP;
}

static const struct reader *
sniff_zip_damaged(const struct reader_input *in, struct reader_failure *failure)
{
	bool word = sniff_name_ends(in->name, ".docx") || sniff_name_ends(in->name, ".docm");

	failure_set(failure, ERR_FORMAT, "damaged",
		    word ? "This Word document is damaged or cut off: the list of its parts, which "
			   "stands at its end (the central directory), is missing."
			 : "This is a damaged ZIP: the list of its members, which stands at its "
			   "end (the central directory), is missing.",
		    "Copy it again from where it came from.");
	return NULL;
}

const struct reader *
sniff_zip(const struct reader_input *in, struct reader_failure *failure)
{
	struct sniff_members m = {0};
	enum err e;

	if (!zip_is_whole(in->bytes))
		return sniff_zip_damaged(in, failure);
	e = zip_each(in->bytes, sniff_on_member, &m);
	if (e == ERR_FORMAT && !m.office && !m.odf)
		return sniff_zip_damaged(in, failure);
	switch (sniff_zip_kind(in->bytes, &m)) {
	case SNIFF_DOCX:
		return &reader_docx;
	case SNIFF_XLSX:
		return &reader_xlsx;
	case SNIFF_PPTX:
		return &reader_pptx;
	case SNIFF_ODT:
		return &reader_odt;
	case SNIFF_ODS:
		return &reader_ods;
	case SNIFF_ODP:
		return &reader_odp;
	case SNIFF_ODF:
		sniff_no_reader(failure, "this kind of OpenDocument file", SNIFF_OTHER_FORM);
		break;
	case SNIFF_EPUB:
		sniff_no_reader(failure, "EPUB (electronic books)", SNIFF_OTHER_FORM);
		break;
	case SNIFF_PAGES:
		sniff_no_reader(failure, "Apple's Pages, Numbers and Keynote", SNIFF_OTHER_FORM);
		break;
	case SNIFF_ZIP:
		return &reader_archive;
	}
	return NULL;
}

/* --- OLE2: Office before 2007, Outlook, and the wrapping of encrypted documents --- */

const struct reader *
sniff_ole2(struct span bytes, struct reader_failure *failure)
{
	GsfInfile *root;
	enum ole_kind kind;
	enum err e = ole_open(bytes, &root);

	if (e == ERR_LIMIT) {
		failure_set(failure, ERR_UNSUPPORTED, "unsupported",
			    "This file (of an older Microsoft format) has more parts inside than "
			    "are read.",
			    SNIFF_OTHER_FORM);
		return NULL;
	}
	if (e != OK) {
		failure_set(failure, ERR_FORMAT, "damaged",
			    "This file (of an older Microsoft format) is damaged or cut off.",
			    "Copy it again from where it came from.");
		return NULL;
	}
	kind = ole_kind(root);
	g_object_unref(root);
	switch (kind) {
	case OLE_ENCRYPTED:
		failure_set(failure, ERR_FORMAT, "encrypted",
			    "This document is password-protected (Office encryption).",
			    "Open it with its password and save it without one.");
		break;
	case OLE_MSG:
		return &reader_msg;
	case OLE_WORD:
		return &reader_doc;
	case OLE_EXCEL:
		sniff_no_reader(failure, "XLS (Excel up to 2003)",
				"Open it in Excel and save it as .xlsx.");
		break;
	case OLE_POWERPOINT:
		sniff_no_reader(failure, "PPT (PowerPoint up to 2003)",
				"Open it in PowerPoint and save it as .pptx.");
		break;
	case OLE_OTHER:
		sniff_no_reader(failure, "this kind of file (an older Microsoft format)",
				SNIFF_OTHER_FORM);
		break;
	}
	return NULL;
}

/* --- text of several kinds --- */

static bool
sniff_is_html(struct span s, struct span name)
{
	bool called = sniff_name_ends(name, ".html") || sniff_name_ends(name, ".htm");

	s = sniff_skip_space(s);
	if (called && sniff_starts(s, "<"))
		return true; /* a fragment */
	if (sniff_starts(s, "<?xml")) {
		const char *end = memmem(s.p, s.n, "?>", 2);

		if (end == NULL)
			return false;
		s = sniff_skip_space(span_sub(s, (size_t)(end - s.p) + 2, s.n));
	}
	while (sniff_starts(s, "<!--")) {
		const char *end = memmem(s.p, s.n, "-->", 3);

		if (end == NULL)
			return false;
		s = sniff_skip_space(span_sub(s, (size_t)(end - s.p) + 3, s.n));
	}
	return sniff_starts(s, "<!doctype html") || sniff_starts(s, "<html") ||
	       sniff_starts(s, "<head>") || sniff_starts(s, "<body") ||
	       sniff_starts(s, "<title>") || sniff_starts(s, "<meta ");
}

struct sniff_head {
	unsigned strong; /* headers that only a mail has */
	unsigned weak;   /* headers that a memo may have too */
	bool related;    /* multipart/related: with From, a saved page */
};

/* The length of the header's name that the line begins with, 0: it is none. */
static size_t
sniff_header_name(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f && line.p[n] != ':')
		n++;
	return n > 0 && n < line.n && line.p[n] == ':' ? n : 0;
}

static void
sniff_header(struct span line, struct sniff_head *head)
{
	static const char *const strong[] = {"message-id:",     "received:",     "mime-version:",
					     "return-path:",    "content-type:", "delivered-to:",
					     "dkim-signature:", "x-mailer:",     "references:"};
	static const char *const weak[] = {"from:", "to:", "date:", "subject:"};

	for (size_t i = 0; i < sizeof strong / sizeof strong[0]; i++)
		head->strong += sniff_starts(line, strong[i]);
	for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
		head->weak += sniff_starts(line, weak[i]);
	if (sniff_starts(line, "content-type:") && line.n < 4096 &&
	    memmem(line.p, line.n, "multipart/related", 17) != NULL)
		head->related = true;
}

/* Reads the head of what may be a mail; false when a line is no header. */
static bool
sniff_headers(struct span s, struct sniff_head *head)
{
	for (size_t i = 0; i < SNIFF_HEADERS && s.n > 0; i++) {
		const char *end = memchr(s.p, '\n', s.n);
		struct span line = {s.p, end == NULL ? s.n : (size_t)(end - s.p)};

		s = span_sub(s, line.n + 1, s.n);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			return i > 0;
		if (i > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
			continue;
		if (sniff_header_name(line) == 0)
			return false;
		sniff_header(line, head);
	}
	return true;
}

/* A mail has headers that nobody types; where they were taken out, the name has to say so. */
static bool
sniff_is_mail(const struct reader_input *in, struct sniff_head *head)
{
	struct span s = in->bytes;

	if (span_starts(s, SPAN("\xef\xbb\xbf")))
		s = span_sub(s, 3, s.n);
	if (!sniff_headers(s, head))
		return false;
	return (head->strong >= 1 && head->weak >= 1 && head->strong + head->weak >= 3) ||
	       (sniff_name_ends(in->name, ".eml") && head->strong + head->weak >= 1);
}

static bool
sniff_is_mbox(struct span s)
{
	const char *end = memchr(s.p, '\n', s.n);
	struct sniff_head head = {0};

	return span_starts(s, SPAN("From ")) && end != NULL &&
	       sniff_headers(span_sub(s, (size_t)(end - s.p) + 1, s.n), &head) &&
	       head.strong + head.weak >= 2;
}

/* OpenDocument as one XML file says its type in its first element. */
static const struct reader *
sniff_flat_odf(struct span head, struct reader_failure *failure)
{
	static const struct {
		const char *type;
		const struct reader *reader;
	} types[] = {
	    {"application/vnd.oasis.opendocument.text", &reader_odt},
	    {"application/vnd.oasis.opendocument.presentation", &reader_odp},
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (memmem(head.p, head.n, types[i].type, strlen(types[i].type)) != NULL)
			return types[i].reader;
	sniff_no_reader(failure, "this kind of flat OpenDocument file", SNIFF_OTHER_FORM);
	return NULL;
}

static bool
sniff_is_flat_odf(struct span head)
{
	struct span s = sniff_skip_space(head);

	return (sniff_starts(s, "<?xml") || sniff_starts(s, "<office:document")) &&
	       memmem(s.p, s.n, "<office:document ", 17) != NULL;
}

const struct reader *
sniff_text(const struct reader_input *in, enum charset cs, struct reader_failure *failure)
{
	struct span head = span_sub(in->bytes, 0, SNIFF_HEAD_BYTES);
	struct buf keep = {0};
	struct sniff_head mail = {0};
	const struct reader *found = &reader_text;

	if ((cs == CHARSET_UTF16LE || cs == CHARSET_UTF16BE) &&
	    charset_to_utf8(span_sub(head, 0, head.n & ~(size_t)1), (struct span){0}, &keep,
			    &head) != OK)
		head.n = 0;
	if (span_starts(head, SPAN("{\\rtf"))) {
		found = &reader_rtf;
	} else if (span_starts(head, SPAN("%!PS"))) {
		sniff_no_reader(failure, "PostScript", "Save it as a PDF.");
		found = NULL;
	} else if (sniff_is_flat_odf(head)) {
		found = sniff_flat_odf(head, failure);
	} else if (sniff_is_html(head, in->name)) {
		found = &reader_html;
	} else if (sniff_starts(sniff_skip_space(head), "<svg") ||
		   (sniff_starts(sniff_skip_space(head), "<?xml") &&
		    memmem(head.p, head.n, "<svg", 4) != NULL)) {
		sniff_no_reader(failure, "drawings (SVG)", SNIFF_OTHER_FORM);
		found = NULL;
	} else if (sniff_is_mbox(head)) {
		found = &reader_mbox;
	} else if (sniff_is_mail(in, &mail)) {
		bool page = mail.related && !sniff_name_ends(in->name, ".eml") &&
			    memmem(head.p, head.n, "Snapshot-Content-Location", 25) != NULL;

		page |= sniff_name_ends(in->name, ".mht") || sniff_name_ends(in->name, ".mhtml");
		found = page ? &reader_mhtml : &reader_eml;
	} else if (transcript_is(head) || sniff_name_ends(in->name, ".vtt") ||
		   sniff_name_ends(in->name, ".srt")) {
		found = &reader_transcript;
	} else if (sniff_name_ends(in->name, ".csv") || sniff_name_ends(in->name, ".tsv") ||
		   sniff_name_ends(in->name, ".tab")) {
		found = &reader_csv;
	} else if (sniff_name_ends(in->name, ".md") || sniff_name_ends(in->name, ".markdown")) {
		found = &reader_markdown;
	} else if (csv_is_sure(sniff_skip_mark(head))) {
		found = &reader_csv;
	}
	buf_clear(&keep);
	return found;
}

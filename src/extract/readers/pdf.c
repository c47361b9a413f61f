/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf - PDF documents, read with poppler.
 *
 *  1. each page's lines in reading order, with their places     pdf_page.c
 *     where the page is a picture: its words       pdf_picture.c, recognise.c
 *  2. running heads and feet are found and left out             pdf_heads.c
 *  3. lines become paragraphs and headings          pdf_layout.c, pdf_flow.c
 *  4. comments and attached files                              pdf_parts.c
 *
 * All pages are gathered first, since what repeats shows only then.
 */
#include "extract/readers/pdf.h"
#include "extract/readers/failure.h"
#include "extract/readers/pdf_parts.h"
#include "extract/readers/recognise.h"
#include "extract/readers/selftests.h"

#include <leptonica/allheaders.h>
#include <stdio.h>
#include <strings.h>

#define PDF_END_BYTES 4096 /* where a whole file says "startxref" */

/* A page with one word: poppler loads its tables when it first sees a document. */
static const char pdf_warm_up[] =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    "/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 29>>stream\nBT/F 9 Tf 9 9 Td(word)Tj ET  \nendstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "trailer<</Root 1 0 R/Size 6>>\n";

static void
pdf_prepare(void)
{
	GBytes *bytes = g_bytes_new_static(pdf_warm_up, sizeof pdf_warm_up - 1);
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, NULL);
	PopplerPage *page = doc == NULL ? NULL : poppler_document_get_page(doc, 0);

	if (page != NULL) {
		g_free(poppler_page_get_text(page));
		g_object_unref(page);
	}
	if (doc != NULL)
		g_object_unref(doc);
	g_bytes_unref(bytes);
}

static enum err
pdf_refused(const GError *error, struct reader_failure *failure)
{
	if (error != NULL && g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
		return failure_set(failure, ERR_FORMAT, "encrypted",
				   "This PDF is password-protected.",
				   "Open it with its password and save or print it without one.");
	return failure_set(failure, ERR_FORMAT, "damaged",
			   "This PDF is damaged or cut off: no page of it can be read.",
			   "Copy it again from where it came from.");
}

/* --- what the document says of itself --- */

/* Programs put file names and their own name where the title should be. */
static bool
pdf_title_is_real(const char *title)
{
	static const char *const endings[] = {".doc", ".docx", ".pdf", ".indd", ".rtf",
					      ".ppt", ".pptx", ".qxd", ".xls",  ".tex"};
	size_t n = strlen(title);

	if (n < 4 || strncasecmp(title, "untitled", 8) == 0 ||
	    strncasecmp(title, "Microsoft Word", 14) == 0)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t length = strlen(endings[i]);

		if (n > length && strcasecmp(title + n - length, endings[i]) == 0)
			return false;
	}
	return true;
}

static void
pdf_put_meta(PopplerDocument *doc, struct builder *b)
{
	char *title = poppler_document_get_title(doc);
	char *author = poppler_document_get_author(doc);
	char *producer = poppler_document_get_producer(doc);
	char *keywords = poppler_document_get_keywords(doc);
	GDateTime *made = poppler_document_get_creation_date_time(doc);

	if (title != NULL && pdf_title_is_real(title))
		builder_title(b, span_of(title));
	builder_meta(b, "title", span_of(title));
	builder_meta(b, "author", span_of(author));
	builder_meta(b, "producer", span_of(producer));
	builder_meta(b, "keywords", span_of(keywords));
	if (made != NULL) {
		char *iso = g_date_time_format_iso8601(made);

		builder_meta(b, "created", span_of(iso));
		g_free(iso);
		g_date_time_unref(made);
	}
	g_free(title);
	g_free(author);
	g_free(producer);
	g_free(keywords);
}

/* --- pages without text --- */

struct pdf_scan {
	uint32_t pictures; /* pages that are pictures without text */
	uint32_t first;    /* of them, from 1 */
	struct recognised words;
};

static enum err
pdf_without_text(const struct reader_input *in, const struct pdf_scan *scan,
		 struct reader_failure *failure)
{
	const struct ocr *ocr = readers_ocr(in->work->readers);

	if (scan->pictures == 0)
		return failure_set(failure, ERR_UNSUPPORTED, "unsupported",
				   "This PDF has no text: its pages are empty or drawings.",
				   "Ask for the original, or print it to a PDF with text.");
	if (ocr == NULL || !ocr_works(ocr))
		return recognise_refuse(in->work, "scan without text", failure);
	return recognise_nothing(in->work, "scan", &scan->words, failure);
}

/* Pages whose words are in pictures that nothing has read. */
static void
pdf_say_pictures(const struct reader_input *in, const struct pdf_scan *scan, struct builder *b)
{
	const struct ocr *ocr = readers_ocr(in->work->readers);
	char why[300];
	int n;

	if (scan->pictures == 0 || (ocr != NULL && ocr_works(ocr)))
		return;
	builder_ocr(b, OCR_WANTED);
	if (scan->pictures == 1)
		n = snprintf(why, sizeof why,
			     "Page %u is a picture without text, such as a scan; its words are "
			     "missing.",
			     scan->first);
	else
		n = snprintf(why, sizeof why,
			     "Page %u and %u more are pictures without text, such as scans; their "
			     "words are missing.",
			     scan->first, scan->pictures - 1);
	if (ocr != NULL)
		snprintf(why + n, sizeof why - (size_t)n, " %s", ocr_why(ocr));
	builder_cut(b, why);
}

static void
pdf_say_cut(const struct pdf *pdf, struct span bytes, struct builder *b)
{
	struct span end = bytes.n > PDF_END_BYTES
			      ? span_sub(bytes, bytes.n - PDF_END_BYTES, PDF_END_BYTES)
			      : bytes;

	if (pdf->cut)
		builder_cut(b, "The end of this PDF is missing: it has too many pages or lines.");
	if (memmem(end.p, end.n, "startxref", 9) == NULL)
		builder_cut(b, "This PDF is damaged or cut off: its end is missing, and maybe "
			       "pages with it.");
}

/* --- reading --- */

/* The page's words are in a picture: they are read here, where there is something to read with. */
static enum err
pdf_read_picture(const struct reader_input *in, PopplerPage *page, struct pdf *pdf,
		 struct pdf_scan *scan)
{
	const struct ocr *ocr = readers_ocr(in->work->readers);
	struct Pix *pix;
	int dpi;
	enum err e;

	if (scan->pictures++ == 0)
		scan->first = (uint32_t)pdf_page_count(pdf);
	if (ocr == NULL || !ocr_works(ocr))
		return OK;
	if (scan->words.late > 0) {
		scan->words.late++;
		return OK;
	}
	pix = pdf_page_picture(page, &dpi);
	if (pix == NULL)
		return ERR_NOMEM;
	e = recognise_page(in->work, pix, dpi, pdf, &scan->words);
	pixDestroy(&pix);
	return e;
}

static enum err
pdf_gather(const struct reader_input *in, PopplerDocument *doc, struct pdf *pdf,
	   struct pdf_notes *notes, struct pdf_scan *scan)
{
	int n = poppler_document_get_n_pages(doc);
	enum err e = OK;

	for (int i = 0; i < n && e == OK && !pdf->cut; i++) {
		PopplerPage *page;
		size_t before = pdf_line_count(pdf);

		if ((uint64_t)i == in->work->limits->pages) {
			pdf->cut = true;
			break;
		}
		page = poppler_document_get_page(doc, i);
		if (page == NULL) { /* damaged: the others may be whole */
			pdf_page_add_missing(pdf);
			continue;
		}
		pdf_page_add(pdf, page);
		pdf_notes_add(notes, page);
		if (pdf->pages.failed)
			e = ERR_NOMEM;
		else if (pdf_line_count(pdf) == before && pdf_page_is_picture(page))
			e = pdf_read_picture(in, page, pdf, scan);
		g_object_unref(page);
	}
	if (pdf->text.failed || pdf->lines.failed || pdf->pages.failed)
		e = ERR_NOMEM;
	return e;
}

/* Everything was gathered, and there is something. */
static enum err
pdf_put(const struct reader_input *in, PopplerDocument *doc, struct pdf *pdf,
	struct pdf_notes *notes, const struct pdf_scan *scan, struct builder *b)
{
	pdf_put_meta(doc, b);
	builder_pages(b, (uint32_t)poppler_document_get_n_pages(doc));
	if (!pdf_heads_drop(pdf, b) || !pdf_flow(pdf, b) || !pdf_notes_put(notes, b))
		return ERR_NOMEM;
	pdf_say_cut(pdf, in->bytes, b);
	pdf_say_pictures(in, scan, b);
	recognise_put_meta(in->work, &scan->words, b);
	return pdf_attachments_put(in, doc, b);
}

static enum err
pdf_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	GBytes *bytes = g_bytes_new_static(in->bytes.p, in->bytes.n);
	GError *error = NULL;
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &error);
	struct pdf pdf = {0};
	struct pdf_notes notes = {0};
	struct pdf_scan scan = {0};
	enum err e;

	builder_format(b, "pdf");
	if (doc == NULL || poppler_document_get_n_pages(doc) < 1) {
		e = pdf_refused(error, failure);
		goto out;
	}
	e = pdf_gather(in, doc, &pdf, &notes, &scan);
	if (e == OK && pdf_page_count(&pdf) == 0)
		e = pdf_refused(NULL, failure);
	else if (e == OK && pdf_line_count(&pdf) == 0 &&
		 (scan.pictures > 0 || !poppler_document_has_attachments(doc)))
		e = pdf_without_text(in, &scan, failure);
	else if (e == OK)
		e = pdf_put(in, doc, &pdf, &notes, &scan, b);
out:
	pdf_clear(&pdf);
	buf_clear(&notes.text);
	buf_clear(&notes.list);
	if (doc != NULL)
		g_object_unref(doc);
	g_clear_error(&error);
	g_bytes_unref(bytes);
	return e;
}

const struct reader reader_pdf = {
    .name = "PDF",
    .format = "pdf",
    .prepare = pdf_prepare,
    .read = pdf_read,
    .selftest = selftests_pdf,
};

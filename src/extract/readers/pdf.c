/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf - PDF documents, read with poppler.
 *
 *  1. each page's lines in reading order, with their places     pdf_page.c
 *  2. running heads and feet are found and left out             pdf_heads.c
 *  3. lines become paragraphs and headings          pdf_layout.c, pdf_flow.c
 *
 * All pages are gathered first, since what repeats shows only then.
 */
#include "extract/readers/pdf.h"
#include "extract/readers/failure.h"
#include "extract/readers/selftests.h"

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

static bool
pdf_page_is_picture(PopplerPage *page)
{
	GList *images = poppler_page_get_image_mapping(page);
	double width, height, covered = 0;

	poppler_page_get_size(page, &width, &height);
	for (GList *i = images; i != NULL; i = i->next) {
		const PopplerRectangle *area = &((PopplerImageMapping *)i->data)->area;

		covered += (area->x2 - area->x1) * (area->y2 - area->y1);
	}
	poppler_page_free_image_mapping(images);
	return covered > 0.3 * width * height;
}

struct pdf_scan {
	uint32_t pictures,
	    first; /* pages that are pictures without text; the first of them, from 1 */
};

static enum err
pdf_without_text(const struct pdf *pdf, const struct pdf_scan *scan, struct reader_failure *failure)
{
	char reason[200];
	size_t pages = pdf_page_count(pdf);

	if (scan->pictures > 0) {
		snprintf(reason, sizeof reason,
			 "This PDF is a scan without text: its %zu page%s %s pictures.", pages,
			 pages == 1 ? "" : "s", pages == 1 ? "is a" : "are");
		if (pages == 1)
			snprintf(reason, sizeof reason,
				 "This PDF is a scan without text: its page is a picture.");
		return failure_set(failure, ERR_UNSUPPORTED, "unsupported", reason,
				   "Run text recognition (OCR) over it, or ask for the original.");
	}
	return failure_set(failure, ERR_UNSUPPORTED, "unsupported",
			   "This PDF has no text: its pages are empty or drawings.",
			   "Ask for the original, or print it to a PDF with text.");
}

static void
pdf_say_cut(const struct pdf *pdf, struct span bytes, const struct pdf_scan *scan,
	    struct builder *b)
{
	struct span end = bytes.n > PDF_END_BYTES
			      ? span_sub(bytes, bytes.n - PDF_END_BYTES, PDF_END_BYTES)
			      : bytes;
	char why[200];

	if (pdf->cut)
		builder_cut(b, "The end of this PDF is missing: it has too many pages or lines.");
	if (memmem(end.p, end.n, "startxref", 9) == NULL)
		builder_cut(b, "This PDF is damaged or cut off: its end is missing, and maybe "
			       "pages with it.");
	if (scan->pictures == 0)
		return;
	snprintf(why, sizeof why,
		 scan->pictures == 1
		     ? "Page %u is a picture without text, such as a scan; its words are missing."
		     : "Page %u and %u more are pictures without text, such as scans; their words "
		       "are missing.",
		 scan->first, scan->pictures - 1);
	builder_cut(b, why);
}

/* --- reading --- */

static void
pdf_gather(PopplerDocument *doc, struct pdf *pdf, struct pdf_scan *scan)
{
	int n = poppler_document_get_n_pages(doc);

	for (int i = 0; i < n && !pdf->cut; i++) {
		PopplerPage *page;
		size_t before = pdf_line_count(pdf);

		if (i == PDF_PAGES_MAX) {
			pdf->cut = true;
			break;
		}
		page = poppler_document_get_page(doc, i);
		if (page == NULL) { /* damaged: the others may be whole */
			pdf_page_add_missing(pdf);
			continue;
		}
		pdf_page_add(pdf, page);
		if (pdf_line_count(pdf) == before && pdf_page_is_picture(page)) {
			if (scan->pictures++ == 0)
				scan->first = (uint32_t)i + 1;
		}
		g_object_unref(page);
	}
}

static enum err
pdf_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	GBytes *bytes = g_bytes_new_static(in->bytes.p, in->bytes.n);
	GError *error = NULL;
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &error);
	struct pdf pdf = {0};
	struct pdf_scan scan = {0};
	enum err e = OK;

	builder_format(b, "pdf");
	if (doc == NULL || poppler_document_get_n_pages(doc) < 1) {
		e = pdf_refused(error, failure);
		goto out;
	}
	pdf_gather(doc, &pdf, &scan);
	if (pdf.text.failed || pdf.lines.failed || pdf.pages.failed) {
		e = ERR_NOMEM;
	} else if (pdf_page_count(&pdf) == 0) {
		e = pdf_refused(NULL, failure);
	} else if (pdf_line_count(&pdf) == 0) {
		e = pdf_without_text(&pdf, &scan, failure);
	} else {
		pdf_put_meta(doc, b);
		builder_pages(b, (uint32_t)poppler_document_get_n_pages(doc));
		if (!pdf_heads_drop(&pdf, b) || !pdf_flow(&pdf, b))
			e = ERR_NOMEM;
		pdf_say_cut(&pdf, in->bytes, &scan, b);
	}
out:
	buf_clear(&pdf.text);
	buf_clear(&pdf.lines);
	buf_clear(&pdf.pages);
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

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image - pictures of documents: a scanned letter, a photo of a poster.
 *
 * An ordinary child only looks whether the picture is sound; its words are for the
 * children of the zygote that has Tesseract. There each page's words become lines,
 * which go the way of a PDF's.
 */
#include "extract/readers/failure.h"
#include "extract/readers/picture.h"
#include "extract/readers/recognise.h"

#include <leptonica/allheaders.h>

/* Reads all pages into *pdf. */
static enum err
image_gather(struct reader_work *work, struct picture *picture, struct pdf *pdf,
	     struct recognised *sum)
{
	const struct pdf_page page = {.first = 0};
	struct Pix *pix;
	enum err e = OK;
	int dpi;

	while (e == OK && !pdf->cut && sum->late == 0) {
		pix = picture_next(picture, &dpi);
		if (pix == NULL)
			break;
		if (pdf_page_count(pdf) == work->limits->pages) {
			pdf->cut = true;
		} else {
			buf_put(&pdf->pages, &page, sizeof page);
			if (pdf->pages.failed)
				e = ERR_NOMEM;
			else
				e = recognise_page(work, pix, dpi, pdf, sum);
		}
		pixDestroy(&pix);
	}
	return e;
}

static enum err
image_put(struct pdf *pdf, struct builder *b)
{
	builder_pages(b, (uint32_t)pdf_page_count(pdf));
	if (!pdf_heads_drop(pdf, b) || !pdf_flow(pdf, b))
		return ERR_NOMEM;
	if (pdf->cut)
		builder_cut(b,
			    "The end of this picture is missing: it has too many pages or lines.");
	return OK;
}

static enum err
image_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct ocr *ocr = readers_ocr(in->work->readers);
	struct picture picture;
	struct recognised sum = {0};
	struct pdf pdf = {0};
	enum err e = picture_open(in->bytes, &picture, failure);

	if (e != OK)
		return e;
	builder_format(b, "image");
	if (ocr == NULL || !ocr_works(ocr))
		return recognise_refuse(in->work, "picture", failure);
	e = image_gather(in->work, &picture, &pdf, &sum);
	if (e == OK && pdf_page_count(&pdf) == 0)
		e = failure_set(failure, ERR_FORMAT, "damaged",
				"This picture is damaged or cut off.",
				"Copy it again from where it came from.");
	else if (e == OK && sum.read == 0)
		e = recognise_nothing(in->work, "picture", &sum, failure);
	if (e == OK)
		e = image_put(&pdf, b);
	if (e == OK)
		recognise_put_meta(in->work, &sum, b);
	pdf_clear(&pdf);
	return e;
}

const struct reader reader_image = {.name = "picture", .format = "image", .read = image_read};

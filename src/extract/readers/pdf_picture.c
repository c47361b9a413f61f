/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_picture - pages that are pictures, drawn for Tesseract.
 *
 * The page is drawn as a whole: scanners cut one into strips, lay a mask of its
 * letters over its colours, or turn it on its side. What has no text has no fonts.
 */
#include "extract/readers/pdf.h"

#include <cairo.h>
#include <leptonica/allheaders.h>
#include <math.h>

#define PDF_PICTURE_PART 0.3 /* of the page: less is a logo */
#define PDF_PICTURE_DPI  300
#define PDF_PICTURE_SIDE 5000 /* pixels at most */

bool
pdf_page_is_picture(PopplerPage *page)
{
	GList *images = poppler_page_get_image_mapping(page);
	double width, height, covered = 0;

	poppler_page_get_size(page, &width, &height);
	for (GList *i = images; i != NULL; i = i->next) {
		const PopplerRectangle *area = &((PopplerImageMapping *)i->data)->area;

		covered += fabs(area->x2 - area->x1) * fabs(area->y2 - area->y1);
	}
	poppler_page_free_image_mapping(images);
	return covered > PDF_PICTURE_PART * width * height;
}

static struct Pix *
pdf_picture_to_grey(cairo_surface_t *surface)
{
	int width = cairo_image_surface_get_width(surface);
	int height = cairo_image_surface_get_height(surface);
	int stride = cairo_image_surface_get_stride(surface);
	const unsigned char *from = cairo_image_surface_get_data(surface);
	struct Pix *pix = from == NULL ? NULL : pixCreate(width, height, 8);

	for (int y = 0; pix != NULL && y < height; y++) {
		l_uint32 *line = pixGetData(pix) + (ptrdiff_t)y * pixGetWpl(pix);
		const uint32_t *row =
		    (const uint32_t *)(const void *)(from + (ptrdiff_t)y * stride);

		for (int x = 0; x < width; x++) {
			uint32_t c = row[x];

			/* As much of each as the eye sees of it; 256 together. */
			SET_DATA_BYTE(line, x,
				      ((c >> 16 & 255) * 77 + (c >> 8 & 255) * 150 +
				       (c & 255) * 29) >>
					  8);
		}
	}
	return pix;
}

struct Pix *
pdf_page_picture(PopplerPage *page, int *dpi)
{
	double width, height, scale = PDF_PICTURE_DPI / 72.0;
	cairo_surface_t *surface;
	struct Pix *pix = NULL;
	cairo_t *cairo;

	poppler_page_get_size(page, &width, &height);
	if (!(width >= 1) || !(height >= 1))
		return NULL;
	scale = fmin(scale, PDF_PICTURE_SIDE / fmax(width, height));
	*dpi = (int)lrint(scale * 72);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale),
					     (int)ceil(height * scale));
	cairo = cairo_create(surface);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_paint(cairo);
	cairo_scale(cairo, scale, scale);
	poppler_page_render(page, cairo);
	cairo_surface_flush(surface);
	if (cairo_status(cairo) == CAIRO_STATUS_SUCCESS)
		pix = pdf_picture_to_grey(surface);
	cairo_destroy(cairo);
	cairo_surface_destroy(surface);
	return pix;
}

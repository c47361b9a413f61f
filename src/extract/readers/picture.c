/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture - heads are checked before anything is unpacked: a few bytes may say that
 * they are a billion pixels.
 */
#include "extract/readers/picture.h"

#include "extract/readers/failure.h"
#include "extract/readers/heic.h"

#include <leptonica/allheaders.h>
#include <stdio.h>

#define PICTURE_DPI_MIN   100 /* less is a screen's or a camera's default, and says nothing */
#define PICTURE_DPI_MAX   1200
#define PICTURE_JPEG_HALF (24u * 1000 * 1000) /* pixels from which on half the width is enough */

static unsigned
picture_u16(const char *p, bool big)
{
	const unsigned char *u = (const unsigned char *)p;

	return big ? (unsigned)u[0] << 8 | u[1] : (unsigned)u[1] << 8 | u[0];
}

static size_t
picture_u32(const char *p, bool big)
{
	size_t a = picture_u16(p, big), b = picture_u16(p + 2, big);

	return big ? a << 16 | b : b << 16 | a;
}

/* --- EXIF --- */

/* Tag 274 of the first directory of a TIFF structure; 1 (upright) where it is missing. */
static unsigned
picture_tiff_orientation(struct span tiff)
{
	bool big = span_starts(tiff, SPAN("MM\0*"));
	size_t at, count;

	if (tiff.n < 8 || (!big && !span_starts(tiff, SPAN("II*\0"))))
		return 1;
	at = picture_u32(tiff.p + 4, big);
	if (at > tiff.n - 2)
		return 1;
	count = picture_u16(tiff.p + at, big);
	for (at += 2; count > 0 && at + 12 <= tiff.n; count--, at += 12) {
		unsigned value = picture_u16(tiff.p + at + 8, big);

		if (picture_u16(tiff.p + at, big) == 274)
			return value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}

/* Walks a JPEG's segments to the one with EXIF, which stands before the picture. */
static unsigned
picture_jpeg_orientation(struct span jpeg)
{
	size_t at = 2;

	while (at + 4 <= jpeg.n && (unsigned char)jpeg.p[at] == 0xff) {
		unsigned char type = (unsigned char)jpeg.p[at + 1];
		size_t n = picture_u16(jpeg.p + at + 2, true);
		struct span body = span_sub(jpeg, at + 4, n < 2 ? 0 : n - 2);

		if (n < 2 || type == 0xda)
			break;
		if (type == 0xe1 && span_starts(body, SPAN("Exif\0\0")))
			return picture_tiff_orientation(span_sub(body, 6, body.n));
		at += 2 + n;
	}
	return 1;
}

/* Consumes `pix`. Of the eight ways in which a camera can be held. */
static struct Pix *
picture_upright(struct Pix *pix, unsigned orientation)
{
	static const struct {
		bool mirrored;
		int turns; /* quarters, clockwise, after mirroring */
	} ways[] = {{false, 0}, {true, 0},  {false, 2}, {true, 2},
		    {true, 3},  {false, 1}, {true, 1},  {false, 3}};
	struct Pix *turned;

	if (pix == NULL || orientation <= 1)
		return pix;
	if (ways[orientation - 1].mirrored)
		pixFlipLR(pix, pix);
	turned = pixRotateOrth(pix, ways[orientation - 1].turns);
	pixDestroy(&pix);
	return turned;
}

/* --- heads --- */

static enum err
picture_damaged(struct reader_failure *failure)
{
	return failure_set(failure, ERR_FORMAT, "damaged", "This picture is damaged or cut off.",
			   "Copy it again from where it came from.");
}

static enum err
picture_check_size(uint64_t width, uint64_t height, struct reader_failure *failure)
{
	char reason[200];

	if (width == 0 || height == 0)
		return picture_damaged(failure);
	if (width <= PICTURE_PIXELS_MAX / height)
		return OK;
	snprintf(reason, sizeof reason,
		 "This picture has %llu times %llu pixels; %u million are the most that are read.",
		 (unsigned long long)width, (unsigned long long)height,
		 PICTURE_PIXELS_MAX / 1000000);
	return failure_set(failure, ERR_FORMAT, "too_large", reason, "Save it smaller.");
}

enum err
picture_open(struct span bytes, struct picture *p, struct reader_failure *failure)
{
	l_int32 width = 0, height = 0, bits, samples, map;

	*p = (struct picture){.bytes = bytes, .format = IFF_UNKNOWN};
	setMsgSeverity(L_SEVERITY_NONE);
	if (heic_is(bytes))
		return OK; /* its size is checked when it is read */
	if (bytes.n < 16 || findFileFormatBuffer((const l_uint8 *)bytes.p, &p->format) != 0)
		return picture_damaged(failure);
	if (p->format == IFF_GIF)
		return picture_check_size(picture_u16(bytes.p + 6, false),
					  picture_u16(bytes.p + 8, false), failure);
	if (pixReadHeaderMem((const l_uint8 *)bytes.p, bytes.n, NULL, &width, &height, &bits,
			     &samples, &map) != 0 ||
	    width <= 0 || height <= 0)
		return picture_damaged(failure);
	return picture_check_size((uint64_t)width, (uint64_t)height, failure);
}

/* --- pages --- */

static struct Pix *
picture_jpeg(const struct picture *p)
{
	const l_uint8 *data = (const l_uint8 *)p->bytes.p;
	l_int32 width = 0, height = 0;
	int reduction = 1;

	if (readHeaderMemJpeg(data, p->bytes.n, &width, &height, NULL, NULL, NULL) == 0 &&
	    (uint64_t)width * (uint64_t)height > PICTURE_JPEG_HALF)
		reduction = 2;
	return picture_upright(pixReadMemJpeg(data, p->bytes.n, 0, reduction, NULL,
					      L_JPEG_READ_LUMINANCE),
			       picture_jpeg_orientation(p->bytes));
}

static struct Pix *
picture_tiff(struct picture *p)
{
	struct Pix *pix;

	/* Only the first page's size was checked; the memory limit is the later ones'. */
	if (p->pages > 0 && p->next == 0)
		return NULL;
	pix = pixReadMemFromMultipageTiff((const l_uint8 *)p->bytes.p, p->bytes.n, &p->next);
	if (p->next == p->seen)
		p->next = 0;
	if ((p->pages & (p->pages - 1)) == 0)
		p->seen = p->next;
	return pix;
}

struct Pix *
picture_next(struct picture *p, int *dpi)
{
	struct Pix *pix = NULL;

	*dpi = 0;
	if (p->format == IFF_UNKNOWN)
		pix = p->pages == 0 ? heic_read(p->bytes) : NULL;
	else if (L_FORMAT_IS_TIFF(p->format))
		pix = picture_tiff(p);
	else if (p->pages == 0)
		pix = p->format == IFF_JFIF_JPEG
			  ? picture_jpeg(p)
			  : pixReadMem((const l_uint8 *)p->bytes.p, p->bytes.n);
	p->pages++;
	if (pix != NULL && pixGetXRes(pix) >= PICTURE_DPI_MIN && pixGetXRes(pix) <= PICTURE_DPI_MAX)
		*dpi = pixGetXRes(pix);
	return pix;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture - pictures from memory: PNG, JPEG, TIFF, WebP, GIF and BMP with leptonica,
 * HEIC with libheif.
 */
#pragma once

#include "extract/reader.h"

#define PICTURE_PIXELS_MAX (100u * 1000 * 1000) /* of one page; an A1 sheet at 300 dpi has 70 M */

struct Pix; /* leptonica's */

struct picture {
	struct span bytes;
	int format;     /* leptonica's number; IFF_UNKNOWN: HEIC */
	size_t next;    /* TIFF: where the next page lies */
	size_t seen;    /* TIFF: a place met before, so that a chain that bites its tail ends */
	unsigned pages; /* given so far */
};

/*
 * Looks at the head only. ERR_FORMAT with *failure: it is damaged, or has more than
 * PICTURE_PIXELS_MAX.
 */
MUST_CHECK enum err picture_open(struct span bytes, struct picture *p,
				 struct reader_failure *failure);

/*
 * The next page, upright by what the file says of itself; *dpi is 0 where it does not say that.
 * The caller destroys it. NULL: there is no more, or it is damaged.
 */
struct Pix *picture_next(struct picture *p, int *dpi);

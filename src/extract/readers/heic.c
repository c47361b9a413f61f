/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heic - libheif's picture to leptonica's; only its brightness is of use.
 */
#include "extract/readers/heic.h"

#include "extract/readers/picture.h"

#include <leptonica/allheaders.h>
#include <libheif/heif.h>

/*
 * libheif begins a thread for each picture, which a child may not have. It asks
 * libde265 for it by this name, and finds this one first; without the thread libde265
 * decodes where it is called.
 */
int de265_start_worker_threads(void *decoder, int threads);

int
de265_start_worker_threads(void *decoder, int threads)
{
	(void)decoder;
	(void)threads;
	return 0;
}

bool
heic_is(struct span bytes)
{
	static const char *const brands[] = {"heic", "heix", "mif1", "heim", "heis"};

	if (bytes.n < 16 || memcmp(bytes.p + 4, "ftyp", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
		if (memcmp(bytes.p + 8, brands[i], 4) == 0)
			return true;
	return false;
}

static struct Pix *
heic_to_grey(const struct heif_image *image)
{
	int width = heif_image_get_width(image, heif_channel_Y), stride = 0;
	int height = heif_image_get_height(image, heif_channel_Y);
	const uint8_t *from = heif_image_get_plane_readonly(image, heif_channel_Y, &stride);
	struct Pix *pix = NULL;

	if (from != NULL && width > 0 && height > 0 && stride >= width &&
	    heif_image_get_bits_per_pixel_range(image, heif_channel_Y) == 8)
		pix = pixCreate(width, height, 8);
	for (int y = 0; pix != NULL && y < height; y++) {
		l_uint32 *line = pixGetData(pix) + (ptrdiff_t)y * pixGetWpl(pix);

		for (int x = 0; x < width; x++)
			SET_DATA_BYTE(line, x, from[(ptrdiff_t)y * stride + x]);
	}
	return pix;
}

struct Pix *
heic_read(struct span bytes)
{
	struct heif_context *context = heif_context_alloc();
	struct heif_image_handle *handle = NULL;
	struct heif_image *image = NULL;
	struct Pix *pix = NULL;
	int64_t width, height;

	if (context == NULL)
		return NULL;
	heif_context_set_max_decoding_threads(context, 0);
	if (heif_context_read_from_memory_without_copy(context, bytes.p, bytes.n, NULL).code !=
		heif_error_Ok ||
	    heif_context_get_primary_image_handle(context, &handle).code != heif_error_Ok)
		goto out;
	width = heif_image_handle_get_width(handle);
	height = heif_image_handle_get_height(handle);
	if (width <= 0 || height <= 0 || width > PICTURE_PIXELS_MAX / height)
		goto out;
	if (heif_decode_image(handle, &image, heif_colorspace_YCbCr, heif_chroma_420, NULL).code ==
	    heif_error_Ok)
		pix = heic_to_grey(image);
out:
	if (image != NULL)
		heif_image_release(image);
	if (handle != NULL)
		heif_image_handle_release(handle);
	heif_context_free(context);
	return pix;
}

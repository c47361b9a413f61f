/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_ocr - words in pictures. Where Tesseract or its English is not installed, only
 * what goes without is tested.
 */
#include "readers_fixture.h"

#include <leptonica/allheaders.h>
#include <libheif/heif.h>
#include <pthread.h>
#include <stdlib.h>

#include <dlfcn.h>

static struct ocr *engine;     /* of the whole program: loading takes long */
static unsigned threads_begun; /* a child may begin none */

/* The encoder of HEIC pictures, which only this test uses, keeps a little. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

/* Libraries find this one first. */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	threads_begun++;
	return real(thread, attr, run, arg);
}

static int
ocr_setup(void **state)
{
	if (readers_setup(state) != 0)
		return -1;
	return ocr_open("eng", &engine) == OK ? 0 : -1;
}

static int
ocr_teardown(void **state)
{
	ocr_free(engine);
	return readers_teardown(state);
}

/* With what pictures are read with; skips where that is not installed. */
static void
with_engine(void **state)
{
	if (!ocr_works(engine))
		skip();
	readers_use_ocr(*state, engine);
}

static void
without_engine(void **state)
{
	readers_use_ocr(*state, NULL);
}

/* The sample's letter, turned clockwise by so many quarters from upright. */
static PIX *
draw_letter(int turns)
{
	struct buf jpeg = {0};
	PIX *lying, *grey, *turned;

	load_sample("", "choir-letter.jpg", "", &jpeg);
	lying = pixReadMem((const l_uint8 *)jpeg.p, jpeg.n);
	assert_non_null(lying);
	grey = pixConvertTo8(lying, 0);
	turned = pixRotateOrth(grey, (turns + 1) % 4);
	pixDestroy(&grey);
	pixDestroy(&lying);
	buf_clear(&jpeg);
	return turned;
}

static struct buf
encode(PIX *take_pix, int format)
{
	struct buf out = {0};
	l_uint8 *bytes = NULL;
	size_t n = 0;

	assert_int_equal(pixWriteMem(&bytes, &n, take_pix, format), 0);
	buf_put(&out, bytes, n);
	lept_free(bytes);
	pixDestroy(&take_pix);
	return out;
}

static void
assert_contains(const struct document *d, const char *words)
{
	if (memmem(d->text.p, d->text.n, words, strlen(words)) == NULL)
		fail_msg("\"%s\" is not in: %.*s", words, (int)d->text.n, d->text.p);
}

static void
assert_is_letter(struct outcome *o)
{
	if (o->err != OK)
		fail_msg("%s", o->failure.reason);
	assert_string_equal(o->doc.format, "image");
	assert_int_equal(o->doc.ocr, OCR_DONE);
	assert_string_equal(o->doc.cut, "");
	assert_contains(&o->doc, "attended by 38 singers");
	assert_contains(&o->doc, "welcome to quote this letter");
	document_clear(&o->doc);
}

static void
assert_reads_letter(void **state, const char *name, struct buf *take_bytes)
{
	struct outcome o = read_bytes(state, name, buf_span(take_bytes));

	assert_is_letter(&o);
	buf_clear(take_bytes);
}

/* --- without an engine --- */

static void
an_ordinary_child_leaves_pictures_to_the_zygote_for_them(void **state)
{
	struct buf png = encode(draw_letter(0), IFF_PNG), scan = {0};
	struct outcome o;

	without_engine(state);
	o = read_bytes(state, "letter.png", buf_span(&png));
	assert_int_equal(o.err, ERR_UNSUPPORTED);
	assert_int_equal(o.failure.next, NEXT_OCR);
	load_sample("", "board-minutes.pdf", "", &scan);
	o = read_bytes(state, "board-minutes.pdf", buf_span(&scan));
	assert_int_equal(o.err, ERR_UNSUPPORTED);
	assert_int_equal(o.failure.next, NEXT_OCR);
	buf_clear(&png);
	buf_clear(&scan);
}

static void
a_damaged_picture_is_called_damaged(void **state)
{
	struct buf png = encode(draw_letter(0), IFF_PNG);

	without_engine(state);
	assert_fails(state, "cut.png", span_sub(buf_span(&png), 0, 20), "damaged", "damaged");
	if (ocr_works(engine)) {
		readers_use_ocr(*state, engine);
		assert_fails(state, "cut.png", span_sub(buf_span(&png), 0, 60), "damaged",
			     "damaged");
	}
	buf_clear(&png);
}

static void
a_picture_that_says_it_is_huge_is_not_unpacked(void **state)
{
	struct buf png = encode(draw_letter(0), IFF_PNG);

	/* Width and height stand behind the signature and the first chunk's head. */
	memcpy(png.p + 16, "\0\1\x86\xa0\0\1\x86\xa0", 8);
	readers_use_ocr(*state, engine);
	assert_fails(state, "huge.png", buf_span(&png), "too_large", "100000 times 100000");
	buf_clear(&png);
}

static void
missing_languages_are_named_and_the_others_serve(void **state)
{
	struct ocr *o;

	(void)state;
	if (!ocr_works(engine))
		skip();
	assert_int_equal(ocr_open("xxx+eng", &o), OK);
	assert_true(ocr_works(o));
	assert_string_equal(ocr_languages(o), "eng");
	assert_non_null(strstr(ocr_why(o), "xxx"));
	assert_non_null(strstr(ocr_remedy(o), "tesseract-ocr-xxx"));
	ocr_free(o);
	assert_int_equal(ocr_open("xxx", &o), OK);
	assert_false(ocr_works(o));
	assert_string_not_equal(ocr_why(o), "");
	ocr_free(o);
}

static void
a_scan_says_that_the_language_is_missing(void **state)
{
	struct buf scan = {0};
	struct outcome o;
	struct ocr *none;

	assert_int_equal(ocr_open("xxx", &none), OK);
	readers_use_ocr(*state, none);
	load_sample("", "board-minutes.pdf", "", &scan);
	o = read_bytes(state, "board-minutes.pdf", buf_span(&scan));
	assert_int_equal(o.err, ERR_UNSUPPORTED);
	assert_non_null(strstr(o.failure.reason, "scan without text"));
	assert_non_null(strstr(o.failure.reason, "not installed"));
	assert_non_null(strstr(o.failure.remedy, "Install"));
	buf_clear(&scan);
	ocr_free(none);
}

/* --- kinds of pictures --- */

static void
each_kind_of_picture_is_read(void **state)
{
	static const struct {
		const char *name;
		int format;
	} kinds[] = {{"letter.png", IFF_PNG},      {"letter.jpg", IFF_JFIF_JPEG},
		     {"letter.tif", IFF_TIFF_LZW}, {"letter.webp", IFF_WEBP},
		     {"letter.gif", IFF_GIF},      {"letter.bmp", IFF_BMP}};

	with_engine(state);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct buf bytes = encode(draw_letter(0), kinds[i].format);

		assert_reads_letter(state, kinds[i].name, &bytes);
	}
}

/* libheif's own encoder; empty where it has none. */
static struct heif_error
on_heic(struct heif_context *context, const void *data, size_t n, void *out)
{
	(void)context;
	buf_put(out, data, n);
	return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

static struct buf
encode_heic(PIX *take_pix)
{
	struct heif_context *context = heif_context_alloc();
	struct heif_writer writer = {.writer_api_version = 1, .write = on_heic};
	struct heif_encoder *encoder = NULL;
	struct heif_image *image = NULL;
	struct buf out = {0};
	int width = pixGetWidth(take_pix), height = pixGetHeight(take_pix), stride;
	uint8_t *to;

	if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code !=
	    heif_error_Ok)
		goto out;
	heif_encoder_set_lossy_quality(encoder, 90);
	heif_image_create(width, height, heif_colorspace_monochrome, heif_chroma_monochrome,
			  &image);
	heif_image_add_plane(image, heif_channel_Y, width, height, 8);
	to = heif_image_get_plane(image, heif_channel_Y, &stride);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			to[y * stride + x] =
			    (uint8_t)GET_DATA_BYTE(pixGetData(take_pix) + y * pixGetWpl(take_pix),
						   x);
	heif_context_encode_image(context, image, encoder, NULL, NULL);
	heif_context_write(context, &writer, &out);
out:
	if (image != NULL)
		heif_image_release(image);
	if (encoder != NULL)
		heif_encoder_release(encoder);
	heif_context_free(context);
	pixDestroy(&take_pix);
	return out;
}

static void
a_telephones_picture_is_read_without_a_thread(void **state)
{
	struct buf heic;

	with_engine(state);
	heic = encode_heic(draw_letter(0));
	if (heic.n == 0)
		skip();
	threads_begun = 0;
	assert_reads_letter(state, "IMG_0001.HEIC", &heic);
	assert_int_equal(threads_begun, 0);
}

static void
exif_says_which_way_is_up(void **state)
{
	static const char exif[] = "\xff\xe1\0\x22"
				   "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
				   "\0\0\0\0";
	struct buf jpeg, turned = {0};

	with_engine(state);
	/* What a telephone held sideways writes: the camera's upper side lies at the left. */
	jpeg = encode(draw_letter(3), IFF_JFIF_JPEG);
	buf_put(&turned, jpeg.p, 2);
	buf_put(&turned, exif, sizeof exif - 1);
	buf_put(&turned, jpeg.p + 2, jpeg.n - 2);
	assert_reads_letter(state, "IMG_0002.jpg", &turned);
	buf_clear(&jpeg);
}

static void
a_page_that_lies_on_a_side_or_head_is_turned(void **state)
{
	with_engine(state);
	for (int turns = 1; turns < 4; turns++) {
		struct buf png = encode(draw_letter(turns), IFF_PNG);

		assert_reads_letter(state, "turned.png", &png);
	}
}

static void
a_tiff_has_pages(void **state)
{
	struct buf bytes = {0};
	PIXA *pages = pixaCreate(2);
	PIX *whole = draw_letter(0);
	BOX *lower = boxCreate(0, 480, pixGetWidth(whole), pixGetHeight(whole) - 480);
	l_uint8 *data = NULL;
	size_t n = 0;
	struct outcome o;

	with_engine(state);
	pixaAddPix(pages, whole, L_COPY);
	pixaAddPix(pages, pixClipRectangle(whole, lower, NULL), L_INSERT);
	assert_int_equal(pixaWriteMemMultipageTiff(&data, &n, pages), 0);
	buf_put(&bytes, data, n);
	o = read_bytes(state, "fax.tif", buf_span(&bytes));
	assert_int_equal(o.err, OK);
	assert_int_equal(o.doc.pages, 2);
	assert_contains(&o.doc, "attended by 38 singers");
	assert_non_null(marks_at(&o.doc.marks, MARK_PAGE, o.doc.text.n - 1));
	assert_int_equal(marks_at(&o.doc.marks, MARK_PAGE, o.doc.text.n - 1)->number, 2);
	document_clear(&o.doc);
	boxDestroy(&lower);
	pixDestroy(&whole);
	pixaDestroy(&pages);
	lept_free(data);
	buf_clear(&bytes);
}

/* --- what is no text --- */

static void
a_photo_is_for_a_person(void **state)
{
	PIX *photo = pixCreate(1200, 900, 8);
	unsigned seed = 1;
	struct buf png;
	struct outcome o;

	with_engine(state);
	for (int y = 0; y < 900; y++)
		for (int x = 0; x < 1200; x++) {
			seed = seed * 1103515245 + 12345;
			SET_DATA_BYTE(pixGetData(photo) + y * pixGetWpl(photo), x,
				      (seed >> 16 & 63) + (unsigned)(x * y / 8000) % 192);
		}
	png = encode(photo, IFF_PNG);
	o = read_bytes(state, "hall.png", buf_span(&png));
	assert_int_equal(o.err, ERR_UNSUPPORTED);
	assert_int_equal(o.failure.next, NEXT_A_PERSON);
	assert_non_null(strstr(o.failure.reason, "no words"));
	buf_clear(&png);
}

/* --- PDF --- */

static void
the_letter_from_a_telephone_reads_as_expected(void **state)
{
	with_engine(state);
	assert_sample(state, "choir-letter.jpg", "image");
}

static void
the_scanned_minutes_read_as_expected(void **state)
{
	with_engine(state);
	assert_sample(state, "board-minutes.pdf", "pdf");
}

/* A page of text and a page that is a picture. */
static struct buf
mixed_pdf(void)
{
	struct buf pdf = {0}, flat = {0};
	PIX *page = draw_letter(0);
	int width = pixGetWidth(page), height = pixGetHeight(page);

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			buf_put_char(&flat,
				     (char)GET_DATA_BYTE(pixGetData(page) + y * pixGetWpl(page),
							 x));
	buf_put_str(&pdf,
		    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
		    "2 0 obj<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>endobj\n"
		    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 450 320]/Contents 4 0 R"
		    "/Resources<</Font<</F 8 0 R>>>>>>endobj\n"
		    "4 0 obj<</Length 46>>stream\nBT/F 12 Tf 40 280 Td(A cover page of text)Tj "
		    "ET   \nendstream endobj\n"
		    "5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 421 513]/Contents 6 0 R"
		    "/Resources<</XObject<</I 7 0 R>>>>>>endobj\n"
		    "6 0 obj<</Length 28>>stream\nq 421 0 0 513 0 0 cm /I Do Q\nendstream "
		    "endobj\n"
		    "8 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n");
	buf_printf(&pdf,
		   "7 0 obj<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8"
		   "/ColorSpace/DeviceGray/Length %zu>>stream\n",
		   width, height, flat.n);
	buf_put_span(&pdf, buf_span(&flat));
	buf_put_str(&pdf, "\nendstream endobj\ntrailer<</Root 1 0 R/Size 9>>\nstartxref\n0\n%%EOF");
	buf_clear(&flat);
	pixDestroy(&page);
	return pdf;
}

static void
pages_that_are_pictures_are_wanted_and_then_read_in_their_place(void **state)
{
	struct buf pdf = mixed_pdf();
	struct outcome o;

	without_engine(state);
	o = read_bytes(state, "report.pdf", buf_span(&pdf));
	assert_int_equal(o.err, OK);
	assert_int_equal(o.doc.ocr, OCR_WANTED);
	assert_non_null(strstr(o.doc.cut, "Page 2 is a picture"));
	document_clear(&o.doc);
	if (ocr_works(engine)) {
		readers_use_ocr(*state, engine);
		o = read_bytes(state, "report.pdf", buf_span(&pdf));
		assert_int_equal(o.err, OK);
		assert_int_equal(o.doc.ocr, OCR_DONE);
		assert_string_equal(o.doc.cut, "");
		assert_contains(&o.doc, "A cover page of text");
		assert_contains(&o.doc, "welcome to quote this letter");
		assert_true(has_mark(&o.doc, MARK_PAGE, 1, "A cover page of text", ""));
		document_clear(&o.doc);
	}
	buf_clear(&pdf);
}

static void
attached_files_and_comments_of_a_pdf_are_read(void **state)
{
	static const char pdf[] =
	    "%PDF-1.4\n"
	    "1 0 obj<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(note.txt) 6 0 "
	    "R]>>>>>>"
	    "endobj\n"
	    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 450 320]/Contents 4 0 R"
	    "/Resources<</Font<</F 5 0 R>>>>/Annots[8 0 R]>>endobj\n"
	    "4 0 obj<</Length 46>>stream\nBT/F 12 Tf 40 280 Td(A cover page of text)Tj ET   \n"
	    "endstream endobj\n"
	    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
	    "6 0 obj<</Type/Filespec/F(note.txt)/EF<</F 7 0 R>>>>endobj\n"
	    "7 0 obj<</Type/EmbeddedFile/Length 21>>stream\nForty people attended\nendstream "
	    "endobj\n"
	    "8 0 obj<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/T(Beti)/Contents(Ask for the "
	    "source.)>>endobj\n"
	    "trailer<</Root 1 0 R/Size 9>>\nstartxref\n0\n%%EOF";
	struct outcome o;

	without_engine(state);
	o = read_bytes(state, "report.pdf", (struct span){pdf, sizeof pdf - 1});
	assert_int_equal(o.err, OK);
	assert_true(has_mark(&o.doc, MARK_COMMENT, 0, "Ask for the source.", "Beti"));
	assert_true(has_mark(&o.doc, MARK_PART, 1, "Forty people attended", "note.txt"));
	document_clear(&o.doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_ordinary_child_leaves_pictures_to_the_zygote_for_them),
	    cmocka_unit_test(a_damaged_picture_is_called_damaged),
	    cmocka_unit_test(a_picture_that_says_it_is_huge_is_not_unpacked),
	    cmocka_unit_test(missing_languages_are_named_and_the_others_serve),
	    cmocka_unit_test(a_scan_says_that_the_language_is_missing),
	    cmocka_unit_test(each_kind_of_picture_is_read),
	    cmocka_unit_test(a_telephones_picture_is_read_without_a_thread),
	    cmocka_unit_test(exif_says_which_way_is_up),
	    cmocka_unit_test(a_page_that_lies_on_a_side_or_head_is_turned),
	    cmocka_unit_test(a_tiff_has_pages),
	    cmocka_unit_test(a_photo_is_for_a_person),
	    cmocka_unit_test(the_letter_from_a_telephone_reads_as_expected),
	    cmocka_unit_test(the_scanned_minutes_read_as_expected),
	    cmocka_unit_test(pages_that_are_pictures_are_wanted_and_then_read_in_their_place),
	    cmocka_unit_test(attached_files_and_comments_of_a_pdf_are_read),
	};

	return cmocka_run_group_tests(tests, ocr_setup, ocr_teardown);
}

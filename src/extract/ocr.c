/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ocr - Tesseract through its C interface, found by name.
 */
#include "extract/ocr.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

#define OCR_LIBRARY "libtesseract.so.5"
#define OCR_DPI_MIN 70 /* Tesseract's own bounds: outside it guesses */
#define OCR_DPI_MAX 2400

#define OCR_FUNCTIONS(X)                                                                           \
	X(TessBaseAPICreate)                                                                       \
	X(TessBaseAPIDelete)                                                                       \
	X(TessBaseAPISetVariable)                                                                  \
	X(TessBaseAPIInit3)                                                                        \
	X(TessBaseAPIGetLoadedLanguagesAsVector)                                                   \
	X(TessBaseAPISetPageSegMode)                                                               \
	X(TessBaseAPISetImage2)                                                                    \
	X(TessBaseAPISetSourceResolution)                                                          \
	X(TessBaseAPIRecognize)                                                                    \
	X(TessBaseAPIGetIterator)                                                                  \
	X(TessBaseAPIClear)                                                                        \
	X(TessDeleteText)                                                                          \
	X(TessDeleteTextArray)                                                                     \
	X(TessMonitorCreate)                                                                       \
	X(TessMonitorDelete)                                                                       \
	X(TessMonitorSetDeadlineMSecs)                                                             \
	X(TessPageIteratorBoundingBox)                                                             \
	X(TessPageIteratorIsAtBeginningOf)                                                         \
	X(TessPageIteratorOrientation)                                                             \
	X(TessResultIteratorConfidence)                                                            \
	X(TessResultIteratorDelete)                                                                \
	X(TessResultIteratorGetPageIteratorConst)                                                  \
	X(TessResultIteratorGetUTF8Text)                                                           \
	X(TessResultIteratorNext)                                                                  \
	X(TessResultIteratorWordFontAttributes)

struct ocr {
	void *library;
	TessBaseAPI *api; /* NULL: it does not work */
	char languages[OCR_LANGUAGES_MAX + 1];
	char why[OCR_WHY_MAX], remedy[OCR_WHY_MAX];
#define OCR_MEMBER(name) __typeof__(&name) name;
	OCR_FUNCTIONS(OCR_MEMBER)
#undef OCR_MEMBER
};

/* --- loading --- */

static bool
ocr_load(struct ocr *o)
{
	/* Read once, by the library that Tesseract brings for its threads: there shall be none. */
	if (setenv("OMP_THREAD_LIMIT", "1", 1) != 0)
		return false;
	o->library = dlopen(OCR_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (o->library == NULL)
		return false;
#define OCR_FIND(name)                                                                             \
	*(void **)&o->name = dlsym(o->library, #name);                                             \
	if (o->name == NULL)                                                                       \
		return false;
	OCR_FUNCTIONS(OCR_FIND)
#undef OCR_FIND
	return true;
}

/* Is `language` one of the list that ends with NULL? */
static bool
ocr_is_loaded(char *const *loaded, const char *language, size_t n)
{
	for (; *loaded != NULL; loaded++)
		if (strlen(*loaded) == n && memcmp(*loaded, language, n) == 0)
			return true;
	return false;
}

/* Appends to a list that '+' or blanks part; what has no room is left out. */
static void
ocr_append(char *list, size_t size, const char *between, const char *prefix, struct span name)
{
	size_t at = strlen(list);

	snprintf(list + at, size - at, "%s%s%.*s", at == 0 ? "" : between, prefix, (int)name.n,
		 name.p);
}

/* Tells those that are loaded from those that are missing. */
static void
ocr_sort_languages(struct ocr *o, const char *asked, char *const *loaded)
{
	char missing[OCR_LANGUAGES_MAX + 1] = "", packages[OCR_WHY_MAX] = "";

	while (*asked != '\0') {
		size_t n = strcspn(asked, "+");
		struct span name = {asked, n};

		if (n > 0 && ocr_is_loaded(loaded, asked, n)) {
			ocr_append(o->languages, sizeof o->languages, "+", "", name);
		} else if (n > 0) {
			ocr_append(missing, sizeof missing, ", ", "", name);
			ocr_append(packages, sizeof packages, " ", "tesseract-ocr-", name);
		}
		asked += n + (asked[n] == '+');
	}
	if (missing[0] == '\0')
		return;
	snprintf(o->why, sizeof o->why,
		 "Tesseract's data for these languages is not installed: %s.", missing);
	snprintf(o->remedy, sizeof o->remedy, "Install %s (Debian).", packages);
}

enum err
ocr_open(const char *languages, struct ocr **out)
{
	struct ocr *o = calloc(1, sizeof *o);
	char *const none[] = {NULL};
	char **loaded = NULL;

	*out = o;
	if (o == NULL)
		return ERR_NOMEM;
	if (strlen(languages) > OCR_LANGUAGES_MAX) {
		ocr_free(o);
		*out = NULL;
		return ERR_LIMIT;
	}
	if (!ocr_load(o)) {
		snprintf(o->why, sizeof o->why, "Tesseract is not installed.");
		snprintf(o->remedy, sizeof o->remedy,
			 "Install libtesseract5 and tesseract-ocr-eng (Debian).");
		return OK;
	}
	o->api = o->TessBaseAPICreate();
	if (o->api == NULL) {
		ocr_free(o);
		*out = NULL;
		return ERR_NOMEM;
	}
	/* Its messages go to a file that it opens with the first one: this one, here and now. */
	o->TessBaseAPISetVariable(o->api, "debug_file", "/dev/null");
	o->TessBaseAPISetSourceResolution(o->api, OCR_DPI_MIN);
	if (o->TessBaseAPIInit3(o->api, NULL, languages) == 0)
		loaded = o->TessBaseAPIGetLoadedLanguagesAsVector(o->api);
	ocr_sort_languages(o, languages, loaded == NULL ? none : loaded);
	if (loaded != NULL)
		o->TessDeleteTextArray(loaded);
	if (o->languages[0] == '\0') {
		o->TessBaseAPIDelete(o->api);
		o->api = NULL;
		return OK;
	}
	o->TessBaseAPISetPageSegMode(o->api, PSM_AUTO);
	return OK;
}

void
ocr_free(struct ocr *o)
{
	if (o == NULL)
		return;
	if (o->api != NULL)
		o->TessBaseAPIDelete(o->api);
	/* The library stays: what it registered for the end of the process is in it. */
	free(o);
}

bool
ocr_works(const struct ocr *o)
{
	return o->api != NULL;
}

const char *
ocr_why(const struct ocr *o)
{
	return o->why;
}

const char *
ocr_remedy(const struct ocr *o)
{
	return o->remedy;
}

const char *
ocr_languages(const struct ocr *o)
{
	return o->languages;
}

/* --- reading --- */

/* The word that the iterator stands at. */
static enum err
ocr_put_word(struct ocr *o, const TessResultIterator *at,
	     enum err (*on_word)(void *ctx, const struct ocr_word *w), void *ctx)
{
	const TessPageIterator *page = o->TessResultIteratorGetPageIteratorConst(at);
	char *text = o->TessResultIteratorGetUTF8Text(at, RIL_WORD);
	struct ocr_word w = {.text = span_of(text)};
	BOOL bold, italic, underlined, mono, serif, small;
	TessOrientation orientation = ORIENTATION_PAGE_UP;
	TessWritingDirection direction = WRITING_DIRECTION_LEFT_TO_RIGHT;
	TessTextlineOrder order;
	int font, left, right;
	float skew;
	enum err e = OK;

	if (w.text.n == 0 ||
	    !o->TessPageIteratorBoundingBox(page, RIL_WORD, &w.x0, &w.y0, &w.x1, &w.y1))
		goto out;
	w.confidence = o->TessResultIteratorConfidence(at, RIL_WORD);
	w.first = o->TessPageIteratorIsAtBeginningOf(page, RIL_TEXTLINE);
	w.top = w.y0;
	w.bottom = w.y1;
	if (w.first &&
	    !o->TessPageIteratorBoundingBox(page, RIL_TEXTLINE, &left, &w.top, &right, &w.bottom)) {
		w.top = w.y0;
		w.bottom = w.y1;
	}
	o->TessResultIteratorWordFontAttributes(at, &bold, &italic, &underlined, &mono, &serif,
						&small, &w.points, &font);
	o->TessPageIteratorOrientation((TessPageIterator *)(uintptr_t)page, &orientation,
				       &direction, &order, &skew);
	/* A page that lies on its right side looks like writing from top to bottom. */
	w.sideways = direction == WRITING_DIRECTION_TOP_TO_BOTTOM;
	e = on_word(ctx, &w);
out:
	if (text != NULL)
		o->TessDeleteText(text);
	return e;
}

enum err
ocr_read(struct ocr *o, struct Pix *pix, int dpi, int ms,
	 enum err (*on_word)(void *ctx, const struct ocr_word *w), void *ctx)
{
	ETEXT_DESC *monitor = o->TessMonitorCreate();
	TessResultIterator *at = NULL;
	enum err e = OK;

	if (monitor == NULL)
		return ERR_NOMEM;
	o->TessMonitorSetDeadlineMSecs(monitor, ms);
	o->TessBaseAPISetImage2(o->api, pix);
	o->TessBaseAPISetSourceResolution(o->api, dpi < OCR_DPI_MIN   ? OCR_DPI_MIN
						  : dpi > OCR_DPI_MAX ? OCR_DPI_MAX
								      : dpi);
	if (o->TessBaseAPIRecognize(o->api, monitor) != 0)
		e = ERR_FORMAT;
	else
		at = o->TessBaseAPIGetIterator(o->api); /* NULL: there is nothing on it */
	while (at != NULL && e == OK) {
		e = ocr_put_word(o, at, on_word, ctx);
		if (!o->TessResultIteratorNext(at, RIL_WORD))
			break;
	}
	if (at != NULL)
		o->TessResultIteratorDelete(at);
	o->TessBaseAPIClear(o->api);
	o->TessMonitorDelete(monitor);
	return e;
}

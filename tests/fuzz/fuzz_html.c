/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a page, or as the text of a mail: HTML, plain, flowed, passed on, by the
 * bits of the first byte. What comes out must be a document that the daemon would accept.
 */
#include "common/utf8.h"
#include "extract/readers/eml.h"
#include "extract/readers/html.h"

#include <stdlib.h>

#define FUZZ_TEXT_BYTES 65536

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	reader_html.prepare();
	return 0;
}

static void
fuzz_check(struct document *d)
{
	struct buf marks = {0};
	struct marks decoded = {0};

	if (!utf8_valid(buf_span(&d->text)) || !meta_valid(buf_span(&d->meta)))
		abort();
	marks_encode(&d->marks, &marks);
	if (marks_decode(buf_span(&marks), d->text.n, &decoded) != OK)
		abort();
	marks_clear(&decoded);
	buf_clear(&marks);
}

static enum err
fuzz_put(unsigned bits, struct span bytes, struct builder *b)
{
	struct html_options page = {.mail = bits & 2, .forwarded = bits & 4};
	struct eml_plain how = {.flowed = bits & 2, .forwarded = bits & 4, .join = bits & 8};
	struct buf uid = {0};

	if (bits & 16) {
		eml_calendar_put(b, bytes, true, &uid);
		buf_clear(&uid);
		return OK;
	}
	if ((bits & 1) == 0)
		return html_put(bytes, &page, b);
	eml_plain_put(b, bytes, &how);
	return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = {(const char *)data + (size > 0), size - (size > 0)};
	struct builder *b = builder_new(FUZZ_TEXT_BYTES);
	struct document d = {0};

	if (b == NULL)
		abort();
	if (fuzz_put(size == 0 ? 0 : data[0], bytes, b) == OK && builder_finish(b, &d) == OK)
		fuzz_check(&d);
	document_clear(&d);
	builder_free(b);
	return 0;
}

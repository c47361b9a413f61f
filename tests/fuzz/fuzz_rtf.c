/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as RTF: a text whose marks lie inside it, in order, on borders of
 * characters; and the same text a second time.
 */
#include "common/utf8.h"
#include "extract/readers/rtf.h"

#include <stdlib.h>

#define FUZZ_TEXT_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_read(struct span bytes, struct document *d)
{
	struct builder *b = builder_new(FUZZ_TEXT_BYTES);

	if (b == NULL || rtf_put(bytes, false, b) != OK || builder_finish(b, d) != OK)
		abort();
	builder_free(b);
}

static void
fuzz_check(const struct document *d)
{
	struct buf encoded = {0};
	struct marks marks = {0};

	if (!utf8_valid(buf_span(&d->text)) || d->text.n > FUZZ_TEXT_BYTES ||
	    !meta_valid(buf_span(&d->meta)))
		abort();
	marks_encode(&d->marks, &encoded);
	if (buf_err(&encoded) != OK || marks_decode(buf_span(&encoded), d->text.n, &marks) != OK)
		abort();
	marks_clear(&marks);
	buf_clear(&encoded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = {0};
	struct document first = {0}, second = {0};

	buf_put_str(&bytes, "{\\rtf1");
	buf_put(&bytes, data, size);
	if (buf_err(&bytes) != OK)
		abort();
	fuzz_read(buf_span(&bytes), &first);
	fuzz_check(&first);
	fuzz_read(buf_span(&bytes), &second);
	if (!span_eq(buf_span(&first.text), buf_span(&second.text)))
		abort();
	document_clear(&first);
	document_clear(&second);
	buf_clear(&bytes);
	return 0;
}

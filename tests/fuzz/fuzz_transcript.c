/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a transcript: a text with a speaker's mark on borders of characters, or
 * a failure that says why.
 */
#include "common/utf8.h"
#include "extract/readers/failure.h"

#include <stdlib.h>

#define FUZZ_TEXT (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_work work = {.file_bytes = size};
	struct reader_input in = {.bytes = {(const char *)data, size},
				  .name = SPAN("a.vtt"),
				  .work = &work};
	struct reader_failure failure = {0};
	struct builder *b = builder_new(FUZZ_TEXT);
	struct document d = {0};
	enum err e = reader_transcript.read(&in, b, &failure);

	if (e == OK)
		e = builder_finish(b, &d);
	if (e != OK && e != ERR_NOMEM && (failure.code == NULL || failure.reason[0] == '\0'))
		abort();
	for (size_t i = 0; i < d.marks.n; i++) {
		struct span name = marks_name(&d.marks, &d.marks.list[i]);

		if (d.marks.list[i].end > d.text.n || !utf8_valid(name))
			abort();
	}
	if (!utf8_valid(buf_span(&d.text)))
		abort();
	document_clear(&d);
	builder_free(b);
	return 0;
}

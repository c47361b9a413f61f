/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as CSV: a document whose marks are in order, or the reason why not. The rows
 * hold no line end, and every table holds its rows.
 */
#include "common/conf.h"
#include "extract/reader.h"
#include "extract/readers/csv.h"

#include <stdlib.h>

#define FUZZ_TEXT_BYTES (1024u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_check(const struct document *d)
{
	struct buf bytes = {0};
	struct marks again = {0};

	marks_encode(&d->marks, &bytes);
	if (marks_decode(buf_span(&bytes), d->text.n, &again) != OK)
		abort();
	for (size_t i = 0; i < d->marks.n; i++) {
		const struct mark *m = &d->marks.list[i], *table;

		if (m->type != MARK_ROW)
			continue;
		table = marks_at(&d->marks, MARK_TABLE, m->start);
		if (table == NULL || table->end < m->end ||
		    memchr(d->text.p + m->start, '\n', (size_t)(m->end - m->start)) != NULL)
			abort();
	}
	buf_clear(&bytes);
	marks_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf;
	struct reader_work work = {.limits = &conf.limits, .file_bytes = size};
	struct reader_input in = {.bytes = {(const char *)data, size}, .work = &work};
	struct reader_failure failure = {0};
	struct document d = {0};
	struct builder *b = builder_new(FUZZ_TEXT_BYTES);
	enum err e;

	conf_init(&conf);
	if (b == NULL)
		abort();
	(void)csv_is_sure(in.bytes);
	e = reader_csv.read(&in, b, &failure);
	if (e != OK && (failure.code == NULL || failure.reason[0] == '\0'))
		abort();
	if (e == OK) {
		if (builder_finish(b, &d) != OK)
			abort();
		fuzz_check(&d);
	}
	document_clear(&d);
	builder_free(b);
	return 0;
}

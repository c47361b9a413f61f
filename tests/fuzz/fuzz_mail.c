/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a mail, a mailbox, a saved page or a winmail.dat, by their first byte.
 * Whatever comes out must be a document that the daemon would accept.
 */
#include "common/conf.h"
#include "common/utf8.h"
#include "extract/reader.h"

#include <stdlib.h>

#define FUZZ_TEXT_BYTES 65536

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct readers *fuzz_readers;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (readers_prepare(&fuzz_readers) != OK)
		abort();
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader *const kinds[] = {&reader_eml, &reader_mbox, &reader_mhtml,
						     &reader_tnef};
	const struct reader *reader = kinds[size == 0 ? 0 : data[0] % 4];
	struct span bytes = {(const char *)data + (size > 0), size - (size > 0)};
	struct conf conf;
	struct reader_work work = {.readers = fuzz_readers,
				   .limits = &conf.limits,
				   .file_bytes = bytes.n};
	struct reader_input in = {.bytes = bytes, .name = SPAN("fuzz"), .work = &work};
	struct reader_failure failure = {0};
	struct document d = {0};
	struct builder *b = builder_new(FUZZ_TEXT_BYTES);
	enum err e;

	conf_init(&conf);
	if (b == NULL)
		abort();
	e = reader->read(&in, b, &failure);
	if (e == OK && builder_finish(b, &d) == OK)
		fuzz_check(&d);
	else if (e != OK && e != ERR_NOMEM && failure.code == NULL)
		abort();
	document_clear(&d);
	builder_free(b);
	conf_clear(&conf);
	return 0;
}

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as an OLE2 file, as the streams of a Word document or of an Outlook mail,
 * or as packed RTF: a document or a failure that says why.
 *
 * The first byte says which. Streams are put into a whole file here, since bytes alone
 * seldom make one: each has its length in two bytes in front.
 */
#include "common/conf.h"
#include "extract/readers/lzfu.h"

#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-memory.h>
#include <stdlib.h>

#define FUZZ_TEXT (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span
fuzz_take(struct span *rest)
{
	size_t n = rest->n < 2
		       ? 0
		       : (size_t)(unsigned char)rest->p[0] | (size_t)(unsigned char)rest->p[1] << 8;
	struct span taken = span_sub(*rest, 2, n);

	*rest = span_sub(*rest, 2 + n, rest->n);
	return taken;
}

static void
fuzz_put_stream(GsfOutfile *in, const char *name, struct span bytes)
{
	GsfOutput *stream = gsf_outfile_new_child(in, name, FALSE);

	gsf_output_write(stream, bytes.n, (const guint8 *)bytes.p);
	gsf_output_close(stream);
	g_object_unref(stream);
}

static void
fuzz_make(bool word, struct span rest, struct buf *out)
{
	static const char *const word_streams[] = {"WordDocument", "0Table", "1Table",
						   "\005SummaryInformation"};
	static const char *const mail_streams[] = {"__properties_version1.0",
						   "__substg1.0_0037001F", "__substg1.0_1000001E",
						   "__substg1.0_10130102", "__substg1.0_10090102"};
	const char *const *names = word ? word_streams : mail_streams;
	size_t count = word ? 4 : 5;
	GsfOutput *memory = gsf_output_memory_new();
	GsfOutfile *root = gsf_outfile_msole_new(memory), *part;

	for (size_t i = 0; i < count; i++)
		fuzz_put_stream(root, names[i], fuzz_take(&rest));
	if (!word) {
		part =
		    GSF_OUTFILE(gsf_outfile_new_child(root, "__attach_version1.0_#00000000", TRUE));
		fuzz_put_stream(part, "__properties_version1.0", fuzz_take(&rest));
		fuzz_put_stream(part, "__substg1.0_3707001F", fuzz_take(&rest));
		fuzz_put_stream(part, "__substg1.0_37010102", fuzz_take(&rest));
		gsf_output_close(GSF_OUTPUT(part));
		g_object_unref(part);
	}
	gsf_output_close(GSF_OUTPUT(root));
	g_object_unref(root);
	buf_put(out, gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory)),
		(size_t)gsf_output_size(memory));
	g_object_unref(memory);
}

static void
fuzz_read(const struct readers *readers, const struct limits *limits, struct span bytes)
{
	struct reader_work work = {.readers = readers, .limits = limits, .file_bytes = bytes.n};
	struct reader_input in = {.bytes = bytes, .name = SPAN("a"), .work = &work};
	struct reader_failure failure = {0};
	const struct reader *reader = readers_find(readers, &in, &failure);
	struct builder *b = builder_new(FUZZ_TEXT);
	struct document d = {0};
	enum err e = reader == NULL ? ERR_FORMAT : reader->read(&in, b, &failure);

	if (e == OK)
		e = builder_finish(b, &d);
	if (e != OK && e != ERR_NOMEM && (failure.code == NULL || failure.reason[0] == '\0'))
		abort();
	document_clear(&d);
	builder_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct readers *readers;
	static struct conf conf;
	struct span rest = {(const char *)data + 1, size - 1};
	struct reader_work work = {.limits = &conf.limits, .file_bytes = size};
	struct buf out = {0};

	if (size == 0)
		return 0;
	if (readers == NULL) {
		conf_init(&conf);
		if (readers_prepare(&readers) != OK)
			abort();
	}
	switch (data[0] % 4) {
	case 0:
		fuzz_read(readers, &conf.limits, rest);
		break;
	case 1:
		if (lzfu_unpack(rest, &work, &out) == OK && out.n > LZFU_BYTES_MAX)
			abort();
		break;
	default:
		fuzz_make(data[0] % 4 == 2, rest, &out);
		fuzz_read(readers, &conf.limits, buf_span(&out));
	}
	buf_clear(&out);
	return 0;
}

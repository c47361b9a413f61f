/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as what a child says: taken or refused frame by frame, as the daemon does
 * it. Each frame of the input is a type, two bytes of length, and the payload, so that
 * the fuzzer need not guess lengths in the machine's order.
 */
#include "daemon/generation.h"
#include "daemon/job.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One plugin, "a", with a kind of that name that has a number and a text. */
static struct generation *
fuzz_generation(const struct conf *conf)
{
	struct plugin_file file = {.name = "a", .path = "a.lua", .source = "", .n = 0};
	struct plugin_files files = {.list = &file, .n = 1};
	struct plugin_decl decl = {.name = "a", .version = 1, .kind_count = 1};
	struct generation *g = generation_new(&files, conf);
	const struct worker_level level = {.reader_version = 1};
	char why[512];

	snprintf(decl.kinds[0].name, sizeof decl.kinds[0].name, "a");
	decl.kinds[0].field_count = 2;
	decl.kinds[0].fields[0] = (struct field_decl){.name = "n", .type = FIELD_NUMBER};
	decl.kinds[0].fields[1] = (struct field_decl){.name = "t", .type = FIELD_TEXT};
	if (g == NULL || generation_put(g, 0, &decl, why) != OK || generation_seal(g, &level) != OK)
		abort();
	return g;
}

/* The input's next frame as it would come over the socket; false at the end. */
static bool
fuzz_next(struct span *in, struct buf *frame)
{
	size_t begun, n;

	if (in->n < 3)
		return false;
	n = (size_t)(unsigned char)in->p[1] << 8 | (unsigned char)in->p[2];
	buf_reset(frame);
	begun = frame_begin(frame, (enum frame_type)(unsigned char)in->p[0]);
	buf_put_span(frame, span_sub(*in, 3, n));
	frame_end(frame, begun);
	*in = span_sub(*in, 3 + n, in->n);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = {(const char *)data, size};
	struct queue_item item = {.path = SPAN("letters/one.txt")};
	struct conf conf;
	struct generation *g;
	struct buf frame = {0};
	struct job *job;
	enum err e = OK;

	conf_init(&conf);
	g = fuzz_generation(&conf);
	job = job_new(NULL, &item);
	if (job == NULL || job_ask(job, g, &frame) != OK)
		abort();
	while (e == OK && fuzz_next(&in, &frame)) {
		struct frame f;
		size_t used;

		e = frame_next(buf_span(&frame), FRAME_BYTES_MAX, &f, &used);
		if (e == OK && used != frame.n)
			abort();
		if (e == OK)
			e = job_on_frame(job, &conf.limits, &f);
		if (e != OK && e != ERR_FORMAT && e != ERR_LIMIT && e != ERR_NOMEM)
			abort();
	}
	job_free(job);
	generation_unref(g);
	conf_clear(&conf);
	buf_clear(&frame);
	return 0;
}

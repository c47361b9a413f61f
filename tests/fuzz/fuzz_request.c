/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a request line: each gives requests or an error that is JSON
 * again, and every id that is given back is one JSON value.
 */
#include "daemon/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_check_answer(struct span id, const struct rpc_error *e)
{
	struct buf out = {0};
	json_t *answer;

	rpc_error_write(&out, id, e);
	if (jread_parse(buf_span(&out), &answer, NULL) != OK)
		abort();
	json_decref(answer);
	buf_clear(&out);
}

/* Whatever a schema is, checking by it must not go astray. */
static void
fuzz_check_schema(json_t *schema, json_t *params)
{
	struct rpc_error e = {0};

	if (!schema_check(schema, params, &e))
		fuzz_check_answer((struct span){0}, &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char schema_text[] =
	    "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{"
	    "\"a\":{\"type\":[\"string\",\"null\"],\"minLength\":1},"
	    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},"
	    "\"l\":{\"type\":\"array\",\"maxItems\":3,\"items\":{\"enum\":[\"x\",1]}}}}";
	struct span text = {(const char *)data, size};
	struct request_line line;
	struct request r;
	json_t *schema;
	size_t n = 0;

	if (memchr(data, '\n', size) != NULL)
		return 0;
	if (jread_parse(span_of(schema_text), &schema, NULL) != OK)
		abort();
	request_open(text, &line);
	if (line.error.word != RPC_NONE)
		fuzz_check_answer((struct span){0}, &line.error);
	while (request_next(&line, &r)) {
		n++;
		if (r.error.word == RPC_NONE && r.method == NULL)
			abort();
		if (r.error.word == RPC_NONE)
			rpc_error_set(&r.error, RPC_METHOD, "%s", r.method);
		fuzz_check_answer(r.id, &r.error);
		if (r.params != NULL)
			fuzz_check_schema(schema, r.params);
	}
	if ((n == 0) != (line.error.word != RPC_NONE))
		abort();
	request_close(&line);
	json_decref(schema);
	return 0;
}

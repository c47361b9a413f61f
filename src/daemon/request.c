/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request - jansson says what a line means; ids are taken from its bytes.
 */
#include "daemon/request.h"

#include "common/utf8.h"

#include <stdio.h>

static const struct {
	int code;
	const char *name;
} rpc_words[] = {
    [RPC_NONE] = {0, "none"},
    [RPC_PARSE] = {-32700, "parse"},
    [RPC_LINE_TOO_LONG] = {-32700, "line_too_long"},
    [RPC_TOO_DEEP] = {-32700, "too_deep"},
    [RPC_NOT_UTF8] = {-32700, "not_utf8"},
    [RPC_REQUEST] = {-32600, "request"},
    [RPC_METHOD] = {-32601, "method"},
    [RPC_PARAMS] = {-32602, "params"},
    [RPC_QUERY] = {-32602, "query"},
    [RPC_CURSOR] = {-32602, "cursor"},
    [RPC_LIMIT] = {-32602, "limit"},
    [RPC_NOT_FOUND] = {-32000, "not_found"},
    [RPC_DENIED] = {-32001, "denied"},
    [RPC_BUSY] = {-32002, "busy"},
    [RPC_STORAGE_FULL] = {-32003, "storage_full"},
    [RPC_TIMEOUT] = {-32004, "timeout"},
    [RPC_REBUILDING] = {-32005, "rebuilding"},
    [RPC_STOPPING] = {-32006, "stopping"},
    [RPC_INTERNAL] = {-32603, "internal"},
};

int
rpc_code(enum rpc_word word)
{
	return rpc_words[word].code;
}

const char *
rpc_name(enum rpc_word word)
{
	return rpc_words[word].name;
}

void
rpc_error_vset(struct rpc_error *e, enum rpc_word word, const char *format, va_list args)
{
	int n;

	*e = (struct rpc_error){.word = word};
	n = vsnprintf(e->message, sizeof e->message, format, args);
	if (n >= (int)sizeof e->message)
		e->message[utf8_valid_prefix(span_of(e->message))] = '\0';
}

void
rpc_error_set(struct rpc_error *e, enum rpc_word word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	rpc_error_vset(e, word, format, args);
	va_end(args);
}

void
rpc_error_write(struct buf *out, struct span id, const struct rpc_error *e)
{
	struct jwrite w = {.buf = out};

	buf_put_str(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_put_span(out, id.n > 0 ? id : SPAN("null"));
	buf_put_str(out, ",\"error\":");
	jwrite_object_begin(&w);
	jwrite_put_int(&w, "code", rpc_code(e->word));
	jwrite_put_string(&w, "message", span_of(e->message));
	jwrite_key(&w, "data");
	jwrite_object_begin(&w);
	jwrite_put_string(&w, "code", span_of(rpc_name(e->word)));
	if (e->word == RPC_PARAMS || e->word == RPC_LIMIT || e->word == RPC_CURSOR)
		jwrite_put_string(&w, "at", span_of(e->at));
	if (e->has_offset)
		jwrite_put_uint(&w, "offset", e->offset);
	if (e->has_offset && e->expected[0] != '\0')
		jwrite_put_string(&w, "expected", span_of(e->expected));
	jwrite_object_end(&w);
	jwrite_object_end(&w);
	buf_put_char(out, '}');
}

void
request_open(struct span line, struct request_line *out)
{
	char why[160];
	enum err e;

	*out = (struct request_line){.text = line};
	e = jread_parse(line, &out->root, why);
	if (e == ERR_ENCODING) {
		rpc_error_set(&out->error, RPC_NOT_UTF8, "The line is %s. Send UTF-8.", why);
	} else if (e == ERR_DEPTH) {
		rpc_error_set(&out->error, RPC_TOO_DEEP, "The line is %s.", why);
	} else if (e != OK) {
		rpc_error_set(&out->error, RPC_PARSE,
			      "The line is not one JSON value: %s. Send each request as one line.",
			      why);
	} else if (json_is_object(out->root)) {
		out->count = 1;
	} else if (json_is_array(out->root)) {
		out->batch = true;
		out->count = json_array_size(out->root);
		if (out->count == 0)
			rpc_error_set(&out->error, RPC_REQUEST, "The batch is empty.");
		else if (out->count > BATCH_MAX)
			rpc_error_set(&out->error, RPC_REQUEST,
				      "The batch has %zu requests; at most %d go in one.",
				      out->count, BATCH_MAX);
	} else {
		rpc_error_set(&out->error, RPC_REQUEST,
			      "A request is a JSON object, a batch an array of them.");
	}
	if (out->error.word != RPC_NONE)
		out->count = 0;
}

/* The id's bytes. False when it is not one that can be given back. */
static bool
request_take_id(struct span text, const json_t *object, struct request *out)
{
	const json_t *id = json_object_get(object, "id");

	if (id == NULL)
		return true;
	if (!json_is_string(id) && !json_is_number(id) && !json_is_null(id)) {
		rpc_error_set(&out->error, RPC_REQUEST,
			      "\"id\" is a string, a number or null, not an array, object or "
			      "boolean.");
		return false;
	}
	/* jansson undoes escapes in names, jread_member() does not. */
	if (!jread_member(text, "id", &out->id)) {
		rpc_error_set(&out->error, RPC_REQUEST, "Write the name \"id\" without escapes.");
		return false;
	}
	return true;
}

static void
request_check_members(json_t *object, struct request *out)
{
	const json_t *version = json_object_get(object, "jsonrpc");
	const json_t *method = json_object_get(object, "method");
	json_t *params = json_object_get(object, "params"), *value;
	const char *name;

	if (!json_is_string(version) || strcmp(json_string_value(version), "2.0") != 0) {
		rpc_error_set(&out->error, RPC_REQUEST,
			      "\"jsonrpc\" must be there and say \"2.0\".");
		return;
	}
	if (!json_is_string(method)) {
		rpc_error_set(&out->error, RPC_REQUEST,
			      "\"method\" must be there and be a string.");
		return;
	}
	json_object_foreach(object, name, value)
	{
		if (strcmp(name, "jsonrpc") != 0 && strcmp(name, "id") != 0 &&
		    strcmp(name, "method") != 0 && strcmp(name, "params") != 0) {
			rpc_error_set(&out->error, RPC_REQUEST,
				      "A request has no member \"%.64s\", only jsonrpc, id, method "
				      "and params.",
				      name);
			return;
		}
	}
	out->method = json_string_value(method);
	if (params == NULL || (json_is_array(params) && json_array_size(params) == 0))
		return;
	if (json_is_object(params))
		out->params = params;
	else if (json_is_array(params))
		rpc_error_set(&out->error, RPC_PARAMS,
			      "Parameters go by name: \"params\" is an object.");
	else
		rpc_error_set(&out->error, RPC_REQUEST, "\"params\" must be an object.");
}

bool
request_next(struct request_line *line, struct request *out)
{
	struct span text = line->text;
	json_t *value = line->root;

	if (line->index == line->count)
		return false;
	*out = (struct request){0};
	if (line->batch) {
		value = json_array_get(line->root, line->index);
		if (!jread_element(line->text, &line->at, &text))
			text = (struct span){0};
	}
	line->index++;
	if (!json_is_object(value)) {
		rpc_error_set(&out->error, RPC_REQUEST, "A request is a JSON object.");
		return true;
	}
	if (!request_take_id(text, value, out))
		return true;
	request_check_members(value, out);
	/* What is no request at all is answered even without an id, as JSON-RPC asks. */
	out->notification = out->id.n == 0 && out->error.word != RPC_REQUEST;
	return true;
}

void
request_close(struct request_line *line)
{
	json_decref(line->root);
	line->root = NULL;
}

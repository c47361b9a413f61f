/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request - one line of a client as JSON-RPC 2.0 requests, and the errors that
 * answer them (design, chapter 10).
 *
 *  R1  Every line gives at least one request or one error; nothing is dropped silently.
 *  R2  An id is given back byte for byte; where it could not be read it is null.
 */
#pragma once

#include "common/jread.h"
#include "common/jwrite.h"

#include <stdarg.h>

#define LINE_BYTES_MAX (1024 * 1024) /* of a request line, without its newline */
#define BATCH_MAX      1000

/* The stable words of `data.code`; each belongs to one of JSON-RPC's codes. */
enum rpc_word {
	RPC_NONE = 0, /* no error */
	RPC_PARSE,
	RPC_LINE_TOO_LONG,
	RPC_TOO_DEEP,
	RPC_NOT_UTF8,
	RPC_REQUEST,
	RPC_METHOD,
	RPC_PARAMS,
	RPC_QUERY,
	RPC_CURSOR,
	RPC_LIMIT,
	RPC_NOT_FOUND,
	RPC_DENIED,
	RPC_BUSY,
	RPC_STORAGE_FULL,
	RPC_TIMEOUT,
	RPC_REBUILDING,
	RPC_STOPPING,
	RPC_INTERNAL
};

struct rpc_error {
	enum rpc_word word;
	char message[512]; /* a sentence that says what to do */
	char at[160];      /* of RPC_PARAMS, RPC_LIMIT, RPC_CURSOR: JSON pointer into the params */
	bool has_offset;   /* of RPC_QUERY */
	size_t offset;
	char expected[256];
};

int rpc_code(enum rpc_word word);
const char *rpc_name(enum rpc_word word); /* "line_too_long"; static */

/* Sets word and message of *e, clears the rest. A message that is cut ends on a UTF-8 border. */
void rpc_error_set(struct rpc_error *e, enum rpc_word word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rpc_error_vset(struct rpc_error *e, enum rpc_word word, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Appends the whole answer without a newline. `id` are the bytes of a JSON value; empty: null. */
void rpc_error_write(struct buf *out, struct span id, const struct rpc_error *e);

/* A line taken apart. */
struct request_line {
	struct span text; /* borrowed */
	json_t *root;
	bool batch;
	size_t count;           /* requests in it; 0 when `error` answers the whole line */
	struct rpc_error error; /* with id null */
	size_t index, at;       /* of request_next() */
};

struct request {
	struct span id; /* in the line; empty: none */
	const char *method;
	json_t *params;         /* an object, or NULL when there are none; borrowed from the line */
	bool notification;      /* not to be answered */
	struct rpc_error error; /* word RPC_NONE: a request to be run */
};

/* Parses a line. `line` must live until request_close(). Never fails otherwise than by `error`. */
void request_open(struct span line, struct request_line *out);
/* The next request; false after the last. */
bool request_next(struct request_line *line, struct request *out);
void request_close(struct request_line *line);

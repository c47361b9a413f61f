/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * buf - a growing byte buffer.
 *
 * Failure is sticky: once memory was refused, later puts do nothing and
 * buf_err() says ERR_NOMEM. So a writer puts everything and checks once.
 * B1  p[0..n) is valid as long as failed is false; p may be NULL when n is 0.
 */
#pragma once

#include "common/err.h"
#include "common/span.h"

#include <stdint.h>

struct buf {
	char *p;
	size_t n;
	size_t cap;
	bool failed;
};

/* An empty buffer needs no call: `struct buf b = {0}`. Frees and empties. */
void buf_clear(struct buf *b);

/* Keeps the memory for the next use; forgets a failure. */
void buf_reset(struct buf *b);

/* ERR_NOMEM if any put since the last reset failed. */
MUST_CHECK enum err buf_err(const struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_put_span(struct buf *b, struct span s);
void buf_put_str(struct buf *b, const char *s);
void buf_put_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes room for `n` more bytes and returns where to write them, NULL when
 * that failed. The caller adds what it wrote to b->n.
 */
char *buf_reserve(struct buf *b, size_t n);

/* Drops the first `n` bytes (n <= b->n). */
void buf_consume(struct buf *b, size_t n);

/* Puts a NUL behind the bytes (not counted in n); NULL when that failed. */
const char *buf_cstr(struct buf *b);

static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){b->p, b->n};
}

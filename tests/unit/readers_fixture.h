/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * readers_fixture - bytes through readers_find() and the reader that it gives.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "extract/reader.h"

#define TEXT_BYTES (64u * 1024 * 1024)

struct outcome {
	enum err err; /* OK: the document; else the failure */
	struct document doc;
	struct reader_failure failure;
};

/* Around a group of tests: *state is its struct readers. */
int readers_setup(void **state);
int readers_teardown(void **state);

/* The caller clears .doc. Limits are the defaults, but for text_bytes. */
struct outcome read_limited(void **state, const char *name, struct span bytes, uint64_t text_bytes);
struct outcome read_bytes(void **state, const char *name, struct span bytes);

/* It was read, and this is its text. */
void assert_document(const struct outcome *o, const char *text);

/* The text and nothing else is what the reader gives. */
void assert_text(void **state, const char *name, struct span bytes, const char *text);

/* There is no text, with this code and these words in the reason. */
void assert_fails(void **state, const char *name, struct span bytes, const char *code,
		  const char *words);

/* Is there a mark of this type, number and name over these words? */
bool has_mark(const struct document *d, enum mark_type type, uint32_t number, const char *words,
	      const char *name);

/* The bytes of tests/samples FOLDER/NAME END, appended to *out. */
void load_sample(const char *folder, const char *name, const char *end, struct buf *out);

/* The sample has this format, nothing cut, and the text and marks of expected/. */
void assert_sample(void **state, const char *name, const char *format);

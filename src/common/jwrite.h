/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jwrite - writing JSON into a buf.
 *
 * Written strings are valid UTF-8 whatever comes in: bytes that are not become
 * U+FFFD. A caller that must not lose such bytes sends them as base64 beside.
 */
#pragma once

#include "common/buf.h"

/* A writer knows only whether a comma is due: begin it with the buffer alone. */
struct jwrite {
	struct buf *buf;
	bool comma;
};

void jwrite_object_begin(struct jwrite *o);
void jwrite_object_end(struct jwrite *o);
void jwrite_array_begin(struct jwrite *o);
void jwrite_array_end(struct jwrite *o);
void jwrite_key(struct jwrite *o, const char *key);
void jwrite_key_span(struct jwrite *o, struct span key);

/* Values; after jwrite_key() or inside an array. */
void jwrite_string(struct jwrite *o, struct span s);
void jwrite_int(struct jwrite *o, int64_t n);
void jwrite_uint(struct jwrite *o, uint64_t n);
/* Whole numbers below 2^53 without a point, others as %.17g shortened. NaN and infinity: null. */
void jwrite_number(struct jwrite *o, double n);
void jwrite_bool(struct jwrite *o, bool b);
void jwrite_null(struct jwrite *o);
void jwrite_raw(struct jwrite *o, struct span json);
/* RFC 3339 in UTC with milliseconds, from ms since the epoch; 0 gives null. */
void jwrite_time(struct jwrite *o, int64_t ms);

/* json_key and a value in one. */
void jwrite_put_string(struct jwrite *o, const char *key, struct span s);
void jwrite_put_int(struct jwrite *o, const char *key, int64_t n);
void jwrite_put_uint(struct jwrite *o, const char *key, uint64_t n);
void jwrite_put_bool(struct jwrite *o, const char *key, bool b);
/* `"path": …`, and `"path_base64": …` too when the bytes are not UTF-8. */
void jwrite_put_path(struct jwrite *o, const char *key, struct span path);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stored - the values of `documents`, `texts` and `evidence` as bytes. Each begins
 * with a CRC-32 of the rest; decoding checks it (ERR_CORRUPT) and borrows.
 */
#pragma once

#include "index/documents.h"

#define STORED_LABEL_MAX 64    /* bytes of a role or a language */
#define STORED_RATIO_MAX 40000 /* zstd takes at least four bytes for a block of 128 KiB */

struct stored_document {
	struct document_info info;
	struct span role, language;
	uint32_t next_number; /* of a record: higher than any ever given in this document */
	struct span kinds;    /* pairs of u32: number of the kind, how many records */
	struct span failures; /* pairs of spans: plugin, reason */
};

void stored_document_encode(const struct stored_document *d, struct buf *out);
MUST_CHECK enum err stored_document_decode(struct span in, struct stored_document *out);
/* Takes the first pair off; false at the end. */
bool stored_kind_next(struct span *kinds, uint32_t *kind, uint32_t *records);
bool stored_failure_next(struct span *failures, struct span *plugin, struct span *reason);

/* Of struct stored_text: text_bytes, text_zstd, marks, meta. */
void stored_text_encode(const struct stored_text *t, struct buf *out);
MUST_CHECK enum err stored_text_decode(struct span in, struct stored_text *out);
/* ERR_CORRUPT when it is not exactly `text_bytes` of UTF-8; ERR_NOMEM. Appends. */
MUST_CHECK enum err stored_text_unpack(const struct stored_text *t, struct buf *out);

struct stored_record {
	uint64_t start, end;
	uint32_t kind; /* its number */
	unsigned char uid[16];
	struct span json; /* an object without its closing brace */
};

void stored_record_encode(const struct stored_record *r, struct buf *out);
MUST_CHECK enum err stored_record_decode(struct span in, struct stored_record *out);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drafts - a document's records between the worker's frames and the index.
 *
 *  D1  Sorted by start, end descending, kind, plugin; fields by name.
 *  D2  Equal hash of the document, kind, place and fields give the equal uid, in every
 *      index and at every run; of several equal records in one document the
 *      uid also says which of them it is.
 */
#pragma once

#include "index/catalogue.h"
#include "index/documents.h"
#include "index/vectors.h"

struct draft {
	struct record r;
	struct value *values; /* what r's fields point to; texts borrow from the frames */
	struct span plugin;
	uint32_t kind;   /* number in the catalogue */
	uint32_t number; /* 0: not given yet */
	size_t seq;      /* as they came */
	unsigned char uid[16];
};

struct drafts { /* {0} before; drafts_clear() after */
	size_t n, cap;
	struct draft **list;
};

/*
 * Decodes what the plugins found. Records of a kind or field that the catalogue
 * does not know (their plugin's kind was left out) are left out. ERR_CORRUPT: the
 * frames are not what they should be; ERR_NOMEM.
 */
MUST_CHECK enum err drafts_make(const struct catalogue *cat, const unsigned char sha256[32],
				uint64_t text_bytes, const struct plugin_result *results, size_t n,
				struct drafts *out);
void drafts_clear(struct drafts *d);

/* Appends the value for `evidence`. The draft has its number. */
void draft_encode(const struct draft *draft, uint64_t document, const struct document *text,
		  struct buf *out);

/* Appends the pairs of stored_document.kinds. */
MUST_CHECK enum err drafts_kinds(const struct drafts *d, struct buf *out);
/* Appends the bytes for `vectors`. */
MUST_CHECK enum err drafts_vector(const struct drafts *d, const struct catalogue *cat,
				  struct buf *out);

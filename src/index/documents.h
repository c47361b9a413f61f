/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * documents - a document's description, text and records in the index.
 */
#pragma once

#include "index/files.h"
#include "text/document.h"

/* Records that one plugin found; or why it has none. */
struct plugin_result {
	const struct plugin_decl *plugin;
	bool failed;
	struct span reason; /* when failed: with file and line */
	struct span frames; /* `count` records as frame_put_record() writes them, checked already */
	uint32_t count;
	struct span role, language; /* proposed; may be empty */
};

/* What a worker made of one file. All of it is borrowed for the call. */
struct new_document {
	unsigned char sha256[32];
	uint64_t size;
	struct span format, title, meta, cut;
	uint32_t pages, reader_version;
	enum document_ocr ocr;
	bool replace; /* a document of that hash gets this text and these records */
	uint64_t text_bytes;
	struct span text_zstd, marks; /* marks_encode()'s form, checked */
	size_t result_count;
	const struct plugin_result *results;
	unsigned char plugin_set[32]; /* which plugins these are: opaque, compared by who asks */
};

/*
 * Puts the document with its records (each a number from 1, by place). Records of a
 * kind or field that the catalogue does not know are left out. A document that no
 * file names at the commit is taken away again.
 *
 * With `replace` a document of the same hash keeps its id and its files and gets all
 * else anew, in this commit (I1); records equal in kind, place and fields keep their
 * number. That is for words that could not be read before.
 *
 *   ERR_EXISTS   a document of that hash is there already; *document is it, nothing was put;
 *                not with `replace`
 *   ERR_CORRUPT  the text does not unpack to what is stated; nothing was put
 *   ERR_FULL     as index_commit()
 */
MUST_CHECK enum err index_document_put(struct index_txn *txn, const struct new_document *d,
				       uint64_t *document);

/*
 * Replaces all records of `document`; those equal in kind, place and fields keep
 * their number, the others get new ones. Where all is as it was, it is no news.
 * ERR_NOT_FOUND when the document went meanwhile; ERR_CORRUPT as above.
 */
MUST_CHECK enum err index_records_put(struct index_txn *txn, uint64_t document,
				      const struct plugin_result *results, size_t n,
				      const unsigned char plugin_set[32]);

/*
 * Its pictures cannot be read: what stands in the document stays, and `why` goes to what
 * is said of its missing text.
 * ERR_NOT_FOUND when the document went meanwhile.
 */
MUST_CHECK enum err index_document_unread(struct index_txn *txn, uint64_t document,
					  struct span why);

/* Kinds and fields in force from now on; numbers are given to new ones (kept in `meta`).
   ERR_EXISTS: `why` names the plugin whose kind has a field of another type than an earlier
   plugin's; that plugin's kind is left out, all else is done. ERR_LIMIT. */
MUST_CHECK enum err index_catalogue_put(struct index_txn *txn,
					const struct plugin_decl *const *plugins, size_t n,
					char why[256]);

/* --- reading --- */

/* 0 when unknown. */
uint64_t index_document_by_hash(struct index_read *rd, const unsigned char sha256[32]);

struct document_info {
	uint64_t size, text_bytes;
	uint32_t pages, reader_version, records;
	enum document_ocr ocr;
	struct span format, title, cut; /* live as long as the snapshot */
	unsigned char sha256[32], plugin_set[32];
	int64_t indexed_ms;
};
MUST_CHECK enum err index_document_get(struct index_read *rd, uint64_t document,
				       struct document_info *info);

/* Calls for every document in ascending order from `from` on; false stops. */
typedef bool index_on_document(void *ctx, uint64_t document, const struct document_info *info);
MUST_CHECK enum err index_documents(struct index_read *rd, uint64_t from,
				    index_on_document *on_document, void *ctx);

/* Appends the item of `documents` (design, chapter 10) as a JSON object. ERR_NOT_FOUND,
 * ERR_CORRUPT, ERR_NOMEM. */
MUST_CHECK enum err index_document_json(struct index_read *rd, uint64_t document, struct buf *out);

/* Appends a record as the JSON object of design chapter 7: stored bytes, then what is joined when
 * asked. */
MUST_CHECK enum err index_record_json(struct index_read *rd, uint64_t document, uint32_t number,
				      struct buf *out);

/* Only where it stands: for `text {record}`. */
MUST_CHECK enum err index_record_place(struct index_read *rd, uint64_t document, uint32_t number,
				       uint64_t *start, uint64_t *end);

/* As stored: what a re-run sends to a child. Spans live as long as the snapshot. */
struct stored_text {
	uint64_t text_bytes;
	struct span text_zstd, marks, meta, format, title;
};
MUST_CHECK enum err index_text_stored(struct index_read *rd, uint64_t document,
				      struct stored_text *out);

/* The text and marks unpacked, into an empty *out. ERR_CORRUPT when a checksum does not hold. */
MUST_CHECK enum err index_text(struct index_read *rd, uint64_t document, struct document *out);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files - folders, file names and what is known of each file.
 *
 * A path is a root (the id of a watched folder) and the bytes below it, '/'
 * between names, none at the ends; the root itself is the empty path. A folder
 * is found by (parent, name), so that renaming one changes its entry alone.
 */
#pragma once

#include "index/index.h"

#define FILE_NAME_MAX_BYTES 255
#define FILE_REASON_MAX     500

enum file_state {
	FILE_NONE = 0,
	FILE_INDEXED,
	FILE_PARTIAL,
	FILE_FAILED,
	FILE_NEEDS_YOU,
	FILE_IGNORED,
	FILE_GONE,
	FILE_FOLDER /* an entry that is a folder; `document` is its folder id */
};

enum file_code {
	CODE_NONE = 0,
	CODE_EMPTY,
	CODE_TOO_LARGE,
	CODE_UNREADABLE,
	CODE_SPECIAL,
	CODE_LINK,
	CODE_GONE,
	CODE_ENCRYPTED,
	CODE_DAMAGED,
	CODE_UNSUPPORTED,
	CODE_TIMEOUT,
	CODE_MEMORY,
	CODE_CRASH,
	CODE_SANDBOX,
	CODE_PLUGIN
};

struct file_entry {
	enum file_state state;
	enum file_code code;
	uint64_t document; /* 0: none */
	uint64_t size, inode;
	int64_t mtime_ns, ctime_ns;
	int64_t since_ms;    /* in this state since */
	int64_t next_try_ms; /* 0: none planned */
	uint32_t tries;
	uint32_t reader_version; /* the reader set that gave the state */
	bool has_hash;
	unsigned char sha256[32];
	bool limit;         /* the last death had met a limit */
	bool ocr;           /* words in pictures are still to be read: OCR is to come */
	struct span reason; /* a sentence; borrowed */
	struct span remedy; /* what to do about it; may be empty; for ignored: the rule */
};

const char *file_state_name(enum file_state s); /* "indexed", "needs-you", …; static */
const char *file_code_name(enum file_code c);   /* "empty", …; NULL for CODE_NONE */
enum file_code file_code_of(struct span name);  /* CODE_NONE when there is none */

/* Same size, mtime, ctime and inode: what "unchanged" means. */
bool file_entry_same(const struct file_entry *a, const struct file_entry *b);

/* --- writing --- */

/* The root's id for an absolute path, made when new. ERR_NOMEM, ERR_FULL. */
MUST_CHECK enum err index_root(struct index_txn *txn, struct span path, uint64_t *root);

/* Forgets the roots that are not in `roots`, with all below them. Documents with no other path go.
   The ledger says nothing: the files are where they were. */
MUST_CHECK enum err index_roots_keep(struct index_txn *txn, const uint64_t *roots, size_t n);

/*
 * Sets what is known of a file; folders on its way are made. The file's former
 * document goes with its last path. Writes the ledger's line (seen, changed, gone;
 * none for what is ignored). Copies what it borrows. A file with a document gets that
 * one's hash, and its state: partial where text was cut, OCR is to come or a plugin failed.
 * FILE_GONE has no document and keeps the last hash known. FILE_GONE for a folder goes for all
 * files below it; any other state for one takes it away.
 *
 *   ERR_NOT_FOUND  no such root, or entry->document is none
 *   ERR_LIMIT      a name longer than FILE_NAME_MAX_BYTES
 *   ERR_FORMAT     no path, an empty name in it, FILE_NONE or FILE_FOLDER
 *   ERR_FULL       as index_commit()
 */
MUST_CHECK enum err index_file_put(struct index_txn *txn, uint64_t root, struct span path,
				   const struct file_entry *entry);

/*
 * A file or folder has another name: entries keep what they say. What stood at
 * the new place goes first. Ledger: moved, for each file. ERR_NOT_FOUND when nothing
 * is at `from`; ERR_FORMAT (also: to below itself), ERR_LIMIT as above.
 */
MUST_CHECK enum err index_move(struct index_txn *txn, uint64_t root, struct span from,
			       uint64_t to_root, struct span to);

/* --- reading --- */

/* ERR_NOT_FOUND when never seen. Entry's spans live as long as the snapshot. */
MUST_CHECK enum err index_file_get(struct index_read *rd, uint64_t root, struct span path,
				   struct file_entry *entry);

/* The roots, called with id and absolute path. */
typedef bool index_on_root(void *ctx, uint64_t root, struct span path); /* false stops */
MUST_CHECK enum err index_roots(struct index_read *rd, index_on_root *on_root, void *ctx);

/* One folder's entries, files and folders mixed, ascending by the bytes of the name. Unknown
 * folder: none. */
typedef bool index_on_entry(void *ctx, struct span name, const struct file_entry *entry);
MUST_CHECK enum err index_folder(struct index_read *rd, uint64_t root, struct span path,
				 index_on_entry *on_entry, void *ctx);

/* Every file of every root in order of folder id and name, from behind `cursor` (start with empty).
 */
typedef bool index_on_file(void *ctx, uint64_t root, struct span path,
			   const struct file_entry *entry, struct span cursor);
MUST_CHECK enum err index_files(struct index_read *rd, struct span cursor, index_on_file *on_file,
				void *ctx);

/* The absolute paths of a document, sorted by bytes. */
typedef bool index_on_path(void *ctx, struct span absolute, uint64_t root, struct span path);
MUST_CHECK enum err index_paths(struct index_read *rd, uint64_t document, index_on_path *on_path,
				void *ctx);

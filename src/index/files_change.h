/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_change - single steps on `files`, `folders` and `paths`. Each keeps
 * counts, news and I4 right; none of them knows why it is done.
 */
#pragma once

#include "index/store.h"

/* A copy of an entry that outlives the next write. */
struct kept_entry { /* {0} before; kept_entry_clear() after */
	struct file_entry entry;
	struct buf bytes;
};
/* ERR_NOT_FOUND, ERR_NOMEM, … */
MUST_CHECK enum err kept_entry_get(const struct view *v, uint64_t folder, struct span name,
				   struct kept_entry *out);
void kept_entry_clear(struct kept_entry *kept);

/* What lies in a folder and is thus named and counted. */
enum files_op {
	FILES_FORGET, /* entries and folders go */
	FILES_REMOVE, /* likewise, and the ledger says gone */
	FILES_GONE    /* files are gone from now on: entries and folders stay */
};

/* Writes the entry; `old` (may be NULL) is what stood there. Paths and documents follow. */
MUST_CHECK enum err files_set(struct index_txn *txn, uint64_t folder, struct span name,
			      const struct file_entry *old, const struct file_entry *entry);
/* Takes the file's entry away; its document goes at the commit if that was its last path. */
MUST_CHECK enum err files_unset(struct index_txn *txn, uint64_t folder, struct span name,
				const struct file_entry *old);

/*
 * Does `op` to all below the folder. With FORGET and REMOVE the folder's own
 * entries go too; the caller tells *since_ms of what is gone.
 */
MUST_CHECK enum err files_below(struct index_txn *txn, uint64_t folder, enum files_op op,
				int64_t since_ms);

/* Folders on the way to `path` are made; a file in their place goes (ledger: gone). */
MUST_CHECK enum err files_make_way(struct index_txn *txn, uint64_t root, struct span path,
				   uint64_t *folder, struct span *name);

/* All documents below the folder are news; the ledger says that they moved from below `from`
 * (absolute). */
MUST_CHECK enum err files_moved(struct index_txn *txn, uint64_t folder, struct span from);

/* The document's paths are others than before. */
MUST_CHECK enum err files_note(struct index_txn *txn, uint64_t document);

/* Its records are others than before: the states of its files follow (files.c). */
MUST_CHECK enum err files_restate(struct index_txn *txn, uint64_t document);

/* Puts a line for the file into the transaction's batch; `from` is empty but for LEDGER_MOVED. */
MUST_CHECK enum err files_tell(struct index_txn *txn, enum ledger_event event, uint64_t folder,
			       struct span name, struct span from, const struct file_entry *entry);
/* Is the file one that the ledger knows? */
bool files_is_told(const struct file_entry *entry);

/* Now, ms since the epoch. */
int64_t files_now_ms(void);

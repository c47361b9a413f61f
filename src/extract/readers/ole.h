/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ole - OLE2 files ("compound files"): streams in storages, as Office wrote them
 * before 2007 and Outlook still does. On libgsf, from memory.
 *
 * What a directory says of a stream's length is hostile: nothing longer than the
 * file itself is read.
 */
#pragma once

#include "common/buf.h"
#include "text/document.h"

#include <gsf/gsf-infile.h>

/* Streams and storages of a file: gsf sorts them into lists one by one, and goes down their
   tree by recursion. A mail to 500 people has 8,000. */
#define OLE_ENTRIES_MAX 10000

enum ole_kind {
	OLE_OTHER = 1,
	OLE_ENCRYPTED, /* a document of today's Office inside its encryption */
	OLE_MSG,
	OLE_WORD,
	OLE_EXCEL,
	OLE_POWERPOINT
};

/* Before the first ole_open(), in the zygote. */
void ole_prepare(void);

/*
 * Opens the root storage, which borrows `bytes` and ends with g_object_unref().
 *
 *   ERR_FORMAT  damaged
 *   ERR_LIMIT   it has more than OLE_ENTRIES_MAX streams and storages
 */
MUST_CHECK enum err ole_open(struct span bytes, GsfInfile **out);

/* By what stands in the root storage; not deeper, where other documents are embedded. */
enum ole_kind ole_kind(GsfInfile *root);

/*
 * Appends the stream `name` of `storage` to *out; `max` is at most the whole file's length.
 *
 *   ERR_NOT_FOUND  there is none
 *   ERR_FORMAT     it is longer than `max`, or its blocks are missing
 *   ERR_NOMEM
 */
MUST_CHECK enum err ole_read(GsfInfile *storage, const char *name, uint64_t max, struct buf *out);

/* The storage `name` in `storage`, NULL: none; ends with g_object_unref(). */
GsfInfile *ole_storage(GsfInfile *storage, const char *name);

/* Appends UTF-16LE as UTF-8; lone surrogates become U+FFFD. */
void ole_put_utf16(struct buf *out, struct span units);

/* The name by which charset.h knows a code page of Windows, in `label`; empty for 0. */
void ole_charset(uint32_t page, char label[24]);

/* 100 ns since 1601 as "2020-06-12T10:15:00+00:00" and "Fri, 12 Jun 2020 10:15:00 +0000"; false
 * and empty where it is no time that a document can have. */
bool ole_time(uint64_t filetime, char iso[40], char mail[40]);

/* Title, author and dates of the property set \005SummaryInformation, where there is one. */
MUST_CHECK enum err ole_put_summary(GsfInfile *root, uint64_t file_bytes, struct builder *b);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zip - the members of a ZIP file in memory, unpacked as they are read.
 */
#include "extract/readers/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#define ZIP_LOAD_BYTES  65536  /* unpacked at a time */
#define ZIP_END_BYTES   22     /* of the record that ends a ZIP file … */
#define ZIP_COMMENT_MAX 0xffff /* … and of the comment behind it */

struct zip_entry {
	struct archive *archive;
	struct reader_work *work;
	enum err err;
};

bool
zip_is_whole(struct span bytes)
{
	size_t tail = ZIP_END_BYTES + ZIP_COMMENT_MAX;
	struct span end = bytes.n > tail ? span_sub(bytes, bytes.n - tail, tail) : bytes;

	return end.n > 0 && memmem(end.p, end.n, "PK\5\6", 4) != NULL;
}

/* Only ZIP, only from memory: no other format's parser sees these bytes. */
static struct archive *
zip_archive(struct span bytes)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		return NULL;
	if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_open_memory(a, bytes.p, bytes.n) != ARCHIVE_OK) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

/* The next member's name in *name: OK, ERR_NOT_FOUND at the end, ERR_FORMAT. */
static enum err
zip_next(struct archive *a, struct archive_entry **entry, const char **name)
{
	int r = archive_read_next_header(a, entry);

	if (r == ARCHIVE_EOF)
		return ERR_NOT_FOUND;
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return ERR_FORMAT;
	*name = archive_entry_pathname(*entry);
	if (*name == NULL) /* not in this locale's encoding */
		*name = "";
	return OK;
}

enum err
zip_each(struct span bytes, bool (*on_name)(void *ctx, const char *name), void *ctx)
{
	struct archive *a = zip_archive(bytes);
	struct archive_entry *entry;
	const char *name;
	enum err e = a == NULL ? ERR_FORMAT : OK;

	for (size_t n = 0; e == OK; n++) {
		if (n == ZIP_ENTRIES_MAX)
			e = ERR_LIMIT;
		else
			e = zip_next(a, &entry, &name);
		if (e == OK && !on_name(ctx, name))
			break;
	}
	archive_read_free(a);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* All of the member that the archive stands at. */
static enum err
zip_load_member(struct archive *a, struct reader_work *work, size_t max, struct buf *bytes)
{
	buf_reset(bytes);
	for (;;) {
		char *to = buf_reserve(bytes, ZIP_LOAD_BYTES);
		la_ssize_t got;

		if (to == NULL)
			return ERR_NOMEM;
		got = archive_read_data(a, to, ZIP_LOAD_BYTES);
		if (got <= 0)
			return got == 0 ? OK : ERR_FORMAT;
		bytes->n += (size_t)got;
		if (!reader_unpacked(work, (uint64_t)got) || bytes->n > max)
			return ERR_LIMIT;
	}
}

enum err
zip_load(const struct reader_input *in, size_t max, bool (*wanted)(void *ctx, const char *name),
	 enum err (*on_member)(void *ctx, const char *name, struct span bytes), void *ctx)
{
	struct archive *a = zip_archive(in->bytes);
	struct archive_entry *entry = NULL;
	struct buf bytes = {0};
	const char *name = "";
	enum err e = a == NULL ? ERR_FORMAT : OK;

	for (size_t n = 0; e == OK; n++) {
		e = n == ZIP_ENTRIES_MAX ? ERR_LIMIT : zip_next(a, &entry, &name);
		if (e != OK || !wanted(ctx, name))
			continue;
		if (archive_entry_is_encrypted(entry))
			e = ERR_DENIED;
		if (e == OK)
			e = zip_load_member(a, in->work, max, &bytes);
		if (e == OK)
			e = on_member(ctx, name, buf_span(&bytes));
	}
	buf_clear(&bytes);
	archive_read_free(a);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
zip_open(const struct reader_input *in, const char *name, struct zip_entry **out)
{
	struct zip_entry *z = calloc(1, sizeof *z);
	struct archive_entry *entry = NULL;
	const char *found = "";
	enum err e = OK;

	if (z == NULL)
		return ERR_NOMEM;
	z->work = in->work;
	z->archive = zip_archive(in->bytes);
	if (z->archive == NULL)
		e = ERR_FORMAT;
	for (size_t n = 0; e == OK; n++) {
		if (n == ZIP_ENTRIES_MAX)
			e = ERR_LIMIT;
		else
			e = zip_next(z->archive, &entry, &found);
		if (e == OK && strcmp(found, name) == 0)
			break;
	}
	if (e == OK && archive_entry_is_encrypted(entry))
		e = ERR_DENIED;
	if (e != OK) {
		zip_close(z);
		z = NULL;
	}
	*out = z;
	return e;
}

int
zip_read(void *entry, char *to, int n)
{
	struct zip_entry *z = entry;
	la_ssize_t got;

	if (z->err != OK || n < 0)
		return -1;
	got = archive_read_data(z->archive, to, (size_t)n);
	if (got < 0) {
		z->err = ERR_FORMAT;
		return -1;
	}
	if (!reader_unpacked(z->work, (uint64_t)got)) {
		z->err = ERR_LIMIT;
		return -1;
	}
	return (int)got;
}

enum err
zip_err(const struct zip_entry *entry)
{
	return entry->err;
}

void
zip_close(struct zip_entry *entry)
{
	if (entry == NULL)
		return;
	archive_read_free(entry->archive); /* NULL is allowed there */
	free(entry);
}

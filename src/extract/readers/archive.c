/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * archive - ZIP, tar, 7z and RAR files, and single files packed by gzip, bzip2 or xz:
 * each member is a part, read by its own reader.
 *
 * Only those formats' parsers see the bytes. What is unpacked is counted, also of
 * members that are passed over: only in a ZIP file can that be done without unpacking.
 */
#include "extract/readers/charset.h"
#include "extract/readers/failure.h"
#include "extract/readers/selftests.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <strings.h>

#define ARCHIVE_CHUNK   65536 /* unpacked at once */
#define ARCHIVE_FILTERS 2     /* libarchive counts the file itself as one: packed once at most */
#define ARCHIVE_REMEDY  "Copy it again from where it came from."

struct unpack {
	const struct reader_input *in;
	struct builder *b;
	struct archive *archive;
	struct buf name, bytes;
	size_t members, put, encrypted;
	bool stop; /* a limit of the whole is met */
};

/* --- names --- */

/* Names are UTF-8, or of the days of DOS. */
static enum err
unpack_set_name(struct unpack *u, const char *name)
{
	struct span s = span_of(name), text = {0};
	struct buf keep = {0};
	enum err e = OK;

	buf_reset(&u->name);
	while (span_starts(s, SPAN("./")))
		s = span_sub(s, 2, s.n);
	if (s.n > 0 && charset_detect(s, NULL) == CHARSET_MIXED)
		e = charset_to_utf8(s, SPAN("cp437"), &keep, &text);
	else
		text = s;
	if (e == OK)
		buf_put_span(&u->name, text);
	buf_clear(&keep);
	return e == ERR_NOMEM ? e : buf_err(&u->name);
}

/* A packed file alone is called as the file is, without what says that it is packed. */
static void
unpack_set_name_of_one(struct unpack *u)
{
	static const char *const ends[] = {".gz", ".bz2", ".xz"};
	struct span name = u->in->name;
	const char *slash = name.n == 0 ? NULL : memrchr(name.p, '/', name.n);

	if (slash != NULL)
		name = span_sub(name, (size_t)(slash - name.p) + 1, name.n);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i]);

		if (name.n > n && strncasecmp(name.p + name.n - n, ends[i], n) == 0)
			name.n -= n;
	}
	buf_reset(&u->name);
	buf_put_span(&u->name, name);
}

static bool
unpack_ends(struct span name, const char *end)
{
	size_t n = strlen(end);

	return name.n >= n && strncasecmp(name.p + name.n - n, end, n) == 0;
}

/* What systems and programs leave lying about, which nobody put into the archive knowingly. */
static bool
unpack_is_litter(struct span path)
{
	static const char *const begins[] = {"._", "~$", ".~lock."};
	static const char *const names[] = {".DS_Store", "Thumbs.db", "desktop.ini", "ehthumbs.db"};
	static const char *const ends[] = {".tmp", ".part", ".crdownload"};
	const char *slash = path.n == 0 ? NULL : memrchr(path.p, '/', path.n);
	struct span name = path;

	if (slash != NULL)
		name = span_sub(path, (size_t)(slash - path.p) + 1, path.n);
	if (span_starts(path, SPAN("__MACOSX/")) ||
	    (path.n > 0 && memmem(path.p, path.n, "/__MACOSX/", 10) != NULL))
		return true;
	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
		if (span_starts(name, span_of(begins[i])))
			return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (name.n == strlen(names[i]) && strncasecmp(name.p, names[i], name.n) == 0)
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (unpack_ends(name, ends[i]))
			return true;
	return name.n == 0;
}

/* --- one member --- */

static void
unpack_say(struct unpack *u, const char *what)
{
	reader_cut_part(buf_span(&u->name), what, u->b);
}

/* Unpacks the member into u->bytes (up to `max` bytes); without `keep` its bytes only count. */
static enum err
unpack_bytes(struct unpack *u, uint64_t max, bool keep)
{
	buf_reset(&u->bytes);
	for (;;) {
		char *to = buf_reserve(&u->bytes, ARCHIVE_CHUNK);
		la_ssize_t got = to == NULL ? 0 : archive_read_data(u->archive, to, ARCHIVE_CHUNK);

		if (to == NULL)
			return ERR_NOMEM;
		if (got == 0)
			return OK;
		if (got < 0) {
			u->stop = got == ARCHIVE_FATAL;
			return ERR_FORMAT;
		}
		if (!reader_unpacked(u->in->work, (uint64_t)got)) {
			u->stop = true;
			return ERR_LIMIT;
		}
		if (keep)
			u->bytes.n += (size_t)got;
		if (u->bytes.n > max)
			return ERR_LIMIT;
	}
}

/* Passes over the member: where the next one lies is known without unpacking in ZIP files only. */
static enum err
unpack_skip(struct unpack *u)
{
	enum err e = OK;

	if ((archive_format(u->archive) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_ZIP)
		e = unpack_bytes(u, UINT64_MAX, false);
	if (e == ERR_LIMIT)
		reader_cut_unpacked(u->in->work, u->b);
	return e == ERR_NOMEM ? e : OK;
}

/* Says of the member, which the archive calls `size` bytes long, why it is not unpacked. */
static bool
unpack_is_too_large(struct unpack *u, uint64_t size)
{
	const struct limits *l = u->in->work->limits;
	char why[160];

	if (size <= l->file_bytes && size <= reader_unpack_left(u->in->work))
		return false;
	snprintf(why, sizeof why, "it unpacks to %llu MiB, more than %s.",
		 (unsigned long long)(size / (1024 * 1024)),
		 size > l->file_bytes ? "a file may have (limits.file_bytes)"
				      : "an archive may (limits.unpacked_bytes, unpacked_ratio)");
	unpack_say(u, why);
	return true;
}

static enum err
unpack_put(struct unpack *u)
{
	uint64_t max = u->in->work->limits->file_bytes;
	enum err e = unpack_bytes(u, max, true);
	bool damaged = e == ERR_FORMAT;

	if (e == ERR_LIMIT && u->bytes.n > max) {
		unpack_say(u, "it unpacks to more than a file may have (limits.file_bytes).");
		return unpack_skip(u);
	}
	if (e == ERR_LIMIT) {
		reader_cut_unpacked(u->in->work, u->b);
		return OK;
	}
	if (e == ERR_NOMEM)
		return e;
	if (damaged)
		unpack_say(u, u->bytes.n == 0 ? "it is damaged."
					      : "its end, since the archive is damaged there.");
	if (u->bytes.n == 0)
		return OK;
	u->put++;
	return reader_put_part(u->in, buf_span(&u->bytes), buf_span(&u->name), false, u->b);
}

static enum err
unpack_member(struct unpack *u, struct archive_entry *entry)
{
	struct reader_work *work = u->in->work;
	const char *name = archive_entry_pathname(entry);
	bool one = archive_format(u->archive) == ARCHIVE_FORMAT_RAW;
	enum err e = unpack_set_name(u, name == NULL ? "?" : name);

	if (e != OK)
		return e;
	if (one && (name == NULL || strcmp(name, "data") == 0))
		unpack_set_name_of_one(u);
	if ((archive_entry_filetype(entry) != AE_IFREG && !one) ||
	    unpack_is_litter(buf_span(&u->name)))
		return unpack_skip(u);
	u->members++;
	if (archive_entry_is_data_encrypted(entry)) {
		u->encrypted++;
		unpack_say(u, "it is password-protected.");
		return OK;
	}
	if (archive_entry_size_is_set(entry) &&
	    unpack_is_too_large(u, (uint64_t)archive_entry_size(entry)))
		return unpack_skip(u);
	/* Before it is unpacked in vain. */
	if (work->parts >= work->limits->parts) {
		u->stop = !reader_may_open_part(work, buf_span(&u->name), u->b);
		return OK;
	}
	return unpack_put(u);
}

/* --- the whole --- */

static struct archive *
unpack_open(struct span bytes)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		return NULL;
	if (archive_read_support_filter_gzip(a) != ARCHIVE_OK ||
	    archive_read_support_filter_bzip2(a) != ARCHIVE_OK ||
	    archive_read_support_filter_xz(a) != ARCHIVE_OK ||
	    archive_read_support_format_tar(a) != ARCHIVE_OK ||
	    archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_support_format_7zip(a) != ARCHIVE_OK ||
	    archive_read_support_format_rar(a) != ARCHIVE_OK ||
	    archive_read_support_format_rar5(a) != ARCHIVE_OK ||
	    archive_read_support_format_raw(a) != ARCHIVE_OK ||
	    archive_read_open_memory(a, bytes.p, bytes.n) != ARCHIVE_OK ||
	    archive_filter_count(a) > ARCHIVE_FILTERS) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

static enum err
unpack_fail_damaged(struct reader_failure *failure)
{
	return failure_set(failure, ERR_FORMAT, "damaged",
			   "This archive is damaged or cut off: it cannot be unpacked.",
			   ARCHIVE_REMEDY);
}

static enum err
unpack_fail_encrypted(struct reader_failure *failure)
{
	return failure_set(failure, ERR_FORMAT, "encrypted", "This archive is password-protected.",
			   "Unpack it with its password and put the documents into the folder.");
}

static enum err
unpack_members(struct unpack *u, struct reader_failure *failure)
{
	enum err e = OK;
	char why[200];

	while (e == OK && !u->stop && !builder_full(u->b)) {
		struct archive_entry *entry;
		int r = archive_read_next_header(u->archive, &entry);
		/* What is not packed and of no known format is not an archive after all. */
		bool raw = archive_format(u->archive) == ARCHIVE_FORMAT_RAW &&
			   archive_filter_count(u->archive) < ARCHIVE_FILTERS;

		if (r == ARCHIVE_EOF)
			break;
		if ((r == ARCHIVE_OK || r == ARCHIVE_WARN) && !raw) {
			e = unpack_member(u, entry);
			continue;
		}
		if (u->members == 0 && archive_read_has_encrypted_entries(u->archive) == 1)
			return unpack_fail_encrypted(failure);
		if (u->members == 0)
			return unpack_fail_damaged(failure);
		snprintf(why, sizeof why,
			 "The archive is damaged: what comes after its member %zu is missing.",
			 u->members);
		builder_cut(u->b, why);
		break;
	}
	if (e != OK)
		return e;
	if (u->members > 0 && u->members == u->encrypted)
		return unpack_fail_encrypted(failure);
	if (u->members == 0)
		return failure_set(failure, ERR_FORMAT, "empty",
				   "There are no documents in this archive.", "");
	return OK;
}

static enum err
unpack_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct unpack u = {.in = in, .b = b, .archive = unpack_open(in->bytes)};
	enum err e;

	builder_format(b, "archive");
	if (u.archive == NULL)
		return unpack_fail_damaged(failure);
	e = unpack_members(&u, failure);
	archive_read_free(u.archive);
	buf_clear(&u.name);
	buf_clear(&u.bytes);
	return e;
}

const struct reader reader_archive = {
    .name = "archive",
    .format = "archive",
    .read = unpack_read,
    .selftest = selftests_archive,
};

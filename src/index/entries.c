/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * entries - what is known of one file, as bytes in `files`, and its words.
 */
#include "index/store.h"

#include "common/frame.h"

#define ENTRY_HAS_HASH 1u
#define ENTRY_LIMIT    2u
#define ENTRY_OCR      4u

static const char *const file_state_names[] = {
    [FILE_NONE] = "none",     [FILE_INDEXED] = "indexed",     [FILE_PARTIAL] = "partial",
    [FILE_FAILED] = "failed", [FILE_NEEDS_YOU] = "needs-you", [FILE_IGNORED] = "ignored",
    [FILE_GONE] = "gone",     [FILE_FOLDER] = "folder",
};

static const char *const file_code_names[] = {
    [CODE_NONE] = NULL,
    [CODE_EMPTY] = "empty",
    [CODE_TOO_LARGE] = "too_large",
    [CODE_UNREADABLE] = "unreadable",
    [CODE_SPECIAL] = "special",
    [CODE_LINK] = "link",
    [CODE_GONE] = "gone",
    [CODE_ENCRYPTED] = "encrypted",
    [CODE_DAMAGED] = "damaged",
    [CODE_UNSUPPORTED] = "unsupported",
    [CODE_TIMEOUT] = "timeout",
    [CODE_MEMORY] = "memory",
    [CODE_CRASH] = "crash",
    [CODE_SANDBOX] = "sandbox",
    [CODE_PLUGIN] = "plugin",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *
file_state_name(enum file_state s)
{
	return (size_t)s < COUNT(file_state_names) ? file_state_names[s] : "none";
}

const char *
file_code_name(enum file_code c)
{
	return (size_t)c < COUNT(file_code_names) ? file_code_names[c] : NULL;
}

enum file_code
file_code_of(struct span name)
{
	for (size_t i = CODE_NONE + 1; i < COUNT(file_code_names); i++)
		if (span_is(name, file_code_names[i]))
			return (enum file_code)i;
	return CODE_NONE;
}

bool
file_entry_same(const struct file_entry *a, const struct file_entry *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
	       a->inode == b->inode;
}

void
entry_encode(const struct file_entry *entry, struct buf *out)
{
	uint32_t flags = (entry->has_hash ? ENTRY_HAS_HASH : 0) | (entry->limit ? ENTRY_LIMIT : 0) |
			 (entry->ocr ? ENTRY_OCR : 0);

	buf_put_char(out, (char)entry->state);
	buf_put_char(out, (char)entry->code);
	buf_put_char(out, (char)flags);
	frame_put_u64(out, entry->document);
	frame_put_u64(out, entry->size);
	frame_put_u64(out, entry->inode);
	frame_put_u64(out, (uint64_t)entry->mtime_ns);
	frame_put_u64(out, (uint64_t)entry->ctime_ns);
	frame_put_u64(out, (uint64_t)entry->since_ms);
	frame_put_u64(out, (uint64_t)entry->next_try_ms);
	frame_put_u32(out, entry->tries);
	frame_put_u32(out, entry->reader_version);
	if (entry->has_hash)
		buf_put(out, entry->sha256, sizeof entry->sha256);
	frame_put_span(out, entry->reason);
	frame_put_span(out, entry->remedy);
}

enum err
entry_decode(struct span in, struct file_entry *entry)
{
	struct frame f = {.rest = span_sub(in, 3, in.n)};
	unsigned flags;

	*entry = (struct file_entry){0};
	if (in.n < 3)
		return ERR_CORRUPT;
	entry->state = (enum file_state)(unsigned char)in.p[0];
	entry->code = (enum file_code)(unsigned char)in.p[1];
	flags = (unsigned char)in.p[2];
	entry->limit = (flags & ENTRY_LIMIT) != 0;
	entry->ocr = (flags & ENTRY_OCR) != 0;
	entry->document = frame_get_u64(&f);
	entry->size = frame_get_u64(&f);
	entry->inode = frame_get_u64(&f);
	entry->mtime_ns = (int64_t)frame_get_u64(&f);
	entry->ctime_ns = (int64_t)frame_get_u64(&f);
	entry->since_ms = (int64_t)frame_get_u64(&f);
	entry->next_try_ms = (int64_t)frame_get_u64(&f);
	entry->tries = frame_get_u32(&f);
	entry->reader_version = frame_get_u32(&f);
	entry->has_hash = (flags & ENTRY_HAS_HASH) != 0;
	if (entry->has_hash) {
		if (f.bad || f.rest.n < sizeof entry->sha256)
			return ERR_CORRUPT;
		memcpy(entry->sha256, f.rest.p, sizeof entry->sha256);
		f.rest = span_sub(f.rest, sizeof entry->sha256, f.rest.n);
	}
	entry->reason = frame_get_span(&f);
	entry->remedy = frame_get_span(&f);
	if (frame_done(&f) != OK || entry->state < FILE_INDEXED || entry->state > FILE_FOLDER ||
	    (size_t)entry->code >= COUNT(file_code_names))
		return ERR_CORRUPT;
	return OK;
}

enum err
entry_get(const struct view *v, uint64_t folder, struct span name, struct file_entry *entry)
{
	struct key key;
	struct span value;
	enum err e;

	*entry = (struct file_entry){0};
	if (name.n == 0 || name.n > FILE_NAME_MAX_BYTES)
		return ERR_NOT_FOUND;
	key = key_of_name(folder, name);
	e = store_get(v, DB_FILES, key_span(&key), &value);
	return e == OK ? entry_decode(value, entry) : e;
}

enum err
entry_find(const struct view *v, uint64_t root, struct span path, struct file_entry *entry)
{
	struct span folder_part, name;
	uint64_t folder;
	enum err e;

	*entry = (struct file_entry){0};
	path_split(path, &folder_part, &name);
	e = folder_find(v, root, folder_part, &folder);
	return e == OK ? entry_get(v, folder, name, entry) : e;
}

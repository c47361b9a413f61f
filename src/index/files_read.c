/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_read - what a snapshot says of roots, folders and files.
 */
#include "index/store.h"

enum err
index_file_get(struct index_read *rd, uint64_t root, struct span path, struct file_entry *entry)
{
	return entry_find(&rd->view, root, path, entry);
}

enum err
index_roots(struct index_read *rd, index_on_root *on_root, void *ctx)
{
	struct span ids;
	enum err e = folder_roots(&rd->view, &ids);

	while (e == OK && ids.n > 0) {
		struct folder folder;
		uint64_t id;

		if (!key_get_u64(&ids, &id))
			return ERR_CORRUPT;
		e = folder_get(&rd->view, id, &folder);
		if (e == OK && !on_root(ctx, id, folder.name))
			break;
	}
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
index_folder(struct index_read *rd, uint64_t root, struct span path, index_on_entry *on_entry,
	     void *ctx)
{
	struct span key, value;
	struct key prefix;
	struct walk w;
	uint64_t folder;
	enum err e = folder_find(&rd->view, root, path, &folder);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	prefix = key_of(folder);
	e = walk_begin(&w, &rd->view, DB_FILES, key_span(&prefix));
	while (e == OK) {
		struct file_entry entry;

		e = walk_next(&w, &key, &value);
		if (e == OK)
			e = entry_decode(value, &entry);
		if (e == OK && !on_entry(ctx, span_sub(key, prefix.n, key.n), &entry))
			break;
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* The path of the file behind a key; the folder's is made only when it is another one than before.
 */
static enum err
files_path_of(const struct view *v, struct span key, uint64_t *folder, uint64_t *root,
	      size_t *folder_bytes, struct buf *path)
{
	uint64_t id;
	enum err e;

	if (!key_get_u64(&key, &id) || key.n == 0)
		return ERR_CORRUPT;
	if (id != *folder) {
		buf_reset(path);
		e = folder_path(v, id, root, path);
		if (e != OK)
			return e;
		if (path->n > 0)
			buf_put_char(path, '/');
		*folder = id;
		*folder_bytes = path->n;
	}
	path->n = *folder_bytes;
	buf_put_span(path, key);
	return buf_err(path);
}

enum err
index_files(struct index_read *rd, struct span cursor, index_on_file *on_file, void *ctx)
{
	struct buf path = {0};
	struct walk w = {0};
	uint64_t folder = 0, root = 0;
	size_t folder_bytes = 0;
	enum err e;

	if (cursor.n > KEY_BYTES_MAX)
		return ERR_FORMAT;
	e = walk_begin(&w, &rd->view, DB_FILES, (struct span){0});
	if (e == OK)
		walk_from(&w, cursor, true);
	while (e == OK) {
		struct span key, value;
		struct file_entry entry;

		e = walk_next(&w, &key, &value);
		if (e == OK)
			e = entry_decode(value, &entry);
		if (e != OK || entry.state == FILE_FOLDER)
			continue;
		e = files_path_of(&rd->view, key, &folder, &root, &folder_bytes, &path);
		if (e == OK && !on_file(ctx, root, buf_span(&path), &entry, key))
			break;
	}
	walk_end(&w);
	buf_clear(&path);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
index_paths(struct index_read *rd, uint64_t document, index_on_path *on_path, void *ctx)
{
	return folder_paths(&rd->view, document, on_path, ctx);
}

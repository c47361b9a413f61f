/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files - what the writer says of roots, files and renamings.
 *
 * Everything that can be wrong with the arguments is found before the first
 * write, so that such an error leaves the transaction as it was.
 */
#include "index/files_change.h"

#define FILES_ROOTS_MAX 4096

/* --- roots --- */

enum err
index_root(struct index_txn *txn, struct span path, uint64_t *root)
{
	struct key key, value = {0};
	struct buf ids = {0}, folder = {0};
	struct span known;
	enum err e = folder_roots(&txn->view, &known);

	while (e == OK && known.n > 0) {
		struct folder f;

		if (!key_get_u64(&known, root)) {
			e = ERR_CORRUPT;
			break;
		}
		e = folder_get(&txn->view, *root, &f);
		if (e == OK && span_eq(f.name, path))
			return OK;
	}
	if (e == OK)
		e = folder_roots(&txn->view, &known);
	if (e != OK)
		return store_fail(txn, e == ERR_NOT_FOUND ? ERR_CORRUPT : e);
	if (known.n / 8 >= FILES_ROOTS_MAX)
		return ERR_LIMIT;
	*root = txn->next_folder++;
	key = key_of(*root);
	buf_put_span(&ids, known);
	buf_put_span(&ids, key_span(&key));
	key_put_u64(&value, 0);
	buf_put_span(&folder, key_span(&value));
	buf_put_span(&folder, path);
	e = buf_err(&ids);
	if (e == OK)
		e = buf_err(&folder);
	e = store_fail(txn, e);
	if (e == OK)
		e = store_put(txn, DB_META, SPAN("roots"), buf_span(&ids));
	if (e == OK)
		e = store_put(txn, DB_FOLDERS, key_span(&key), buf_span(&folder));
	buf_clear(&ids);
	buf_clear(&folder);
	return e;
}

static bool
files_is_kept(uint64_t root, const uint64_t *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (roots[i] == root)
			return true;
	return false;
}

enum err
index_roots_keep(struct index_txn *txn, const uint64_t *roots, size_t n)
{
	struct buf all = {0}, kept = {0};
	struct span known;
	enum err e = folder_roots(&txn->view, &known);

	buf_put_span(&all, known);
	if (e == OK)
		e = buf_err(&all);
	e = store_fail(txn, e);
	known = buf_span(&all);
	while (e == OK && known.n > 0) {
		struct key key;
		uint64_t root;

		if (!key_get_u64(&known, &root)) {
			e = store_fail(txn, ERR_CORRUPT);
			break;
		}
		key = key_of(root);
		if (files_is_kept(root, roots, n))
			buf_put_span(&kept, key_span(&key));
		else
			e = files_below(txn, root, FILES_FORGET, 0);
	}
	if (e == OK)
		e = store_fail(txn, buf_err(&kept));
	if (e == OK && kept.n != all.n)
		e = store_put(txn, DB_META, SPAN("roots"), buf_span(&kept));
	buf_clear(&all);
	buf_clear(&kept);
	return e;
}

/* --- files --- */

/* Names without end, empty ones, and a root that nobody made. */
static enum err
files_check_path(const struct view *v, uint64_t root, struct span path)
{
	struct folder folder;
	struct span name, rest = path;
	enum err e = folder_get(v, root, &folder);

	if (e != OK)
		return e;
	if (folder.parent != 0)
		return ERR_NOT_FOUND;
	if (path.n == 0 || path.p[path.n - 1] == '/')
		return ERR_FORMAT;
	while (path_next(&rest, &name)) {
		if (name.n == 0)
			return ERR_FORMAT;
		if (name.n > FILE_NAME_MAX_BYTES)
			return ERR_LIMIT;
	}
	return OK;
}

/* The line that the ledger gets for an entry that follows `old` (NULL: none); 0: no line. */
static enum ledger_event
files_event(const struct file_entry *old, const struct file_entry *entry)
{
	bool was = files_is_told(old), is = files_is_told(entry);

	if (!was)
		return is ? LEDGER_SEEN : 0;
	if (entry->state == FILE_GONE)
		return LEDGER_GONE;
	if (!is)
		return 0;
	if (old->has_hash && entry->has_hash)
		return memcmp(old->sha256, entry->sha256, sizeof old->sha256) != 0 ? LEDGER_CHANGED
										   : 0;
	if (old->size != entry->size || old->mtime_ns != entry->mtime_ns)
		return LEDGER_CHANGED;
	/* The first time that its bytes could be read: their hash belongs into the ledger. */
	return entry->has_hash ? LEDGER_SEEN : 0;
}

/* The entry as it is to be stored: its document decides its state; of a lost file the last hash
 * known. */
static enum err
files_complete(const struct view *v, const struct file_entry *old, struct file_entry *entry,
	       struct buf *text)
{
	entry->reason = span_sub(entry->reason, 0, FILE_REASON_MAX);
	entry->remedy = span_sub(entry->remedy, 0, FILE_REASON_MAX);
	if (entry->state == FILE_GONE)
		entry->document = 0;
	if (entry->document != 0)
		return document_state(v, entry->document, entry, text);
	if (entry->state == FILE_GONE && !entry->has_hash && old != NULL) {
		entry->has_hash = old->has_hash;
		memcpy(entry->sha256, old->sha256, sizeof entry->sha256);
		if (entry->size == 0)
			entry->size = old->size;
	}
	return OK;
}

/* Puts the entry where `old` stands (NULL: nothing). */
static enum err
files_put_at(struct index_txn *txn, uint64_t folder, struct span name, const struct file_entry *old,
	     const struct file_entry *entry)
{
	enum ledger_event event = files_event(old, entry);
	enum err e = OK;

	if (event != 0)
		e = files_tell(txn, event, folder, name, (struct span){0},
			       event == LEDGER_GONE ? old : entry);
	return e == OK ? files_set(txn, folder, name, old, entry) : e;
}

enum err
index_file_put(struct index_txn *txn, uint64_t root, struct span path,
	       const struct file_entry *entry)
{
	struct file_entry whole = *entry;
	struct kept_entry old = {0};
	const struct file_entry *before = NULL;
	struct span on_way, name;
	struct buf text = {0};
	uint64_t folder;
	enum err e = files_check_path(&txn->view, root, path);

	if (e == OK && (entry->state < FILE_INDEXED || entry->state > FILE_GONE))
		e = ERR_FORMAT;
	if (e != OK)
		return e;
	path_split(path, &on_way, &name);
	e = folder_find(&txn->view, root, on_way, &folder);
	if (e == OK)
		e = kept_entry_get(&txn->view, folder, name, &old);
	if (e == OK)
		before = &old.entry;
	else if (e != ERR_NOT_FOUND)
		goto out;
	if (before != NULL && before->state == FILE_FOLDER) {
		if (entry->state == FILE_GONE) {
			e = files_below(txn, before->document, FILES_GONE, entry->since_ms);
			goto out;
		}
	}
	e = files_complete(&txn->view, before, &whole, &text);
	if (e != OK)
		goto out;
	if (before != NULL && before->state == FILE_FOLDER) {
		e = files_below(txn, before->document, FILES_REMOVE, 0);
		before = NULL;
	}
	if (e == OK)
		e = files_make_way(txn, root, path, &folder, &name);
	if (e == OK)
		e = files_put_at(txn, folder, name, before, &whole);
out:
	kept_entry_clear(&old);
	buf_clear(&text);
	return e;
}

enum err
files_restate(struct index_txn *txn, uint64_t document)
{
	struct key prefix = key_of(document);
	struct span key, value, name;
	uint64_t of, folder;
	struct buf text = {0};
	struct walk w;
	enum err e = walk_begin(&w, &txn->view, DB_PATHS, key_span(&prefix));

	if (e != OK)
		return store_fail(txn, e);
	while ((e = walk_next(&w, &key, &value)) == OK) {
		struct kept_entry old = {0};
		struct file_entry now;

		if (!key_get_u64(&key, &of) || !key_get_u64(&key, &folder)) {
			e = ERR_CORRUPT;
			break;
		}
		name = key;
		e = kept_entry_get(&txn->view, folder, name, &old);
		now = old.entry;
		buf_reset(&text);
		if (e == OK)
			e = document_state(&txn->view, document, &now, &text);
		if (e == OK && (now.state != old.entry.state || now.ocr != old.entry.ocr ||
				!span_eq(now.reason, old.entry.reason)))
			e = files_set(txn, folder, name, &old.entry, &now);
		kept_entry_clear(&old);
		if (e != OK)
			break;
	}
	walk_end(&w);
	buf_clear(&text);
	return e == ERR_NOT_FOUND ? OK : store_fail(txn, e);
}

/* --- renamings --- */

/* Takes away what stands at the new place. The ledger's line of the mover tells of a file there. */
static enum err
files_clear_place(struct index_txn *txn, uint64_t folder, struct span name)
{
	struct kept_entry old = {0};
	enum err e = kept_entry_get(&txn->view, folder, name, &old);

	if (e == OK && old.entry.state == FILE_FOLDER)
		e = files_below(txn, old.entry.document, FILES_REMOVE, 0);
	else if (e == OK)
		e = files_unset(txn, folder, name, &old.entry);
	else if (e == ERR_NOT_FOUND)
		e = OK;
	else
		e = store_fail(txn, e);
	kept_entry_clear(&old);
	return e;
}

/* The taken-out entry stands at its new place; a folder's own record follows. */
static enum err
files_move_folder(struct index_txn *txn, const struct file_entry *entry, uint64_t folder,
		  struct span name, struct span from)
{
	struct key key = key_of(entry->document), value = key_of_name(folder, name);
	enum err e = store_put(txn, DB_FOLDERS, key_span(&key), key_span(&value));

	if (e == OK)
		e = files_set(txn, folder, name, NULL, entry);
	return e == OK ? files_moved(txn, entry->document, from) : e;
}

/* The new path's entry stands; the old one's was taken away before. */
static enum err
files_move_file(struct index_txn *txn, const struct file_entry *entry, uint64_t folder,
		struct span name, struct span from)
{
	enum err e = files_set(txn, folder, name, NULL, entry);

	if (e == OK && files_is_told(entry))
		e = files_tell(txn, LEDGER_MOVED, folder, name, from, entry);
	return e;
}

static enum err
files_move(struct index_txn *txn, const struct file_entry *entry, uint64_t old_folder,
	   struct span old_name, uint64_t to_root, struct span to, struct span from)
{
	uint64_t folder;
	struct span name;
	/* Out of the way first: the new place may be the folder that it lies in. */
	enum err e = files_unset(txn, old_folder, old_name, entry);

	if (e == OK)
		e = files_make_way(txn, to_root, to, &folder, &name);
	if (e == OK)
		e = files_clear_place(txn, folder, name);
	if (e != OK)
		return e;
	if (entry->state == FILE_FOLDER)
		return files_move_folder(txn, entry, folder, name, from);
	return files_move_file(txn, entry, folder, name, from);
}

enum err
index_move(struct index_txn *txn, uint64_t root, struct span from, uint64_t to_root, struct span to)
{
	struct kept_entry old = {0};
	struct buf absolute = {0};
	struct span on_way, name;
	uint64_t folder;
	enum err e = files_check_path(&txn->view, root, from);

	if (e == OK)
		e = files_check_path(&txn->view, to_root, to);
	if (e != OK)
		return e;
	path_split(from, &on_way, &name);
	e = folder_find(&txn->view, root, on_way, &folder);
	if (e == OK)
		e = kept_entry_get(&txn->view, folder, name, &old);
	if (e != OK || (root == to_root && span_eq(from, to)))
		goto out;
	/* Nothing can be moved to below itself. */
	if (root == to_root && to.n > from.n && span_starts(to, from) && to.p[from.n] == '/') {
		e = ERR_FORMAT;
		goto out;
	}
	e = store_fail(txn, folder_absolute(&txn->view, root, from, &absolute));
	if (e == OK)
		e = files_move(txn, &old.entry, folder, name, to_root, to, buf_span(&absolute));
out:
	kept_entry_clear(&old);
	buf_clear(&absolute);
	return e;
}

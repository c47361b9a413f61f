/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_change - the steps, and the walk over all below a folder: a list of
 * folders still to be looked into, each folder's entries copied before any of
 * them is changed.
 */
#include "index/files_change.h"

#include "common/frame.h"

#include <time.h>

int64_t
files_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum err
kept_entry_get(const struct view *v, uint64_t folder, struct span name, struct kept_entry *out)
{
	struct file_entry borrowed;
	enum err e = entry_get(v, folder, name, &borrowed);

	if (e != OK)
		return e;
	buf_reset(&out->bytes);
	entry_encode(&borrowed, &out->bytes);
	e = buf_err(&out->bytes);
	return e == OK ? entry_decode(buf_span(&out->bytes), &out->entry) : e;
}

void
kept_entry_clear(struct kept_entry *kept)
{
	buf_clear(&kept->bytes);
	kept->entry = (struct file_entry){0};
}

enum err
files_note(struct index_txn *txn, uint64_t document)
{
	enum err e = ids_add(&txn->added, document);

	if (e == OK)
		e = ids_add(&txn->gone, document);
	return store_fail(txn, e);
}

bool
files_is_told(const struct file_entry *entry)
{
	return entry != NULL && entry->state != FILE_IGNORED && entry->state != FILE_GONE &&
	       entry->state != FILE_FOLDER;
}

enum err
files_tell(struct index_txn *txn, enum ledger_event event, uint64_t folder, struct span name,
	   struct span from, const struct file_entry *entry)
{
	struct ledger_line line = {.event = event, .time_ms = files_now_ms(), .from = from};
	struct buf below = {0}, path = {0};
	uint64_t root;
	enum err e = folder_path(&txn->view, folder, &root, &below);

	if (e == OK) {
		if (below.n > 0)
			buf_put_char(&below, '/');
		buf_put_span(&below, name);
		e = buf_err(&below);
	}
	if (e == OK)
		e = folder_absolute(&txn->view, root, buf_span(&below), &path);
	if (e == OK) {
		line.path = buf_span(&path);
		line.size = entry->size;
		line.has_hash = entry->has_hash;
		memcpy(line.sha256, entry->sha256, sizeof line.sha256);
		ledger_put(&txn->ledger, &line);
		e = buf_err(&txn->ledger);
	}
	buf_clear(&below);
	buf_clear(&path);
	return store_fail(txn, e);
}

static enum err
files_link(struct index_txn *txn, uint64_t document, uint64_t folder, struct span name)
{
	struct key key = key_of_path(document, folder, name);
	enum err e = store_put(txn, DB_PATHS, key_span(&key), (struct span){0});

	return e == OK ? files_note(txn, document) : e;
}

/* Whether the document goes shows at the commit: another file may name it until then. */
static enum err
files_unlink(struct index_txn *txn, uint64_t document, uint64_t folder, struct span name)
{
	struct key key = key_of_path(document, folder, name);
	enum err e = store_del(txn, DB_PATHS, key_span(&key));

	if (e == OK)
		e = store_fail(txn, ids_add(&txn->unlinked, document));
	return e == OK ? files_note(txn, document) : e;
}

enum err
files_set(struct index_txn *txn, uint64_t folder, struct span name, const struct file_entry *old,
	  const struct file_entry *entry)
{
	uint64_t before = old == NULL ? 0 : old->document;
	struct key key = key_of_name(folder, name);
	struct buf value = {0};
	enum err e;

	entry_encode(entry, &value);
	e = store_fail(txn, buf_err(&value));
	if (e == OK)
		e = store_put(txn, DB_FILES, key_span(&key), buf_span(&value));
	buf_clear(&value);
	if (e != OK)
		return e;
	if (old != NULL)
		txn->counts.files[old->state]--;
	txn->counts.files[entry->state]++;
	if (before == entry->document || entry->state == FILE_FOLDER)
		return OK;
	if (entry->document != 0)
		e = files_link(txn, entry->document, folder, name);
	if (e == OK && before != 0)
		e = files_unlink(txn, before, folder, name);
	return e;
}

enum err
files_unset(struct index_txn *txn, uint64_t folder, struct span name, const struct file_entry *old)
{
	struct key key = key_of_name(folder, name);
	enum err e = store_del(txn, DB_FILES, key_span(&key));

	if (e != OK)
		return e;
	txn->counts.files[old->state]--;
	if (old->document == 0 || old->state == FILE_FOLDER)
		return OK;
	return files_unlink(txn, old->document, folder, name);
}

/* --- everything below a folder --- */

/* Appends name and entry of each thing in the folder, as spans. */
static enum err
files_list(const struct view *v, uint64_t folder, struct buf *out)
{
	struct key prefix = key_of(folder);
	struct span key, value;
	struct walk w;
	enum err e = walk_begin(&w, v, DB_FILES, key_span(&prefix));

	while (e == OK) {
		e = walk_next(&w, &key, &value);
		if (e != OK)
			break;
		frame_put_span(out, span_sub(key, prefix.n, key.n));
		frame_put_span(out, value);
		e = buf_err(out);
	}
	walk_end(&w);
	return e == ERR_NOT_FOUND ? OK : e;
}

typedef enum err files_on_file(struct index_txn *txn, uint64_t folder, struct span name,
			       const struct file_entry *entry, void *ctx);

/* Calls for each file below the first of `folders`, and adds all folders below it. */
static enum err
files_each(struct index_txn *txn, struct ids *folders, files_on_file *on_file, void *ctx)
{
	struct buf list = {0};
	enum err e = OK;

	for (size_t i = 0; i < folders->n && e == OK; i++) {
		uint64_t folder = folders->list[i];
		struct frame f;

		buf_reset(&list);
		e = store_fail(txn, files_list(&txn->view, folder, &list));
		f = (struct frame){.rest = buf_span(&list)};
		while (e == OK && f.rest.n > 0) {
			struct span name = frame_get_span(&f), value = frame_get_span(&f);
			struct file_entry entry;

			e = store_fail(txn, entry_decode(value, &entry));
			if (e == OK && entry.state == FILE_FOLDER)
				e = store_fail(txn, ids_add(folders, entry.document));
			else if (e == OK)
				e = on_file(txn, folder, name, &entry, ctx);
		}
	}
	buf_clear(&list);
	return e;
}

static enum err
files_on_forget(struct index_txn *txn, uint64_t folder, struct span name,
		const struct file_entry *entry, void *ctx)
{
	const bool *tell = ctx;
	enum err e = OK;

	if (*tell && files_is_told(entry))
		e = files_tell(txn, LEDGER_GONE, folder, name, (struct span){0}, entry);
	return e == OK ? files_unset(txn, folder, name, entry) : e;
}

static enum err
files_on_gone(struct index_txn *txn, uint64_t folder, struct span name,
	      const struct file_entry *entry, void *ctx)
{
	const int64_t *since_ms = ctx;
	struct file_entry gone = *entry;
	enum err e;

	if (entry->state == FILE_GONE)
		return OK;
	gone.state = FILE_GONE;
	gone.code = CODE_GONE;
	gone.document = 0;
	gone.since_ms = *since_ms;
	gone.next_try_ms = 0;
	gone.tries = 0;
	gone.reason = gone.remedy = (struct span){0};
	if (files_is_told(entry)) {
		e = files_tell(txn, LEDGER_GONE, folder, name, (struct span){0}, entry);
		if (e != OK)
			return e;
	}
	return files_set(txn, folder, name, entry, &gone);
}

/* Takes away a folder in which nothing is left: its own two entries. */
static enum err
files_unset_folder(struct index_txn *txn, uint64_t id)
{
	struct key by_id = key_of(id), by_name = {0};
	struct folder folder;
	enum err e = store_fail(txn, folder_get(&txn->view, id, &folder));

	if (e != OK)
		return e;
	if (folder.parent != 0) {
		by_name = key_of_name(folder.parent, folder.name);
		e = store_del(txn, DB_FILES, key_span(&by_name));
		txn->counts.files[FILE_FOLDER]--;
	}
	return e == OK ? store_del(txn, DB_FOLDERS, key_span(&by_id)) : e;
}

enum err
files_below(struct index_txn *txn, uint64_t folder, enum files_op op, int64_t since_ms)
{
	struct ids folders = {0};
	bool tell = op == FILES_REMOVE;
	enum err e = store_fail(txn, ids_add(&folders, folder));

	if (e == OK && op == FILES_GONE)
		e = files_each(txn, &folders, files_on_gone, &since_ms);
	else if (e == OK)
		e = files_each(txn, &folders, files_on_forget, &tell);
	/* The deepest first: a folder's path needs its parents. */
	while (e == OK && op != FILES_GONE && folders.n > 0)
		e = files_unset_folder(txn, folders.list[--folders.n]);
	ids_clear(&folders);
	return e;
}

struct files_move {
	struct span from, to; /* absolute paths of the folder before and after */
	struct buf path;
};

static enum err
files_on_moved(struct index_txn *txn, uint64_t folder, struct span name,
	       const struct file_entry *entry, void *ctx)
{
	struct files_move *m = ctx;
	uint64_t root;
	struct buf below = {0}, now = {0};
	enum err e;

	if (entry->document != 0) {
		e = files_note(txn, entry->document);
		if (e != OK)
			return e;
	}
	if (!files_is_told(entry))
		return OK;
	e = folder_path(&txn->view, folder, &root, &below);
	if (e == OK)
		e = folder_absolute(&txn->view, root, buf_span(&below), &now);
	if (e == OK) {
		struct span rest = span_sub(buf_span(&now), m->to.n, now.n);

		buf_reset(&m->path);
		buf_put_span(&m->path, m->from);
		buf_put_span(&m->path, rest);
		buf_put_char(&m->path, '/');
		buf_put_span(&m->path, name);
		e = buf_err(&m->path);
	}
	buf_clear(&below);
	buf_clear(&now);
	if (e != OK)
		return store_fail(txn, e);
	return files_tell(txn, LEDGER_MOVED, folder, name, buf_span(&m->path), entry);
}

enum err
files_moved(struct index_txn *txn, uint64_t folder, struct span from)
{
	struct files_move m = {.from = from};
	struct buf below = {0}, to = {0};
	struct ids folders = {0};
	uint64_t root;
	enum err e = folder_path(&txn->view, folder, &root, &below);

	if (e == OK)
		e = folder_absolute(&txn->view, root, buf_span(&below), &to);
	if (e == OK)
		e = ids_add(&folders, folder);
	e = store_fail(txn, e);
	if (e == OK) {
		m.to = buf_span(&to);
		e = files_each(txn, &folders, files_on_moved, &m);
	}
	buf_clear(&m.path);
	buf_clear(&below);
	buf_clear(&to);
	ids_clear(&folders);
	return e;
}

/* --- the way to a name --- */

static enum err
files_make_folder(struct index_txn *txn, uint64_t parent, struct span name, uint64_t *id)
{
	struct file_entry entry = {.state = FILE_FOLDER, .document = txn->next_folder};
	struct key key = key_of(txn->next_folder);
	struct key value = key_of_name(parent, name);
	enum err e = store_put(txn, DB_FOLDERS, key_span(&key), key_span(&value));

	*id = txn->next_folder++;
	return e == OK ? files_set(txn, parent, name, NULL, &entry) : e;
}

/* The folder called `name`, made when there is none. */
static enum err
files_enter(struct index_txn *txn, uint64_t parent, struct span name, uint64_t *id)
{
	struct kept_entry old = {0};
	enum err e = kept_entry_get(&txn->view, parent, name, &old);

	*id = old.entry.document;
	if (e == OK && old.entry.state != FILE_FOLDER) {
		bool tell = true;

		e = files_on_forget(txn, parent, name, &old.entry, &tell);
		if (e == OK)
			e = files_make_folder(txn, parent, name, id);
	} else if (e == ERR_NOT_FOUND) {
		e = files_make_folder(txn, parent, name, id);
	} else if (e != OK) {
		e = store_fail(txn, e);
	}
	kept_entry_clear(&old);
	return e;
}

enum err
files_make_way(struct index_txn *txn, uint64_t root, struct span path, uint64_t *folder,
	       struct span *name)
{
	struct span on_way, step;
	enum err e = OK;

	path_split(path, &on_way, name);
	*folder = root;
	while (e == OK && path_next(&on_way, &step))
		e = files_enter(txn, *folder, step, folder);
	return e;
}

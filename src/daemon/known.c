/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * known - one short snapshot a folder.
 */
#include "daemon/known.h"

#include <stdlib.h>

void
known_clear(struct known_list *k)
{
	free(k->list);
	buf_clear(&k->names);
	*k = (struct known_list){0};
}

struct span
known_name(const struct known_list *k, size_t i)
{
	return (struct span){k->names.p + k->list[i].name_at, k->list[i].name_n};
}

static bool
known_on_entry(void *ctx, struct span name, const struct file_entry *entry)
{
	struct known_list *k = ctx;
	struct known *at;

	if (k->n == k->cap) {
		size_t cap = k->cap == 0 ? 64 : 2 * k->cap;
		struct known *grown = realloc(k->list, cap * sizeof *grown);

		if (grown == NULL) {
			k->names.failed = true;
			return false;
		}
		k->list = grown;
		k->cap = cap;
	}
	at = &k->list[k->n++];
	*at = (struct known){.entry = *entry, .name_at = k->names.n, .name_n = name.n};
	at->entry.reason = at->entry.remedy = (struct span){0};
	buf_put_span(&k->names, name);
	return !k->names.failed;
}

/* After a hang the index may be closed already. */
static enum err
known_begin(struct root *r, struct index_read **rd)
{
	return root_is_stopping(r) ? ERR_STOPPING : index_read_begin(r->ix, rd);
}

enum err
known_folder(struct root *r, struct span path, struct known_list *k)
{
	struct index_read *rd;
	enum err e = known_begin(r, &rd);

	k->n = 0;
	buf_reset(&k->names);
	if (e != OK)
		return e;
	e = index_folder(rd, r->id, path, known_on_entry, k);
	index_read_end(rd);
	return e == OK ? buf_err(&k->names) : e;
}

enum err
known_file(struct root *r, struct span path, struct file_entry *entry)
{
	struct index_read *rd;
	enum err e = known_begin(r, &rd);

	*entry = (struct file_entry){0};
	if (e != OK)
		return e;
	e = index_file_get(rd, r->id, path, entry);
	if (e != OK)
		*entry = (struct file_entry){0};
	entry->reason = entry->remedy = (struct span){0};
	index_read_end(rd);
	return e == ERR_NOT_FOUND ? OK : e;
}

bool
known_is_present(const struct file_entry *entry)
{
	return entry->state == FILE_INDEXED || entry->state == FILE_PARTIAL ||
	       entry->state == FILE_FAILED || entry->state == FILE_NEEDS_YOU;
}

/* Folders still to be looked into stand in `stack`, each with a NUL behind. */
enum err
known_below(struct root *r, struct span path, known_on_file *on_file, void *ctx)
{
	struct buf stack = {0}, folder = {0}, one = {0};
	struct known_list k = {0};
	bool go_on = true;
	enum err e = OK;

	buf_put_span(&stack, path);
	buf_put_char(&stack, '\0');
	while (go_on && e == OK && stack.n > 0 && !stack.failed && !folder.failed && !one.failed) {
		size_t from = stack.n - 1;

		while (from > 0 && stack.p[from - 1] != '\0')
			from--;
		buf_reset(&folder);
		buf_put(&folder, stack.p + from, stack.n - 1 - from);
		stack.n = from;
		e = known_folder(r, buf_span(&folder), &k);
		for (size_t i = 0; e == OK && go_on && i < k.n; i++) {
			const struct file_entry *entry = &k.list[i].entry;

			buf_reset(&one);
			buf_put_span(&one, buf_span(&folder));
			if (folder.n > 0)
				buf_put_char(&one, '/');
			buf_put_span(&one, known_name(&k, i));
			if (entry->state == FILE_FOLDER) {
				buf_put_span(&stack, buf_span(&one));
				buf_put_char(&stack, '\0');
			} else if (entry->state != FILE_GONE && !one.failed) {
				go_on = on_file(ctx, buf_span(&one), entry);
			}
		}
	}
	if (e == OK && (stack.failed || folder.failed || one.failed))
		e = ERR_NOMEM;
	known_clear(&k);
	buf_clear(&stack);
	buf_clear(&folder);
	buf_clear(&one);
	return e;
}

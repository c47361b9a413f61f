/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * known - what the index knows of a root's folders, copied, so that no snapshot is
 * open while the file system is asked.
 */
#pragma once

#include "daemon/root_thread.h"

struct known {
	struct file_entry entry; /* reason and remedy are empty */
	size_t name_at, name_n;  /* in `names` */
};

struct known_list { /* {0} before; known_clear() after */
	struct known *list;
	size_t n, cap;
	struct buf names;
};

void known_clear(struct known_list *k);
struct span known_name(const struct known_list *k, size_t i);

/* All of them fail with ERR_STOPPING when the root is to end. Replaces *k by the entries of one
 * folder, ascending by name. */
MUST_CHECK enum err known_folder(struct root *r, struct span path, struct known_list *k);

/* One entry; FILE_NONE when there is none. */
MUST_CHECK enum err known_file(struct root *r, struct span path, struct file_entry *entry);

/* Is it a file that was there? */
bool known_is_present(const struct file_entry *entry);

/* Calls for each file at or below the folder that is not gone already; false stops. */
typedef bool known_on_file(void *ctx, struct span path, const struct file_entry *entry);
MUST_CHECK enum err known_below(struct root *r, struct span path, known_on_file *on_file,
				void *ctx);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * file_answers - a file and its state as `failures` and `why` show it.
 */
#pragma once

#include "daemon/answers.h"
#include "index/files.h"

/* A state as it is shown, with words that replace the stored ones where set. */
struct file_view {
	struct span path;  /* absolute */
	const char *state; /* "waiting" and "unavailable" are not stored */
	enum file_code code;
	struct span reason, remedy, rule;
	const struct file_entry *entry; /* NULL: nothing is stored */
};

/* Fills in what follows from the entry. */
void file_view_of(struct span path, const struct file_entry *entry, struct file_view *out);

/* The nine keys of design chapter 10 into an object that is open. */
void file_view_write(struct jwrite *w, const struct file_view *v);

/* ROOT/PATH, appended. */
void file_absolute(struct span root, struct span path, struct buf *out);

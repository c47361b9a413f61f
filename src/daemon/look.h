/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * look - what lies at a path below a folder, without ever leaving it.
 *
 * Blocks as long as the file system does: on a root's thread only.
 *
 *  L1  Nothing but a regular file is opened for reading; the rest is only named (O_PATH).
 *  L2  No link is followed, neither at the end of the path nor on its way.
 *  L3  A placeholder of a file that is kept elsewhere is not opened: that would fetch it.
 */
#pragma once

#include "daemon/root.h"

#define LOOK_PATH_MAX 4095 /* what the system takes in one call */

enum look_result {
	LOOK_THERE,
	LOOK_FOLDER,     /* no file, but a folder of that name: for look_at() only */
	LOOK_GONE,       /* nothing there, or its folder is a link or file now */
	LOOK_UNREADABLE, /* something is there or not: we may not know */
	LOOK_NOT_NOW     /* the file system does not answer, or we lack descriptors or memory */
};

/* openat2(2) below `dir`, beyond no link. The empty path is `dir` itself. -1 with errno. */
int look_openat(int dir, struct span path, int flags);

/* Names what is at `path`; *fd (O_PATH) and *st only when it is there; errno otherwise. */
enum look_result look_find(int dir, struct span path, int *fd, struct stat *st);

/* Fills in what the file itself says: size, times, inode. */
void look_put_stat(struct file_entry *entry, const struct stat *st);

/* Why a thing that is no regular file has no document: code, a static sentence. */
const char *look_special(int dir, struct span root, struct span path, const struct stat *st,
			 enum file_code *code);

struct look {
	int dir;                /* the root's folder */
	struct span root, path; /* its own path; what is asked for */
	struct span rule;       /* that ignores the path; may be empty */
	uint64_t bytes_max;     /* a larger file is not opened */
	bool open;
};

/* All that root_open() and root_look() answer; `reason` keeps out->entry.reason. */
enum look_result look_at(const struct look *l, struct root_opened *out,
			 char reason[FILE_REASON_MAX]);

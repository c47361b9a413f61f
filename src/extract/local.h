/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * local - the worker without a daemon: one file, one process, JSON lines.
 *
 * Nothing is forked and nothing sent; limits on memory and CPU, and the sandbox, are a
 * child's.
 */
#pragma once

#include "extract/plugin.h"
#include "extract/reader.h"

enum local_exit { LOCAL_FOUND = 0, LOCAL_NONE = 1, LOCAL_USAGE = 2, LOCAL_FAILED = 4 };

struct local {
	struct limits limits;
	struct readers *readers;
	struct ocr *ocr;           /* NULL: what is read is text */
	struct plugin_files files; /* frames' indexes count these */
	struct plugin_decl *decls; /* of each file */
	struct host *host;
};

/*
 * Prepares readers and loads `names` (of installed plugins, or files' paths), all
 * installed ones when `count` is 0. False: the reason stands on stderr.
 */
MUST_CHECK bool local_open(struct local *l, const char *const *names, size_t count);
void local_close(struct local *l);

struct local_options {
	const char *file;
	const char *const *plugins;
	size_t plugin_count;
	bool text;       /* print text and marks instead of records */
	bool no_sandbox; /* for comparing, and for debuggers */
};

/* Gives the exit status; reasons go to stderr. */
enum local_exit local_run(const struct local_options *o);

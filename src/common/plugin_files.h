/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugin_files - the plugins' sources, read from the shipped and the admin's folder.
 *
 * A plugin is called as its file: doi.lua is `doi`. Nothing is loaded here.
 *
 *  F1  Sorted by name, each name once, at most PLUGINS_MAX.
 *  F2  A file of the admin's takes the place of the shipped one of its name, also when
 *      it cannot be used: then that name is refused rather than the shipped one run.
 */
#pragma once

#include "common/record.h"

#define PLUGINS_MAX       64
#define PLUGIN_SOURCE_MAX (256 * 1024)
#define HOST_API_VERSION  1 /* part of what decides whether results are still in force */

struct plugin_file {
	char name[NAME_BYTES_MAX + 1];
	char *path;      /* as messages name it */
	char *source;    /* NULL when refused */
	size_t n;        /* bytes of source */
	char error[256]; /* why it is refused; empty: it is not */
};

struct plugin_files { /* {0} is empty */
	struct plugin_file *list;
	size_t n;
	struct buf notes; /* a line each for what was left out: folders, odd names, too many */
};

/*
 * Reads all NAME.lua of a folder (not NAME.d.lua and hidden ones). With `guarded`,
 * folder and files must belong to root or the own user and be writable by nobody
 * else. A folder that is not there is empty.
 *   ERR_NOMEM
 */
MUST_CHECK enum err plugin_files_read(struct plugin_files *files, const char *folder, bool guarded);

/* Reads one file, whoever owns it. ERR_NOMEM; else its trouble stands in its `error`. */
MUST_CHECK enum err plugin_files_add(struct plugin_files *files, const char *path);

/* NULL when there is none of that name. */
struct plugin_file *plugin_files_find(const struct plugin_files *files, struct span name);

/* Logs the notes as warnings, a line each. */
void plugin_files_log(const struct plugin_files *files);

void plugin_files_clear(struct plugin_files *files);

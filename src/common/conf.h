/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf - the daemon's configuration: conf/evidenced.conf (libconfuse) and options.
 *
 * C1  Every value is in its range and every path absolute once conf_check() said OK.
 */
#pragma once

#include "common/frame.h"

#define OCR_LANGUAGES "eng+cym" /* unless the configuration says otherwise */

enum watch_mode { WATCH_AUTO, WATCH_INOTIFY, WATCH_POLL };

struct conf_watch {
	char *path; /* absolute, without a '/' at its end; real (no links) after conf_check() */
	enum watch_mode mode;
	char **ignore; /* more patterns (fnmatch) of names to leave out */
	size_t ignore_count;
};

struct conf_plugin {
	char *name;
	char *settings; /* a JSON object */
};

struct conf {
	struct conf_watch *watches;
	size_t watch_count;
	char *state_dir, *socket,
	    *plugin_dir;       /* defaults of design chapter 10 are filled in by conf_check() */
	bool plugin_dir_given; /* then it must exist */
	unsigned socket_mode;  /* default 0660 */
	struct limits limits;
	uint64_t map_bytes;
	uint32_t query_ms;         /* of one query on a query thread */
	uint32_t document_ms;      /* wall time of one document in a child */
	uint32_t settle_ms;        /* quiet before a file that is not closed is taken; 2,000 */
	uint32_t poll_s;           /* between comparisons of a polled root; 60 */
	uint32_t children;         /* 0: one per core */
	bool ocr;                  /* words in pictures are read */
	char *ocr_languages;       /* "eng+cym"; NULL: the default */
	uint32_t ocr_document_ms;  /* wall time of one document whose pictures are read */
	uint64_t ocr_memory_bytes; /* address space of it */
	bool allow_no_landlock; /* read documents behind seccomp alone where the kernel has no more
				 */
	struct conf_plugin *plugins;
	size_t plugin_count;
};

/* Fills in the defaults that need no look at the machine. */
void conf_init(struct conf *c);
void conf_clear(struct conf *c);

/*
 * Reads `file` into *c. `why` gets "FILE:LINE: reason".
 *   ERR_NOT_FOUND, ERR_DENIED, ERR_FORMAT
 */
MUST_CHECK enum err conf_read(struct conf *c, const char *file, char why[512]);

/* Adds a folder to watch, as --watch does. ERR_NOMEM. */
MUST_CHECK enum err conf_add_watch(struct conf *c, const char *path);

/*
 * Fills in the places that depend on user and environment, and refuses with a
 * sentence in `why`: a watched path that is not a folder, one root inside
 * another, a state folder inside a root or on a network file system, a socket
 * path over 107 bytes.
 *   ERR_FORMAT  refused
 */
MUST_CHECK enum err conf_check(struct conf *c, char why[512]);

/* The settings of plugin `name` as a JSON object; "{}" when there are none. Borrowed. */
const char *conf_plugin_settings(const struct conf *c, const char *name);

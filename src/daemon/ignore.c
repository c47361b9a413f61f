/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ignore - the shipped patterns stand before "hidden", so that `why` names the better reason.
 */
#include "daemon/ignore.h"

#include <fnmatch.h>
#include <stdint.h>

#define IGNORE_NAME_MAX 1024

static const char *const ignore_patterns[] = {
    "~$*",          /* Microsoft Office: who has it open */
    ".~lock.*#",    /* LibreOffice: likewise */
    "*.tmp",        /* half-written, by anybody */
    "*.part",       /* Firefox, wget, KDE */
    "*.crdownload", /* Chromium */
    "*.filepart",   /* WinSCP */
    ".#*",          /* Emacs: a lock */
    "*~",           /* a backup copy */
    ".*.swp",       /* Vim */
    "Thumbs.db",    /* Windows Explorer */
    "desktop.ini",  /* likewise */
    ".DS_Store",    /* macOS Finder */
    ".*.??????",    /* rsync, while it writes */
};

struct span
ignore_name(const struct conf_watch *cw, struct span name)
{
	char text[IGNORE_NAME_MAX];

	if (name.n == 0 || name.n >= sizeof text)
		return (struct span){0};
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	for (size_t i = 0; i < cw->ignore_count; i++)
		if (fnmatch(cw->ignore[i], text, 0) == 0)
			return span_of(cw->ignore[i]);
	for (size_t i = 0; i < sizeof ignore_patterns / sizeof *ignore_patterns; i++)
		if (fnmatch(ignore_patterns[i], text, FNM_CASEFOLD) == 0)
			return span_of(ignore_patterns[i]);
	return text[0] == '.' ? SPAN("hidden") : (struct span){0};
}

struct span
ignore_path(const struct conf_watch *cw, struct span path)
{
	struct span rule = {0};

	while (path.n > 0 && rule.n == 0) {
		const char *slash = memchr(path.p, '/', path.n);
		size_t n = slash == NULL ? path.n : (size_t)(slash - path.p);

		rule = ignore_name(cw, span_sub(path, 0, n));
		path = span_sub(path, n + 1, SIZE_MAX);
	}
	return rule;
}

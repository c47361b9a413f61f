/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - compares a folder, and all below it, with the index.
 *
 *   for each folder: open, watch, list and sort; copy what the index knows of it;
 *   merge the two lists by name; go into its folders.
 *
 * On the root's thread. Posts what differs; what no longer is there, file by file.
 */
#pragma once

#include "daemon/root_thread.h"

struct scan_options {
	int dir;          /* the root's folder */
	struct span path; /* where to begin; a file is compared alone */
	bool drop;        /* told with what is found */
	bool again;       /* what there was nothing to read with is told too */
	bool shallow;     /* only new folders are gone into */
};

/* False: it was ended before it was through. */
bool scan_run(struct root *r, const struct scan_options *options);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daemon - all modules of the daemon, started, wired to each other and stopped.
 *
 *  D1  Modules hear of each other only through the callbacks wired here.
 *  D2  Stopping goes the other way round: first who asks (server), then who
 *      reads (pool, roots, watch), who works (zygote), and who stores (writer, index).
 */
#pragma once

#include "common/conf.h"

struct daemon; /* opaque */

/* Exit statuses of evidenced. */
#define DAEMON_EXIT_OK      0
#define DAEMON_EXIT_FAILED  1 /* could not start, or could not stop in time */
#define DAEMON_EXIT_USAGE   2 /* options or configuration */
#define DAEMON_EXIT_BUSY    3 /* another daemon has this state folder or socket */
#define DAEMON_EXIT_STORAGE 4 /* the disk failed while running */

/*
 * Runs until SIGTERM or SIGINT and returns the exit status; what went wrong is
 * logged. `conf` has passed conf_check(); `conf_file` (may be NULL) is read again
 * on SIGHUP, when the plugins' settings in it count.
 */
int daemon_run(struct conf *conf, const char *conf_file);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command - a subcommand of `evidence`, and what they share.
 */
#pragma once

#include "cli/args.h"
#include "cli/client.h"

enum { EXIT_FOUND = 0, EXIT_NOTHING = 1, EXIT_USAGE = 2, EXIT_NO_DAEMON = 3, EXIT_DAEMON = 4 };

struct command {
	const char *name;
	const char *usage;        /* behind "evidence " */
	const char *about;        /* for the list */
	const char *help;         /* lines, each ended by a newline */
	unsigned allowed;         /* ARG_ bits */
	int words_min, words_max; /* words_max < 0: any number */
	int (*run)(const struct args *a, struct client *c);
};

extern const struct command command_status, command_find, command_show, command_documents,
    command_failures, command_why, command_wait, command_watch, command_rescan, command_call,
    command_export;

/* Asks; an error was said and *exit_status is set when this is false. `query` is for pointing at.
 */
MUST_CHECK bool command_ask(struct client *c, const char *method, struct span params,
			    struct span query, struct message *out, int *exit_status);

/* Says an error answer, with a caret under the place in the query. Gives EXIT_DAEMON. */
int command_error(const json_t *error, struct span query);

/* Says a message's `warnings` on stderr. */
void command_warnings(const struct message *m);

/*
 * Appends the path as the daemon knows it, absolute and without links, when it is
 * there; else as it is, which the daemon looks for below its watched folders. The
 * last name is followed only if `follow`: a link is a file with a state of its own.
 */
void command_put_path(struct buf *out, const char *path, bool follow);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client - the daemon's socket from the other side: one request at a time, blocking.
 */
#pragma once

#include "common/buf.h"
#include "common/jread.h"

struct client; /* opaque */

/*
 * Connects to `socket_path`; NULL: to $EVIDENCED_SOCKET, or where daemons put it.
 * When nobody answers it says on stderr where it looked.
 *
 *   ERR_NOT_FOUND  no daemon
 */
MUST_CHECK enum err client_open(const char *socket_path, struct client **out);
void client_close(struct client *c); /* NULL is allowed */

/* An answer, or a notification. Lives until the next read. */
struct message {
	json_t *root;        /* borrowed */
	struct span text;    /* the whole line */
	struct span result;  /* the bytes of `result`; empty: none */
	const json_t *error; /* NULL: none */
	const char *method;  /* of a notification; NULL: it is the answer */
};

/* Sends a request; `params` are JSON, empty for none. ERR_CLOSED, ERR_NOMEM. */
MUST_CHECK enum err client_send(struct client *c, const char *method, struct span params);

/* The next line. ERR_CLOSED: the daemon is gone; ERR_FORMAT: it speaks something else. */
MUST_CHECK enum err client_read(struct client *c, struct message *out);

/* Is there something to read within so many ms (negative: for ever)? */
bool client_wait(struct client *c, int ms);

/* Both; notifications are left out. What went wrong on the way is said on stderr. */
MUST_CHECK enum err client_call(struct client *c, const char *method, struct span params,
				struct message *out);

/* Says on stderr that the connection failed. */
void client_say(enum err e);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * socket_place - the socket's file: made, taken over, removed.
 *
 * Whoever calls holds the lock of the state folder; another daemon with another
 * state may still own the same socket, so the place is probed first.
 */
#pragma once

#include "common/err.h"

struct socket_place; /* opaque */

/*
 * Binds and listens at `path` with `mode`; the file appears when all is ready. A
 * stale file is replaced. *fd is the listening socket, not blocking, the caller's.
 * `why` gets a sentence.
 *
 *   ERR_LIMIT   path empty, relative or too long
 *   ERR_BUSY    a daemon answers there
 *   ERR_EXISTS  something else than a socket is there
 *   ERR_DENIED, ERR_NOT_FOUND, ERR_IO, ERR_NOMEM
 */
MUST_CHECK enum err socket_place_open(const char *path, unsigned mode, struct socket_place **out,
				      int *fd, char why[256]);

/* Removes the file if it is still this one. NULL is allowed. */
void socket_place_close(struct socket_place *p);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * places - where things lie when nobody says: socket, state, plugins, programs
 * (design of the product, chapters 2 and 10: one rule for daemon and client).
 *
 * What is returned is malloc'ed and the caller's; NULL means no memory.
 */
#pragma once

#include "common/err.h"

#include <stddef.h>

#define SOCKET_PATH_MAX 107 /* bytes of sun_path without its NUL, unix(7) */

/* $STATE_DIRECTORY; for root /var/lib/evidenced; else ${XDG_STATE_HOME:-~/.local/state}/evidenced.
 */
char *places_state(void);

/* Where a daemon with this state folder puts its socket:
   $RUNTIME_DIRECTORY, for root /run/evidenced, $XDG_RUNTIME_DIR, else the state folder itself. */
char *places_socket(const char *state_dir);

/* Where a client looks, in order, own before the system's; *n of them, each malloc'ed, and the
 * array. */
char **places_sockets(size_t *n);
void places_free(char **places, size_t n);

/* For root /etc/evidenced/plugins, else ${XDG_CONFIG_HOME:-~/.config}/evidenced/plugins. */
char *places_plugins(void);

/* A program of ours beside this one, by /proc/self/exe: "evidenced-extract". */
char *places_program(const char *name);

/* The shipped plugins: ../share/evidenced/plugins from this program, or a build tree's plugins/
   (the source tree's, when it builds elsewhere). NULL also when there are none. */
char *places_shipped_plugins(void);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox - what the kernel refuses to a zygote and to its children.
 *
 * Two layers, each standing for itself: Landlock (no file but the readers' data, no
 * TCP, no signal to and no tracing of others) and seccomp (a list of system calls).
 * Both are made once, before any thread; a fork inherits the zygote's, a child enters
 * its own on top.
 *
 *   system call                       zygote             child
 *   reading, memory, waiting          goes               goes
 *   memory that can be executed       kills              kills
 *   exec, ptrace, sockets, threads,   kills              kills
 *     bpf, keyctl, io_uring, mount, …
 *   fork, wait, kill                  goes               kills
 *   open, stat, readlink              refused, but for the readers' data: see sandbox_refused()
 *   all others, unknown ones too      ENOSYS             ENOSYS
 *
 * Opens of the readers' data go through the handler of SIGSYS, which is what counts
 * the refused ones; only Landlock can say which file a call means, so that without it
 * these are refused as well.
 *
 *  B1  Nothing that a process does after entering gives back what it gave up.
 *  B2  A file that is refused is noted before the call returns.
 */
#pragma once

#include "common/err.h"

#include <stddef.h>

struct sandbox; /* opaque */

enum sandbox_role { SANDBOX_ZYGOTE, SANDBOX_CHILD };

enum sandbox_layer { /* bits */
		     SANDBOX_LANDLOCK = 1,
		     SANDBOX_SECCOMP = 2,
		     SANDBOX_BOTH = 3
};

/*
 * Makes both layers. `readable` are folders with a '/' at their end, up to a NULL, that
 * readers may read from later; one that is missing is left out. Borrowed for as long as
 * the process lives. `layers` is SANDBOX_BOTH but in tests. A kernel without Landlock is
 * no error: see sandbox_landlock().
 *   ERR_NOMEM, ERR_IO
 */
MUST_CHECK enum err sandbox_new(const char *const *readable, unsigned layers, struct sandbox **out);
void sandbox_free(struct sandbox *s); /* NULL is allowed; what was entered stays */

/* The ABI version in force once entered; 0: none. */
unsigned sandbox_landlock(const struct sandbox *s);

/*
 * The first step: Landlock, and no new privileges. Needs a descriptor of the sandbox, so that
 * it comes before others are closed. ERR_DENIED, ERR_IO.
 */
MUST_CHECK enum err sandbox_enter_files(const struct sandbox *s);

/* The last step: seccomp. After it the process has what `role` may do. ERR_DENIED, ERR_IO. */
MUST_CHECK enum err sandbox_enter_calls(const struct sandbox *s, enum sandbox_role role);

/* --- what was refused: of this process, since the last reset --- */

void sandbox_refused_reset(void);

/* How many opens and looks were refused, those included that libraries do without harm. */
unsigned sandbox_refused_count(void);

/*
 * The path of the first one that may have changed the text, cut to some hundred bytes; NULL
 * when there is none. Any bytes: hostile code may have chosen them.
 */
const char *sandbox_refused(void);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox_inside - what the sandbox's own files share; nobody else includes it.
 */
#pragma once

#include "extract/sandbox.h"

#include <linux/filter.h>
#include <stdbool.h>

/*
 * No descriptor of ours: the filter lets openat() pass with it, so that the handler can
 * open what it found allowed while everybody else's calls reach the handler. An absolute
 * path does not look at it; whoever imitates the handler meets Landlock.
 */
#define SANDBOX_PASS_FD 0x7fff4242

/* The program for `role`; `pass`: SANDBOX_PASS_FD goes. The caller frees out->filter. ERR_NOMEM,
 * ERR_IO. */
MUST_CHECK enum err sandbox_filter(enum sandbox_role role, bool pass, struct sock_fprog *out);

/* Catches SIGSYS from now on. `readable` (NULL: nothing) as in sandbox_new(). ERR_IO. */
MUST_CHECK enum err sandbox_catch(const char *const *readable);

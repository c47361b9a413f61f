/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftest - every reader reads something small in the sandbox, as a child would.
 *
 * A sandbox that refuses too much gives wrong text without an error; here it shows. The
 * documents are the readers' own (struct reader, `selftest`). It runs in children beside
 * the zygote's other work.
 */
#pragma once

#include "extract/child.h"

#define SELFTEST_READERS_MAX 64

struct selftest; /* opaque */

/*
 * Forks the first child. `setup` (but for its socket) and `list` are borrowed until
 * selftest_end(). ERR_NOMEM, ERR_LIMIT (more than SELFTEST_READERS_MAX), ERR_IO.
 */
MUST_CHECK enum err selftest_begin(const struct child_setup *setup,
				   const struct reader *const *list, size_t n,
				   struct selftest **out);

/*
 * Waits for what was begun: for each reader some seconds at most. on_failed hears of each
 * reader, by its place in the list, that gave another text than expected, with a reason in
 * words. Frees `take_t` (NULL is allowed: nothing was begun). ERR_NOMEM, ERR_IO.
 */
MUST_CHECK enum err selftest_end(struct selftest *take_t,
				 void (*on_failed)(void *ctx, size_t reader, const char *why),
				 void *ctx);

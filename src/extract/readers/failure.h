/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * failure - how a reader says why there is no text.
 */
#pragma once

#include "extract/reader.h"

/*
 * Fills *f and returns `e`, so that a reader ends with one line. `reason` is a
 * sentence for a person, `remedy` what to do about it (may be empty).
 */
enum err failure_set(struct reader_failure *f, enum err e, const char *code, const char *reason,
		     const char *remedy);

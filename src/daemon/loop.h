/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop - what every module on the loop needs: libuv's errors in our words, and the time of day.
 */
#pragma once

#include "common/err.h"

#include <stdint.h>

/* Translates a libuv status (negative, or >= 0 for OK). */
enum err err_from_uv(int status);

/* By the wall clock, since 1970. */
int64_t loop_wall_ms(void);

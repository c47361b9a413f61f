/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nearest - the name somebody may have meant.
 */
#pragma once

#include <stddef.h>

#define NEAREST_BYTES_MAX 64 /* longer names are compared by their beginnings */

/* The one of `n` names that takes the fewest edits to reach; NULL when n is 0. */
const char *nearest_name(const char *name, const char *const *names, size_t n);

/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ignore - names that are left out: temporary ones, hidden ones, the operator's.
 */
#pragma once

#include "common/conf.h"

/* The rule (a pattern, or "hidden") that leaves out a file or folder of this name; empty when there
   is none. The span lives as long as `cw`. */
struct span ignore_name(const struct conf_watch *cw, struct span name);

/* The same for any name on a path. */
struct span ignore_path(const struct conf_watch *cw, struct span path);

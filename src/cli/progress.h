/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress - a bar on stderr while something takes long; nothing without a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress { /* {0} before */
	bool shown;
};

/* May anything be shown at all? */
bool progress_is_wanted(void);

/* So many of so many `things`; `rate` a second and seconds left where not negative. */
void progress_show(struct progress *p, uint64_t done, uint64_t total, const char *things,
		   double rate, double left_s);

/* Takes the bar away. */
void progress_end(struct progress *p);

/* "1 h 5 min", "12 s"; `out` has room for 32. */
void progress_duration(double seconds, char out[32]);

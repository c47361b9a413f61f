/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress - one line, written over itself.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_COLUMNS 24

bool
progress_is_wanted(void)
{
	return isatty(STDERR_FILENO) == 1;
}

void
progress_duration(double seconds, char out[32])
{
	uint64_t s = seconds < 0 ? 0 : (uint64_t)(seconds + 0.5);

	if (s >= 86400)
		snprintf(out, 32, "%llu d %llu h", (unsigned long long)(s / 86400),
			 (unsigned long long)(s % 86400 / 3600));
	else if (s >= 3600)
		snprintf(out, 32, "%llu h %llu min", (unsigned long long)(s / 3600),
			 (unsigned long long)(s % 3600 / 60));
	else if (s >= 60)
		snprintf(out, 32, "%llu min %llu s", (unsigned long long)(s / 60),
			 (unsigned long long)(s % 60));
	else
		snprintf(out, 32, "%llu s", (unsigned long long)s);
}

void
progress_show(struct progress *p, uint64_t done, uint64_t total, const char *things, double rate,
	      double left_s)
{
	char bar[BAR_COLUMNS + 1], left[32], ending[96] = "";
	uint64_t full = total == 0 ? 0 : done * BAR_COLUMNS / total;
	int n = 0;

	if (!progress_is_wanted())
		return;
	for (uint64_t i = 0; i < BAR_COLUMNS; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR_COLUMNS] = '\0';
	if (rate > 0)
		n = snprintf(ending, sizeof ending, "  %.1f/s", rate);
	if (left_s >= 0) {
		progress_duration(left_s, left);
		snprintf(ending + n, sizeof ending - (size_t)n, "  %s left", left);
	}
	if (total > 0)
		fprintf(stderr, "\r\x1b[K[%s] %llu of %llu %s%s", bar, (unsigned long long)done,
			(unsigned long long)total, things, ending);
	else
		fprintf(stderr, "\r\x1b[K%llu %s%s", (unsigned long long)done, things, ending);
	fflush(stderr);
	p->shown = true;
}

void
progress_end(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\x1b[K");
	p->shown = false;
}

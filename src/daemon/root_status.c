/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root_status - what a root answers about itself, without asking its thread.
 */
#include "daemon/ignore.h"
#include "daemon/root_thread.h"
#include "daemon/watch.h"

#include <stdio.h>

uint64_t
root_id(const struct root *r)
{
	return r->id;
}

struct span
root_path(const struct root *r)
{
	return r->path;
}

bool
root_available(const struct root *r)
{
	return r->available && !r->hung;
}

struct span
root_ignored(const struct root *r, struct span path)
{
	return ignore_path(r->cw, path);
}

static void
root_reason(const struct root *r, const struct root_seen *seen, struct root_status *out)
{
	int n = 0;

	if (r->hung)
		n = snprintf(out->reason, sizeof out->reason, "its file system does not answer");
	else if (!r->available)
		n = snprintf(out->reason, sizeof out->reason, "%s", r->reason);
	else if (seen->polled && seen->fs != NULL)
		n = snprintf(out->reason, sizeof out->reason,
			     "%s tells of no changes made elsewhere: compared every %u s", seen->fs,
			     out->seen_within_s);
	else if (seen->polled)
		n = snprintf(out->reason, sizeof out->reason, "compared every %u s, as configured",
			     out->seen_within_s);
	else if (seen->watch_full)
		n = snprintf(out->reason, sizeof out->reason,
			     "%llu folders are not watched but compared every %u s: raise "
			     "fs.inotify.max_user_watches with sysctl",
			     (unsigned long long)seen->unwatched, out->seen_within_s);
	else if (seen->unwatched > 0)
		n = snprintf(out->reason, sizeof out->reason,
			     "%llu folders%s%s cannot be watched: compared every %u s",
			     (unsigned long long)seen->unwatched, seen->fs == NULL ? "" : " on ",
			     seen->fs == NULL ? "" : seen->fs, out->seen_within_s);
	if (root_available(r) && seen->unreadable > 0 && n >= 0 && (size_t)n < sizeof out->reason)
		snprintf(out->reason + n, sizeof out->reason - (size_t)n,
			 "%s%llu folders cannot be read, one is %s", n > 0 ? "; " : "",
			 (unsigned long long)seen->unreadable, seen->first);
}

void
root_status(const struct root *r, struct root_status *out)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)&r->lock;
	struct root_seen seen;
	bool mixed;

	pthread_mutex_lock(lock);
	seen = r->seen;
	pthread_mutex_unlock(lock);
	mixed = !seen.polled && seen.unwatched > 0;
	*out = (struct root_status){.id = r->id,
				    .path = r->path,
				    .state = !root_available(r) ? "unavailable"
					     : r->scans > 0     ? "scanning"
								: "ready",
				    .mode = seen.polled ? "poll"
					    : mixed     ? "mixed"
							: "inotify",
				    .watches = watch_count(r->watch, r)};
	if (seen.polled || mixed)
		out->seen_within_s = (uint32_t)(r->poll_ms / 1000);
	root_reason(r, &seen, out);
}

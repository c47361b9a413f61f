/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state - flock on STATE/lock; the file stays, the lock dies with the process.
 */
#include "daemon/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STATE_LOCK_WAIT_MS 2000
#define STATE_LOCK_STEP_MS 20

static enum err
state_make(const char *dir, char why[512])
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s", dir);

	if (n < 0 || (size_t)n >= sizeof path) {
		snprintf(why, 512, "the state folder's path is too long");
		return ERR_LIMIT;
	}
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			snprintf(why, 512, "cannot make the state folder %.300s: %s", path,
				 strerror(errno));
			return err_from_errno(errno);
		}
		if (slash == NULL)
			return OK;
		*slash = '/';
	}
}

enum err
state_lock(const char *dir, int *lock, char why[512])
{
	const struct timespec step = {.tv_nsec = STATE_LOCK_STEP_MS * 1000000L};
	char path[PATH_MAX];
	enum err e = state_make(dir, why);
	int n, fd;

	if (e != OK)
		return e;
	n = snprintf(path, sizeof path, "%s/lock", dir);
	if (n < 0 || (size_t)n >= sizeof path)
		return ERR_LIMIT;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		snprintf(why, 512, "cannot open %.300s: %s", path, strerror(errno));
		return err_from_errno(errno);
	}
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STATE_LOCK_STEP_MS) {
		if (errno != EINTR && (errno != EWOULDBLOCK || waited >= STATE_LOCK_WAIT_MS)) {
			e = errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
			snprintf(why, 512,
				 e == ERR_BUSY ? "another evidenced has the state folder %.300s"
					       : "cannot lock the state folder %.300s",
				 dir);
			close(fd);
			return e;
		}
		nanosleep(&step, NULL);
	}
	*lock = fd;
	return OK;
}
